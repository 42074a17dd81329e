import { existsSync, mkdirSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { possibleShares } from "../schema/candidate";
import { environmentSchema } from "../schema/environment";
import { type Raw, readFiles, releaseFile } from "../schema/files";
import { toTheEnd } from "../schema/finish";
import { InvalidConfiguration, systemName, validate } from "../schema/load";
import { enabled } from "../schema/modules";
import { at, describe } from "../schema/problem";
import { imagesOf, isReleaseId, type Pointer, pointerSchema, type Release, releaseId } from "../schema/release";
import { systemSchema } from "../schema/system";
import { writeWhole } from "../schema/write";

export const USAGE = `Writes a release, and which releases an environment runs. Both are files to be committed; nothing is deployed.

  npm run release -- staging --version 1.4.0 --image backend=sha256:<64 digits>
                                                   a new release: other images are those that staging runs
  npm run release -- production --from staging     the release that staging runs
  npm run release -- production --from c94ba9c1f3ed61cd
                                                   a release by its name, for example to go back to it

Services with a strategy can run a candidate beside the stable release. Deploy after each of these steps:

  npm run release -- production --from staging --candidate
                                                   runs a release as the candidate, without requests
  npm run release -- production --share 10         the candidate gets 10 % of the requests; 0 takes them away again
  npm run release -- production --share 100        it gets all requests, and the stable release waits
  npm run release -- production --promote          the candidate becomes the stable release
  npm run release -- production --abandon          there is no candidate any more

A release is releases/<system>/<name>.json: a version and the images' digests, the same for every environment. Its name
comes from its content, and the file never changes. releases/<system>/<environment>.json says which ones the environment
runs. SYSTEM=<system> names another system than the checkout's.

  --version VERSION     of the new release; services see it as their version
  --image NAME=DIGEST   of the new release; repeat it for each image that changes
  --frontend NAME=COMMIT  that Vercel builds of a frontend; repeat it for each frontend that changes
  --from WHAT           an environment, or the name of a release
  --candidate           run the release beside the stable one, with the share 0
  --share PERCENT       of the requests that the candidate gets: 0, a step of the canary services, or 100. Blue-green
                        services switch at 100
  --promote             let the environment run the candidate as stable; it must have the share 100
  --abandon             remove the candidate, whatever its share is

Exit code: 0 when written, 1 when the files would be wrong or cannot be read, 2 for a wrong call. Nothing is written
unless it is 0. npm run synth validates the other files.`;

/** A wrong call. */
class Misused extends Error {}

const FLAG = { type: "boolean", default: false } as const;
const OPTIONS = {
  version: { type: "string" },
  image: { type: "string", multiple: true, default: [] as string[] },
  frontend: { type: "string", multiple: true, default: [] as string[] },
  from: { type: "string" },
  candidate: FLAG,
  share: { type: "string" },
  promote: FLAG,
  abandon: FLAG,
  help: { ...FLAG, short: "h" },
} as const;

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
}

function asked(args: string[]): Asked | "help" {
  const { values, positionals } = parseArgs({ args, options: OPTIONS, allowPositionals: true });
  if (values.help) return "help";
  const [environment, ...others] = positionals;
  if (!environment || others.length) throw new Misused("name one environment, for example staging");
  const { from, version, candidate } = values;
  const step = stepOf(values);
  const parts = [...values.image, ...values.frontend];
  if (step && (from !== undefined || version !== undefined || parts.length || candidate))
    throw new Misused("--share, --promote and --abandon are about the candidate that there is: name no release");
  if (from !== undefined && (version !== undefined || parts.length))
    throw new Misused("--from takes a release as it is: leave out --version, --image and --frontend");
  if (!step && from === undefined && version === undefined)
    throw new Misused("say --version for a new release, or --from for one that there is");
  const images = named("--image", values.image, "backend=sha256:<64 digits>");
  const frontends = named("--frontend", values.frontend, "web=<40 digits>");
  return { environment, from, version, images, frontends, candidate, step };
}

/** What an option gives by name. */
function named(option: string, texts: readonly string[], example: string): Record<string, string> {
  const parts = texts.map((text) => {
    const [, name, value] = /^([^=]+)=(.+)$/.exec(text) ?? [];
    if (!name || !value) throw new Misused(`${option} ${text}: write it like ${example}`);
    return [name, value] as const;
  });
  const [twice] = parts.filter(([name], i) => parts.findIndex(([other]) => other === name) !== i);
  if (twice) throw new Misused(`${option} ${twice[0]}: is given twice`);
  return Object.fromEntries(parts);
}

function stepOf({ share, promote, abandon }: { share?: string; promote: boolean; abandon: boolean }): Asked["step"] {
  if ([share !== undefined, promote, abandon].filter(Boolean).length > 1)
    throw new Misused("--share, --promote and --abandon are different steps: take one of them");
  if (share !== undefined && !/^\d{1,3}$/.test(share))
    throw new Misused(`--share ${share}: is not a whole number of per cent`);
  if (share !== undefined) return { share: Number(share) };
  return promote ? "promote" : abandon ? "abandon" : undefined;
}

/** What an environment runs, as far as its file says so. */
const runs = ({ releases }: Raw, environment: string): Partial<Pointer> =>
  pointerSchema.partial().safeParse(releases[environment]).data ?? {};

