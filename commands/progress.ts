import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { type Environment, environmentSchema } from "../schema/environment";
import { type Raw, readFiles, systemsIn } from "../schema/files";
import { toTheEnd } from "../schema/finish";
import { InvalidConfiguration, validate } from "../schema/load";
import { enabled } from "../schema/modules";
import { imagesOf, isReleaseId, type Pointer, type Release, releaseSchema } from "../schema/release";
import { type System, systemSchema } from "../schema/system";
import { writeWhole } from "../schema/write";

export const PAGE = "progress.md";
export const RENEW = "npm run progress";

const ROOT = path.resolve(__dirname, "..");

/** An environment that has a release, and what it runs. */
interface Running {
  readonly name: string;
  readonly environment: Environment;
  /** The system as the environment runs it. */
  readonly system: System;
  readonly id: string;
  readonly release: Release;
  /** The release that it runs beside that one, and how many per cent of the requests it gets. */
  readonly candidate?: { readonly id: string; readonly version: string; readonly share: number };
}

/** A module of a system, and the environments that run it. */
interface Module {
  readonly name: string;
  readonly title: string;
  readonly state: "planned" | "in progress" | "deployed";
  readonly where: readonly Running[];
}

const STATES: Readonly<Record<Module["state"], string>> = {
  planned: "[ ] Planned",
  "in progress": "[-] In Progress",
  deployed: "[x] Deployed",
};

const isProduction = ({ environment }: Running): boolean => environment.purpose === "production";

const collator = new Intl.Collator("en", { numeric: true });

/** Compares versions: a pre-release is before its version. {@link https://semver.org/#spec-item-11} */
function compareVersions(a: string, b: string): number {
  const [[numbers, early], [otherNumbers, otherEarly]] = [parts(a), parts(b)];
  const byNumbers = collator.compare(numbers, otherNumbers);
  if (byNumbers || early === otherEarly) return byNumbers;
  return early === undefined ? 1 : otherEarly === undefined ? -1 : collator.compare(early, otherEarly);
}

/** A version's numbers, and what a pre-release adds to them. */
function parts(version: string): [string, string | undefined] {
  const [text = ""] = version.replace(/^v/, "").split("+");
  const [numbers = "", ...early] = text.split("-");
  return [numbers, early.length ? early.join("-") : undefined];
}

/** A system's releases by their ids, as far as they have the right shape. */
const releasesOf = ({ releases }: Raw): [string, Release][] =>
  Object.entries(releases).flatMap(([id, content]) => {
    const { data } = releaseSchema.safeParse(content);
    return isReleaseId(id) && data ? [[id, data] as [string, Release]] : [];
  });

/** Whether a release has every image that a system runs, and every frontend that it has on Vercel. */
const hasAll = ({ images, frontends = {} }: Release, system: System): boolean =>
  imagesOf(system).every((image) => Object.hasOwn(images, image)) &&
  Object.keys(system.vercel).every((frontend) => Object.hasOwn(frontends, frontend));

/** The releases of the highest version below a release's own that have every image that the environment runs. */
function before({ system, release }: Running, releases: readonly [string, Release][]): [string, Release][] {
  const earlier = releases.filter(([, it]) => compareVersions(it.version, release.version) < 0 && hasAll(it, system));
  return earlier.filter(([, it]) => !earlier.some(([, other]) => compareVersions(other.version, it.version) > 0));
}

const named = (id: string, { version }: { readonly version: string }): string => `${version} (\`${id}\`)`;

/** How to go back in an environment of production. */
function goBack(system: string, module: string, running: Running, releases: readonly [string, Release][]): string {
  const { name } = running;
  const [first, ...others] = before(running, releases);
  if (!first)
    return `Go back in ${name}: no earlier release has the images, so [disable the module](docs/environments.md#modules) \`${module}\``;
  const [id, release] = first;
  const or = others.map(([other]) => `, or \`${other}\``).join("");
  const command = (script: string) => `\`SYSTEM=${system} npm run ${script}\``;
  return `[Go back](docs/releases.md#roll-back) in ${name} to ${named(id, release)}${or}, with all modules: ${command(`release -- ${name} --from ${id}`)}, then ${command(`deploy -- ${name}`)}`;
}

