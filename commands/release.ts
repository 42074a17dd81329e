import path from "node:path";
import { InvalidArgumentError } from "commander";
import { RELEASE_TAG } from "../facts/registries";
import { possibleShares } from "../schema/candidate";
import { environmentSchema } from "../schema/environment";
import { type Raw, releaseFile } from "../schema/files";
import { toTheEnd } from "../schema/finish";
import { enabled } from "../schema/modules";
import { npmRun } from "../schema/npm-run";
import { at } from "../schema/problem";
import {
  canonical,
  configurationOf,
  databaseTasks,
  imagesOf,
  isReleaseId,
  migratesBeyond,
  type Pointer,
  type Release,
  releaseId,
} from "../schema/release";
import { didYouMean } from "../schema/similar";
import { systemSchema } from "../schema/system";
import { writable } from "./context";
import { checkReason } from "./reason";
import { approval, arriving, changed, check, remembering, runs, write } from "./releases/files";
import { word } from "./shell";
import { askedOf } from "./words";

const ROOT = path.resolve(__dirname, "..");

/** Options of the command line. */
interface Options {
  readonly version?: string;
  readonly image?: readonly string[];
  readonly frontend?: readonly string[];
  readonly from?: string;
  readonly candidate?: boolean;
  readonly share?: number;
  readonly promote?: boolean;
  readonly abandon?: boolean;
  readonly irreversible?: boolean;
  readonly hotfix?: string;
  readonly dryRun?: boolean;
}

interface Asked {
  readonly environment: string;
  readonly from?: string;
  readonly version?: string;
  readonly images: Readonly<Record<string, string>>;
  readonly frontends: Readonly<Record<string, string>>;
  /** Whether the release is to run beside the stable one. */
  readonly candidate: boolean;
  /** What is to happen to the candidate that the environment runs. */
  readonly step?: { readonly share: number } | "promote" | "abandon";
  /** Whether no older release can work with the new one's database. */
  readonly irreversible: boolean;
  /** Why the release may run without a verification. */
  readonly hotfix?: string;
  readonly dryRun: boolean;
}

/** @throws InvalidArgumentError with a line for each option that cannot be used */
function asked(environment: string, options: Options): Asked {
  const { from, version, image = [], frontend = [], candidate = false, share, promote, abandon } = options;
  const { irreversible = false, hotfix, dryRun = false } = options;
  const parts = [...image, ...frontend];
  const steps = [share !== undefined, promote, abandon].filter(Boolean).length;
  const say = (wrong: boolean, text: string) => (wrong ? [text] : []);
  const problems = [
    ...say(steps > 1, "--share, --promote and --abandon are different steps: take one of them"),
    ...say(
      steps > 0 && (from !== undefined || version !== undefined || parts.length > 0 || candidate),
      "--share, --promote and --abandon are about the candidate that there is: name no release",
    ),
    ...say(
      from !== undefined && (version !== undefined || parts.length > 0),
      "--from takes a release as it is: leave out --version, --image and --frontend",
    ),
    ...say(
      !steps && from === undefined && version === undefined,
      "say --version for a new release, or --from for one that there is",
    ),
    ...say(irreversible && version === undefined, "--irreversible is about a new release: say --version"),
    ...say(
      irreversible && candidate,
      "--irreversible does not go with --candidate: a candidate must be able to go, and the stable release works beside it",
    ),
    ...say(
      hotfix !== undefined && steps > 0,
      "--hotfix is about a release that comes: leave out --share, --promote and --abandon",
    ),
    ...misnamed("--image", image, "backend=sha256:<64 digits>"),
    ...misnamed("--frontend", frontend, "web=<40 digits>"),
  ];
  if (problems.length) throw new InvalidArgumentError(problems.join("\n"));
  checkReason("--hotfix", hotfix);
  const step = share !== undefined ? { share } : promote ? "promote" : abandon ? "abandon" : undefined;
  const given = { images: named(image), frontends: named(frontend) };
  return { environment, from, version, ...given, candidate, step, irreversible, hotfix, dryRun };
}

const NAMED = /^([^=]+)=(.+)$/;

/** What an option gives by name. */
const named = (texts: readonly string[]): Record<string, string> =>
  Object.fromEntries(texts.map((text) => NAMED.exec(text)?.slice(1) ?? []));

/** What is wrong with an option that gives something by name. */
function misnamed(option: string, texts: readonly string[], example: string): string[] {
  const names = texts.map((text) => NAMED.exec(text)?.[1]);
  return [
    ...texts.filter((_, i) => names[i] === undefined).map((text) => `${option} ${text}: write it like ${example}`),
    ...new Set(
      names.filter((name, i) => name && names.indexOf(name) < i).map((name) => `${option} ${name}: is given twice`),
    ),
  ];
}

