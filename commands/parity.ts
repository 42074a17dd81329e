import path from "node:path";
import { environmentFile, readFiles, systemsIn } from "../schema/files";
import { toTheEnd } from "../schema/finish";
import { type Configuration, validate } from "../schema/load";
import { type Difference, parity } from "../schema/parity";
import { dotted } from "../schema/problem";
import { withFirstReleases } from "./context";

const ROOT = path.resolve(__dirname, "..");

/** What one environment of a system differs in from the production that it mirrors. */
interface Comparison extends ReturnType<typeof parity> {
  readonly system: string;
  readonly environment: string;
  /** The environment that it is compared with. */
  readonly reference: string;
}

/** Compares each environment of a system with its production, the first one if there are several. */
function comparisons({ name, environments }: Pick<Configuration, "name" | "environments">): Comparison[] {
  const all = Object.entries(environments);
  const [reference, production] = all.find(([, { environment }]) => environment.purpose === "production") ?? [];
  if (!reference || !production) return [];
  return all
    .filter(([environment]) => environment !== reference)
    .map(([environment, files]) => ({
      system: name,
      environment,
      reference,
      ...parity(files.environment, production.environment),
    }));
}

const undeclaredIn = ({ differences }: Comparison): number =>
  differences.filter(({ reason }) => reason === undefined).length;
const held = (comparison: Comparison): boolean => !undeclaredIn(comparison) && !comparison.stale.length;

/** The comparisons of a system as lines, and whether all of them hold. */
export function compared(configuration: Pick<Configuration, "name" | "environments">) {
  const all = comparisons(configuration);
  const lines = all.length
    ? all.flatMap(said)
    : [`${configuration.name}: no environment of production to compare with`];
  return { lines, held: all.every(held) };
}

function said(comparison: Comparison): string[] {
  const { system, environment, reference, differences, stale } = comparison;
  const undeclared = undeclaredIn(comparison);
  const file = environmentFile(system, environment);
  return [
    `${system} ${environment}, compared with ${reference}: ${differences.length} differences`,
    ...table(environment, reference, differences),
    ...(undeclared
      ? [`${file}: ${undeclared} of them are ${UNDECLARED}; make them equal, or add them to differences with a reason`]
      : []),
    ...stale.map((field) => `${file} differences: "${field}" names no field that differs; remove it`),
  ];
}

/** A comparison for a program. */
const data = (comparison: Comparison) => ({
  ...comparison,
  held: held(comparison),
  differences: comparison.differences.map((it) => ({ ...it, path: dotted(it.path) })),
});

const UNDECLARED = "UNDECLARED";

/** Lines in columns: the field, its value here and there, and the reason. */
function table(environment: string, reference: string, differences: readonly Difference[]): string[] {
  if (!differences.length) return [];
  const rows = [
    ["FIELD", environment.toUpperCase(), reference.toUpperCase(), "REASON"],
    ...differences.map(({ path: field, here, reference: there, reason = UNDECLARED }) => [
      dotted(field),
      shown(here),
      shown(there),
      reason,
    ]),
  ];
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => `  ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join("  ")}`);
}

const LONGEST = 32;
/** A value in few characters. Text is shown as such, because it passed validation, which refuses secrets. */
function shown(value: unknown): string {
  if (value === undefined) return "-";
  const text = typeof value === "string" ? value : JSON.stringify(value).replaceAll('"', "");
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 3)}...` : text;
}

export const main = ({ json }: { readonly json?: boolean }): Promise<void> =>
  toTheEnd(async () => {
    const configurations: Configuration[] = [];
    for (const name of systemsIn(ROOT)) {
      const { raw, problems } = await readFiles(ROOT, name);
      configurations.push(validate(name, withFirstReleases(raw), process.env, problems));
    }
    if (json) console.log(JSON.stringify(configurations.flatMap(comparisons).map(data), null, 2));
    else console.log(configurations.flatMap((it) => compared(it).lines).join("\n"));
    if (!configurations.flatMap(comparisons).every(held)) process.exitCode = 1;
  });