/** @throws InvalidConfiguration if files are wrong, but not if releases are missing: a module can be planned */
function refuseWrong(name: string, raw: Raw): void {
  try {
    validate(name, raw, process.env);
  } catch (error) {
    if (!(error instanceof InvalidConfiguration) || error.problems.some(({ path }) => !path.startsWith("releases/")))
      throw error;
  }
}

/**
 * The modules of a system, and where they run.
 * @throws InvalidConfiguration if its files are wrong
 */
function modulesOf(name: string, raw: Raw): Module[] {
  refuseWrong(name, raw);
  const system = systemSchema.parse(raw.system);
  const releases = releasesOf(raw);
  const running = Object.entries(raw.environments).flatMap(([environmentName, content]): Running[] => {
    const environment = environmentSchema.parse(content);
    const { stable: id, candidate, share = 0 } = Object(raw.releases[environmentName]) as Partial<Pointer>;
    const [, release] = releases.find(([other]) => other === id) ?? [];
    const [, beside] = releases.find(([other]) => other === candidate) ?? [];
    const its = enabled(system, environment);
    return release && hasAll(release, its)
      ? [
          {
            name: environmentName,
            environment,
            system: its,
            id: String(id),
            release,
            candidate: beside && { id: String(candidate), version: beside.version, share },
          },
        ]
      : [];
  });
  return Object.entries(system.modules).map(([module, { title, services }]) => {
    const where = running.filter(({ system }) => services.some((service) => Object.hasOwn(system.services, service)));
    const state = where.some(isProduction) ? "deployed" : where.length ? "in progress" : "planned";
    return { name: module, title, state, where };
  });
}

/**
 * Lines about the modules of a system; none if it has no modules.
 * @throws InvalidConfiguration if its files are wrong
 */
export function section(name: string, raw: Raw): string[] {
  const lines = modulesOf(name, raw).flatMap(({ name: module, title, state, where }) => [
    `- ${STATES[state]}: ${title.replace(/[\\`*_<>[\]]/g, "\\$&")} (\`${module}\`)`,
    ...where.map(({ name, id, release, candidate }) => {
      const beside = candidate
        ? [`candidate ${named(candidate.id, candidate)} with ${candidate.share} % of the requests`]
        : [];
      return `  - ${name}: release ${[named(id, release), ...beside].join(", ")}`;
    }),
    ...where.filter(isProduction).map((it) => `  - ${goBack(name, module, it, releasesOf(raw))}`),
  ]);
  return lines.length ? [`## ${name}`, "", ...lines, ""] : [];
}

/** The files of every system below a root, by its name. */
async function everySystem(root: string): Promise<(readonly [name: string, raw: Raw])[]> {
  const all: (readonly [string, Raw])[] = [];
  for (const name of systemsIn(root)) {
    const { raw, problems } = await readFiles(root, name);
    if (problems.length) throw new InvalidConfiguration(problems);
    all.push([name, raw]);
  }
  return all;
}

/**
 * The page about every system below a root.
 * @throws InvalidConfiguration if files are wrong
 */
export async function page(root: string): Promise<string> {
  const lines = (await everySystem(root)).flatMap(([name, raw]) => section(name, raw));
  return [
    "# Progress",
    "",
    `The modules of each system, as the files say. \`${RENEW}\` writes this page. A change of the files takes effect with the`,
    "next deploy. A system without [modules](docs/environments.md#modules) is not listed.",
    "",
    ...(lines.length ? lines : ["No system has modules.", ""]),
  ].join("\n");
}

/** The modules of every system below a root, for a program. */
const data = async (root: string) =>
  (await everySystem(root)).flatMap(([system, raw]) =>
    modulesOf(system, raw).map(({ name, title, state, where }) => ({
      system,
      module: name,
      title,
      state,
      environments: where.map((it) => ({
        name: it.name,
        release: it.id,
        version: it.release.version,
        candidate: it.candidate,
      })),
    })),
  );

export const main = ({ json }: { readonly json?: boolean }): Promise<void> =>
  toTheEnd(async () => {
    if (json) return console.log(JSON.stringify(await data(ROOT), null, 2));
    const file = path.join(ROOT, PAGE);
    const text = await page(ROOT);
    const same = existsSync(file) && readFileSync(file, "utf8") === text;
    if (!same) writeWhole(file, text);
    console.log(`${PAGE}: ${same ? "as before" : "written"}`);
  });
