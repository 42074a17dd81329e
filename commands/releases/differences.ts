import type { Release } from "../../schema/release";

/** Lines that say what one release changes of another: version, images, frontends, configuration, database. */
export function releaseDifferences(before: Release | undefined, after: Release): string[] {
  const parts = (["images", "frontends", "variables"] as const).flatMap((part) =>
    changes(WORDS[part], before?.[part] ?? {}, after[part] ?? {}),
  );
  const lines = [
    ...(before?.version === after.version ? [] : [line("version", before?.version, after.version)]),
    ...parts,
  ];
  const migrates = after.changesDatabase?.length ? [`database: changed by ${after.changesDatabase.join(" and ")}`] : [];
  const isLast = after.irreversible ? ["irreversible: there is no rollback over this release"] : [];
  return lines.length ? [...lines, ...migrates, ...isLast] : ["nothing"];
}

const WORDS = { images: "image", frontends: "frontend", variables: "variable" } as const;

/** Lines that say what changes in a record of texts. */
export const changes = (
  what: string,
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
): string[] =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .sort()
    .filter((name) => before[name] !== after[name])
    .map((name) => line(`${what} ${name}`, before[name], after[name]));

const line = (what: string, before: string | undefined, after: string | undefined): string =>
  `${what}: ${before ?? "none"} -> ${after ?? "none"}`;