/** A release that is there: by its name, or the stable one of an environment. */
function releaseNamed(system: string, raw: Raw, from: string): string {
  const environments = Object.keys(raw.environments);
  const releases = Object.keys(raw.releases).filter(isReleaseId);
  if (releases.includes(from)) return from;
  if (!environments.includes(from))
    throw new InvalidArgumentError(
      `--from ${from}: is neither a release nor an environment of ${system}; ${didYouMean(from, [...environments, ...releases])}use one of ${environments.join(", ")}, or one of the releases in releases/${system}`,
    );
  const { stable } = runs(system, raw, from);
  if (stable === undefined) throw new InvalidArgumentError(`--from ${from}: this environment runs no release yet`);
  return stable;
}

/** A new release: of the images and frontends that the system has, those that are not given are as in the environment. */
function composed(
  raw: Raw,
  { stable = "" }: Partial<Pointer>,
  { version = "", irreversible, ...given }: Asked,
): Release {
  const { success, data } = systemSchema.safeParse(raw.system);
  const merged = (part: "images" | "frontends", known: readonly string[]) => {
    const before = Object(at(raw.releases, [stable, part])) as Record<string, string>;
    const kept = Object.entries(before).filter(([name]) => !success || known.includes(name));
    return { ...Object.fromEntries(kept), ...given[part] };
  };
  const images = merged("images", success ? imagesOf(data) : []);
  const frontends = merged("frontends", success ? Object.keys(data.vercel) : []);
  const variables = success ? configurationOf(data) : {};
  const tasks = success ? databaseTasks(data) : [];
  return {
    version,
    images,
    ...(Object.keys(frontends).length && { frontends }),
    ...(Object.keys(variables).length && { variables }),
    ...(tasks.length && { changesDatabase: tasks }),
    ...(irreversible && { irreversible }),
  };
}

/** What the environment is to run: with a release that is asked for, or after a step of its candidate. */
function next(raw: Raw, before: Partial<Pointer>, asked: Asked, id = ""): Pointer {
  const { environment, candidate, step, hotfix } = asked;
  if (!step) {
    if (before.candidate !== undefined)
      throw new InvalidArgumentError(
        `${environment} has the candidate ${before.candidate}: --promote or --abandon it first`,
      );
    if (!candidate) return arriving(before, id, hotfix);
    if (before.stable === undefined)
      throw new InvalidArgumentError(
        `${environment} runs no release yet, beside which a candidate could run: leave out --candidate`,
      );
    const approved = hotfix === undefined ? undefined : approval(id, hotfix);
    return { ...before, stable: before.stable, candidate: id, share: 0, approved };
  }
  if (before.stable === undefined || before.candidate === undefined)
    throw new InvalidArgumentError(`${environment} has no candidate: --from or --version with --candidate names one`);
  if (step === "abandon") {
    const { candidate: gone, share: _, approved: __, ...kept } = before;
    return { ...kept, stable: before.stable, ...(hasMigrated(raw, before.stable, gone) && { database: gone }) };
  }
  if (step !== "promote") return { ...before, stable: before.stable, ...step };
  if (before.share !== 100)
    throw new InvalidArgumentError(
      `${environment}'s candidate has the share ${before.share}: --share 100 first, and deploy`,
    );
  const { approved: kept } = before;
  return { stable: before.candidate, ...(kept?.release === before.candidate && { approved: kept }) };
}

/** Writes what is asked for; returns the lines to print. */
async function release(asked: Asked): Promise<string[]> {
  const { environment } = asked;
  const { systemName: system, raw } = await writable(environment);

  const verifiedIn = verifiedInOf(raw, environment);
  if (asked.hotfix !== undefined && !verifiedIn)
    throw new InvalidArgumentError(
      `--hotfix: ${environment} has no verifiedIn, so its releases need no verification; leave it out`,
    );
  const before = runs(system, raw, environment);
  const content = asked.version === undefined ? undefined : composed(raw, before, asked);
  const given = content ? releaseId(content) : asked.from && releaseNamed(system, raw, asked.from);
  const after = remembering(raw, before, next(raw, before, asked, given));
  const id = given ?? after.candidate ?? after.stable;
  const change = { environment, pointer: after, ...(content && { release: { id, content } }) };
  const files = changed(raw, change);
  check(system, files, [id, environment]);
  if (!asked.dryRun) write(ROOT, system, change);

  const { version, images, frontends = {} } = files.releases[id] as Release;
  return [
    ...(asked.dryRun ? ["Nothing was written (--dry-run). With these files:"] : []),
    `${releaseFile(system, id)}: version ${version}`,
    ...[images, frontends].flatMap(Object.entries).map(([name, what]) => `  ${name} ${what}`), // names can be the same
    `${releaseFile(system, environment)}: ${difference(before, after)}`,
    ...(after.approved
      ? [`  ${after.approved.release} needs no verification: ${after.approved.reason} (${after.approved.by})`]
      : []),
    ...(after.database ? [`  The database is that of ${after.database}: no task changes it for ${after.stable}.`] : []),
    ...copies(raw, asked, id, images),
    ...(verifiedIn && isNew(before, after, id) && after.approved?.release !== id
      ? [`Its deploy takes only ${askedOf(verifiedIn)}; see docs/releases.md#promote-a-release.`]
      : []),
    ...further(system, raw, environment, before, after),
  ];
}

