import { existsSync, mkdirSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { type Raw, readFiles, releaseFile } from "../schema/files";
import { toTheEnd } from "../schema/finish";
import { InvalidConfiguration, systemName, validate } from "../schema/load";
import { at, describe } from "../schema/problem";
import { imagesOf, isReleaseId, type Release, releaseId } from "../schema/release";
import { systemSchema } from "../schema/system";
import { writeWhole } from "../schema/write";

export const USAGE = `Writes a release, and which release an environment runs. Both are files to be committed; nothing is deployed.

  npm run release -- staging --version 1.4.0 --image backend=sha256:<64 digits>
                                                   a new release: other images are those that staging runs
  npm run release -- production --from staging     the release that staging runs
  npm run release -- production --from c94ba9c1f3ed61cd
                                                   a release by its name, for example to go back to it

A release is releases/<system>/<name>.json: a version and the images' digests, the same for every environment. Its name
comes from its content, and the file never changes. releases/<system>/<environment>.json says which one the environment
runs. SYSTEM=<system> names another system than the checkout's.

  --version VERSION     of the new release; services see it as their version
  --image NAME=DIGEST   of the new release; repeat it for each image that changes
  --from WHAT           an environment, or the name of a release

Exit code: 0 when written, 1 when the release is wrong or a file cannot be read, 2 for a wrong call. Nothing is
written unless it is 0. npm run synth validates the other files.`;

/** A wrong call. */
class Misused extends Error {}

const OPTIONS = {
  version: { type: "string" },
  image: { type: "string", multiple: true, default: [] as string[] },
  from: { type: "string" },
  help: { type: "boolean", short: "h", default: false },
} as const;

interface Asked {
  readonly environment: string;
  readonly from?: string;
  readonly version?: string;
  readonly images: Readonly<Record<string, string>>;
}

function asked(args: string[]): Asked | "help" {
  const { values, positionals } = parseArgs({ args, options: OPTIONS, allowPositionals: true });
  if (values.help) return "help";
  const [environment, ...others] = positionals;
  if (!environment || others.length) throw new Misused("name one environment, for example staging");
  const { from, version } = values;
  if (from !== undefined && (version !== undefined || values.image.length))
    throw new Misused("--from takes a release as it is: leave out --version and --image");
  if (from === undefined && version === undefined)
    throw new Misused("say --version for a new release, or --from for one that there is");
  const images = values.image.map((text) => {
    const [, name, digest] = /^([^=]+)=(.+)$/.exec(text) ?? [];
    if (!name || !digest) throw new Misused(`--image ${text}: write it like backend=sha256:<64 digits>`);
    return [name, digest] as const;
  });
  const [twice] = images.filter(([name], i) => images.findIndex(([other]) => other === name) !== i);
  if (twice) throw new Misused(`--image ${twice[0]}: is given twice`);
  return { environment, from, version, images: Object.fromEntries(images) };
}

/** Name of the release that an environment runs, as far as its file says so. */
const runs = ({ releases }: Raw, environment: string): string | undefined => {
  const id = at(releases, [environment, "stable"]);
  return typeof id === "string" ? id : undefined;
};

/** A release that is there: by its name, or what an environment runs. */
function named(raw: Raw, from: string): string {
  if (isReleaseId(from)) return from;
  if (!Object.hasOwn(raw.environments, from))
    throw new Misused(
      `--from ${from}: is neither a release nor an environment; use one of ${Object.keys(raw.environments).join(", ")}`,
    );
  const id = runs(raw, from);
  if (id === undefined) throw new Misused(`--from ${from}: this environment runs no release yet`);
  return id;
}

/** A new release: of the images that the system runs, those that are not given are as in the environment. */
function composed(raw: Raw, { environment, version = "", images }: Asked): Release {
  const before = at(raw.releases, [runs(raw, environment) ?? "", "images"]) as Release["images"] | undefined;
  const system = systemSchema.safeParse(raw.system);
  const kept = Object.entries(before ?? {}).filter(([name]) => !system.success || imagesOf(system.data).includes(name));
  return { version, images: { ...Object.fromEntries(kept), ...images } };
}

/** What is wrong with the release, and with what the environment is to run: other files' problems are not ours. */
function problemsOf(system: string, raw: Raw, files: readonly string[]): string[] {
  try {
    validate(system, raw, process.env);
    return [];
  } catch (error) {
    if (!(error instanceof InvalidConfiguration)) throw error;
    return error.problems.filter((p) => files.some((file) => `${p.path} `.startsWith(`${file} `))).map(describe);
  }
}

/** Writes what is asked for below a root; returns the lines to print. */
async function release(root: string, asked: Asked): Promise<string[]> {
  const { environment } = asked;
  const system = systemName(root, process.env);
  const { raw, problems } = await readFiles(root, system);
  if (problems.length) throw new InvalidConfiguration(problems);
  if (!Object.hasOwn(raw.environments, environment))
    throw new Misused(`${environment}: is no environment; use one of ${Object.keys(raw.environments).join(", ")}`);

  const content = asked.from === undefined ? composed(raw, asked) : undefined;
  const id = content ? releaseId(content) : named(raw, asked.from as string);
  const file = releaseFile(system, id);
  const pointer = releaseFile(system, environment);
  const releases = { ...raw.releases, ...(content && { [id]: content }), [environment]: { stable: id } };
  const wrong = problemsOf(system, { ...raw, releases }, [file, pointer]);
  if (wrong.length) throw new Error(wrong.join("\n"));

  const write = (name: string, value: unknown) => {
    mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    writeWhole(path.join(root, name), `${JSON.stringify(value, null, 2)}\n`);
  };
  if (content && !existsSync(path.join(root, file))) write(file, content);
  const before = runs(raw, environment);
  if (before !== id) write(pointer, releases[environment]);
  const { version, images } = releases[id] as Release;
  return [
    `${file}: version ${version}`,
    ...Object.entries(images).map(([name, digest]) => `  ${name} ${digest}`),
    before === id ? `${pointer}: as before` : `${pointer}: ${before ?? "nothing"} -> ${id}`,
    ...copies(raw, asked, images),
  ];
}

/** Lines that copy the images of another environment, where they are in another repository. */
function copies({ environments }: Raw, { environment, from = "" }: Asked, images: Release["images"]): string[] {
  const [there, here] = [from, environment].map((name) => at(environments, [name, "repository"]));
  return there === undefined || there === here
    ? []
    : [
        "Before you deploy it, copy the images:",
        ...Object.entries(images).map(
          ([name, digest]) => `  gcrane cp ${there}/${name}@${digest} ${here}/${name}@${digest}`,
        ),
      ];
}

async function main(root: string, args: string[]): Promise<void> {
  try {
    const call = asked(args);
    console.log(call === "help" ? USAGE : (await release(root, call)).join("\n"));
  } catch (error) {
    const misused = error instanceof Misused || (error as { code?: string }).code?.startsWith("ERR_PARSE_ARGS");
    const { message } = error as Error;
    console.error(misused ? `${message}\nSee npm run release -- --help` : `${message}\nNothing was written.`);
    process.exitCode = misused ? 2 : 1;
  }
}

if (require.main === module) toTheEnd(() => main(path.resolve(__dirname, ".."), process.argv.slice(2)));
