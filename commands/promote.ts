import path from "node:path";
import { InvalidArgumentError } from "commander";
import { type Raw, releaseFile } from "../schema/files";
import { type Configuration, environmentOf, InvalidConfiguration, validate } from "../schema/load";
import type { Release } from "../schema/release";
import { writable } from "./context";
import { person } from "./git";
import { checkPrograms, registries } from "./mirror/tools";
import { orRefused, Refused } from "./refused";
import { recordsIn } from "./releases/deploying";
import { releaseDifferences } from "./releases/differences";
import { changed, check, remembering, runs, write } from "./releases/files";
import { releaseProblems } from "./releases/rules";
import { printer } from "./terminal";

const ROOT = path.resolve(__dirname, "..");

interface Asked {
  readonly from?: string;
  readonly hotfix?: string;
  readonly dryRun?: boolean;
}

/** Lets an environment run the release that was verified in another one. */
async function promote(environmentName: string, { from, hotfix, dryRun }: Asked): Promise<void> {
  const { systemName: system, raw } = await writable(environmentName, ...(from === undefined ? [] : [from]));
  const today = validate(system, raw, process.env);
  const { environment } = environmentOf(today, environmentName);
  const source = from ?? environment.verifiedIn?.environment;
  if (source === undefined)
    throw new InvalidArgumentError(`${environmentName} has no verifiedIn: name the environment with --from`);
  const before = runs(system, raw, environmentName);
  if (before.candidate !== undefined)
    throw new InvalidArgumentError(
      `${environmentName} has the candidate ${before.candidate}: npm run release -- ${environmentName} --promote or --abandon it first`,
    );
  const { stable: id } = environmentOf(today, source).pointer;
  const pointer = remembering(raw, before, {
    stable: id,
    ...(hotfix !== undefined && { database: before.database, approved: { release: id, by: person(), reason: hotfix } }),
  });
  const change = { environment: environmentName, pointer };
  const files = changed(raw, change);
  check(system, files, [environmentName]);
  const configuration = validate(system, files, process.env);
  await refuse(configuration, environmentName);

  const print = printer(process.stdout);
  const release = raw.releases[id] as Release;
  print.say(`${source} runs ${id}, version ${release.version}. In ${environmentName}, it changes:`);
  for (const line of releaseDifferences(before.stable ? (raw.releases[before.stable] as Release) : undefined, release))
    print.say(`  ${line}`);
  const copies = copiesOf(raw, configuration, { source, environmentName, id });
  if (dryRun) {
    for (const { from, to } of copies) print.say(`copy ${from} to ${to}`);
    return print.say(`Nothing was changed (--dry-run). ${releaseFile(system, environmentName)} would name ${id}.`);
  }
  await copy(copies, print);
  write(ROOT, system, change);
  print.say(`${releaseFile(system, environmentName)} names ${id}. Commit the file; its deploy wants an approval:`);
  print.say(`  SYSTEM=${system} npm run deploy -- ${environmentName}`);
}

/** @throws InvalidConfiguration if the environment must not run the release */
async function refuse(configuration: Configuration, environmentName: string): Promise<void> {
  const { name: systemName, releases } = configuration;
  const files = environmentOf(configuration, environmentName);
  const source = files.environment.verifiedIn?.environment;
  const [here, before] = await Promise.all([
    recordsIn(configuration, environmentName).list(),
    source === undefined ? undefined : recordsIn(configuration, source).list(),
  ]);
  const proposed = { systemName, environmentName, files, releases, rollback: false };
  const problems = releaseProblems(proposed, { here, before }, new Date());
  if (problems.length) throw new InvalidConfiguration(problems);
}

interface Copy {
  readonly from: string;
  readonly to: string;
  readonly digest: string;
}

/** Copies into the environment's repository, under a tag that its cleanup policy keeps. */
function copiesOf(
  raw: Raw,
  configuration: Configuration,
  { source, environmentName, id }: { readonly source: string; readonly environmentName: string; readonly id: string },
): Copy[] {
  const [there, here] = [source, environmentName].map(
    (name) => environmentOf(configuration, name).environment.repository,
  );
  return Object.entries((raw.releases[id] as Release).images).map(([image, digest]) => ({
    from: `${there}/${image}@${digest}`,
    to: `${here}/${image}:release-${id}`,
    digest,
  }));
}

/** @throws Refused if an image cannot be copied, or another one has the tag */
async function copy(copies: readonly Copy[], print: ReturnType<typeof printer>): Promise<void> {
  await checkPrograms();
  for (const { from, to, digest } of copies) {
    print.doing(`copying ${from}`);
    const there = await registries.digest(to);
    if (there === undefined) await registries.copy(from, to);
    else if (there !== digest)
      throw new Refused(`${to} is ${there}, not ${digest}. A tag never moves: delete it if it is wrong.`);
    print.say(`${print.passed} ${to}${there ? ": was there" : ""}`);
  }
}

export const main = (...call: Parameters<typeof promote>): Promise<void> => orRefused(() => promote(...call));