/** Whether a candidate's tasks have changed the database beyond the stable release, as far as the files say so. */
function hasMigrated({ system, releases }: Raw, stable: string, candidate: string): boolean {
  const { success, data } = systemSchema.safeParse(system);
  const [one, other] = [candidate, stable].map((id) => releases[id] as Release | undefined);
  return success && one !== undefined && other !== undefined && migratesBeyond(data, one, other);
}

const said = ({ stable = "nothing", candidate, share }: Partial<Pointer>): string =>
  candidate === undefined ? stable : `${stable} with the candidate ${candidate}, which gets ${share} % of the requests`;

/** What changes in the file that says what an environment runs. */
function difference(before: Partial<Pointer>, after: Pointer): string {
  const [was, is] = [said(before), said(after)];
  if (was !== is) return `${was} -> ${is}`;
  const fields = Object.keys({ ...before, ...after }) as (keyof Pointer)[];
  const others = fields.filter((it) => canonical({ it: before[it] }) !== canonical({ it: after[it] }));
  return others.length ? `${is} as before, with other ${others.join(" and ")}` : "as before";
}

/** Whether a release comes to an environment that did not run it. */
const isNew = (before: Partial<Pointer>, after: Pointer, id: string): boolean =>
  [after.stable, after.candidate].includes(id) && ![before.stable, before.candidate].includes(id);

/** What an environment asks of releases, as far as its file says so. */
const verifiedInOf = ({ environments }: Raw, environment: string) =>
  environmentSchema.shape.verifiedIn.safeParse(at(environments, [environment, "verifiedIn"])).data;

/**
 * Lines that copy the images of another environment, where they are in another repository. A deploy copies by itself what comes
 * from the environment in `verifiedIn`. The tag is one that the cleanup policy keeps.
 */
function copies(raw: Raw, { environment, from = "" }: Asked, id: string, images: Release["images"]): string[] {
  const [there, here] = [from, environment].map((name) => at(raw.environments, [name, "repository"]));
  if (there === undefined || there === here || verifiedInOf(raw, environment)?.environment === from) return [];
  return [
    "Before you deploy it, copy the images:",
    ...Object.entries(images).map(
      ([name, digest]) =>
        `  crane copy ${word(`${there}/${name}@${digest}`)} ${word(`${here}/${name}:${RELEASE_TAG}${id}`)}`,
    ),
  ];
}

/** Lines that say what comes next, and how to go back from a candidate. */
function further(system: string, raw: Raw, environment: string, before: Partial<Pointer>, after: Pointer): string[] {
  const { candidate, share = 0 } = after;
  const command = (script: string, ...more: string[]) => `  ${npmRun(system, script, environment, ...more)}`;
  const promoted = before.candidate !== undefined && candidate === undefined && after.stable !== before.stable;
  const step = sharesIn(raw, environment).find((it) => it > share);
  const on = candidate && (share === 100 ? ["--promote"] : step && ["--share", String(step)]);
  const back = candidate && command("release", ...(share ? ["--share", "0"] : ["--abandon"]));
  return [
    difference(before, after) === "as before" ? "To deploy it:" : "Commit what was written, and deploy:",
    command("deploy"),
    ...(on ? ["If the release works, go on:", command("release", ...on)] : []),
    ...(back ? ["If it does not, go back, and deploy again:", back] : []),
    ...(promoted ? ["If it does not, go back:", command("rollback")] : []),
  ];
}

/** The shares that an environment's candidate can have, as far as the files say so. */
function sharesIn({ system, environments }: Raw, environment: string): number[] {
  const [a, b] = [systemSchema.safeParse(system), environmentSchema.safeParse(environments[environment])];
  return a.success && b.success ? possibleShares(enabled(a.data, b.data)) : [];
}

export const main = (environment: string, options: Options): Promise<void> =>
  toTheEnd(async () => console.log((await release(asked(environment, options))).join("\n")));