/** A release that is there: by its name, or the stable one of an environment. */
function releaseNamed(raw: Raw, from: string): string {
  if (isReleaseId(from)) return from;
  if (!Object.hasOwn(raw.environments, from))
    throw new Misused(
      `--from ${from}: is neither a release nor an environment; use one of ${Object.keys(raw.environments).join(", ")}`,
    );
  const { stable } = runs(raw, from);
  if (stable === undefined) throw new Misused(`--from ${from}: this environment runs no release yet`);
  return stable;
}

/** A new release: of the images and frontends that the system has, those that are not given are as in the environment. */
function composed(raw: Raw, { environment, version = "", ...given }: Asked): Release {
  const { success, data } = systemSchema.safeParse(raw.system);
  const merged = (part: "images" | "frontends", known: readonly string[]) => {
    const before = Object(at(raw.releases, [runs(raw, environment).stable ?? "", part])) as Record<string, string>;
    const kept = Object.entries(before).filter(([name]) => !success || known.includes(name));
    return { ...Object.fromEntries(kept), ...given[part] };
  };
  const images = merged("images", success ? imagesOf(data) : []);
  const frontends = merged("frontends", success ? Object.keys(data.vercel) : []);
  return { version, images, ...(Object.keys(frontends).length && { frontends }) };
}

/** What the environment is to run: with a release that is asked for, or after a step of its candidate. */
function next(before: Partial<Pointer>, { environment, candidate, step }: Asked, id = ""): Pointer {
  if (!step) {
    if (before.candidate !== undefined)
      throw new Misused(`${environment} has the candidate ${before.candidate}: --promote or --abandon it first`);
    if (!candidate) return { stable: id };
    if (before.stable === undefined)
      throw new Misused(
        `${environment} runs no release yet, beside which a candidate could run: leave out --candidate`,
      );
    return { stable: before.stable, candidate: id, share: 0 };
  }
  if (before.stable === undefined || before.candidate === undefined)
    throw new Misused(`${environment} has no candidate: --from or --version with --candidate names one`);
  if (step === "abandon") return { stable: before.stable };
  if (step !== "promote") return { ...before, stable: before.stable, ...step };
  if (before.share !== 100)
    throw new Misused(`${environment}'s candidate has the share ${before.share}: --share 100 first, and deploy`);
  return { stable: before.candidate };
}

/** What the environment ran before is named in its file, if Vercel keeps its frontends: going back to it builds nothing. */
function remembering(raw: Raw, before: Partial<Pointer>, { stable, candidate, share }: Pointer): Pointer {
  const previous = stable === before.stable ? before.previous : before.stable;
  const onVercel = Object.keys(systemSchema.safeParse(raw.system).data?.vercel ?? {}).length > 0;
  return { stable, ...(onVercel && previous !== undefined && { previous }), candidate, share };
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

  const content = asked.version === undefined ? undefined : composed(raw, asked);
  const given = content ? releaseId(content) : asked.from && releaseNamed(raw, asked.from);
  const before = runs(raw, environment);
  const after = remembering(raw, before, next(before, asked, given));
  const id = given ?? after.candidate ?? after.stable;
  const file = releaseFile(system, id);
  const pointer = releaseFile(system, environment);
  const releases = { ...raw.releases, ...(content && { [id]: content }), [environment]: after };
  const wrong = problemsOf(system, { ...raw, releases }, [file, pointer]);
  if (wrong.length) throw new Error(wrong.join("\n"));

  const write = (name: string, value: unknown) => {
    mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    writeWhole(path.join(root, name), `${JSON.stringify(value, null, 2)}\n`);
  };
  if (content && !existsSync(path.join(root, file))) write(file, content);
  const [was, is] = [said(before), said(after)];
  if (was !== is) write(pointer, after);
  const { version, images, frontends = {} } = releases[id] as Release;
  return [
    `${file}: version ${version}`,
    ...[images, frontends].flatMap(Object.entries).map(([name, what]) => `  ${name} ${what}`), // names can be the same
    was === is ? `${pointer}: as before` : `${pointer}: ${was} -> ${is}`,
    ...copies(raw, asked, images),
    ...further(system, raw, environment, before, after),
  ];
}

const said = ({ stable = "nothing", candidate, share }: Partial<Pointer>): string =>
  candidate === undefined ? stable : `${stable} with the candidate ${candidate}, which gets ${share} % of the requests`;

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

/** Lines that say what comes after a step of a candidate, and how to go back. */
function further(system: string, raw: Raw, environment: string, before: Partial<Pointer>, after: Pointer): string[] {
  const { candidate, share = 0 } = after;
  if (candidate === undefined && before.candidate === undefined) return [];
  const command = (script: string, ...more: string[]) =>
    `  ${[`SYSTEM=${system} npm run ${script} --`, environment, ...more].join(" ")}`;
  const promoted = candidate === undefined && after.stable !== before.stable && before.stable;
  const step = sharesIn(raw, environment).find((it) => it > share);
  const on = candidate && (share === 100 ? ["--promote"] : step && ["--share", String(step)]);
  const back = candidate ? (share ? ["--share", "0"] : ["--abandon"]) : promoted && ["--from", promoted];
  return [
    "Commit the file, and deploy:",
    command("deploy"),
    ...(on ? ["If the release works, go on:", command("release", ...on)] : []),
    ...(back ? ["If it does not, go back, and deploy again:", command("release", ...back)] : []),
  ];
}

/** The shares that an environment's candidate can have, as far as the files say so. */
function sharesIn({ system, environments }: Raw, environment: string): number[] {
  const [a, b] = [systemSchema.safeParse(system), environmentSchema.safeParse(environments[environment])];
  return a.success && b.success ? possibleShares(enabled(a.data, b.data)) : [];
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
