import path from "node:path";
import { InvalidArgumentError } from "commander";
import { releaseFile } from "../schema/files";
import { type Configuration, environmentOf, InvalidConfiguration, validate } from "../schema/load";
import { npmRun } from "../schema/npm-run";
import type { Release } from "../schema/release";
import { writable } from "./context";
import { checkReason } from "./reason";
import { current } from "./records/history";
import { orRefused } from "./refused";
import { releaseDifferences } from "./releases/differences";
import { factsOf } from "./releases/facts";
import { arriving, changed, check, remembering, runs, write } from "./releases/files";
import { coming } from "./releases/images";
import { proposedIn, releaseProblems } from "./releases/rules";
import { printer } from "./terminal";

const ROOT = path.resolve(__dirname, "..");

interface Asked {
  readonly hotfix?: string;
  readonly dryRun?: boolean;
}

/** Lets an environment run the release that was verified in another one. */
async function promote(environmentName: string, { hotfix, dryRun }: Asked): Promise<void> {
  checkReason("--hotfix", hotfix);
  const { systemName: system, raw } = await writable(environmentName);
  const today = validate(system, raw, process.env);
  const { environment } = environmentOf(today, environmentName);
  const source = environment.verifiedIn?.environment;
  if (source === undefined)
    throw new InvalidArgumentError(
      `${environmentName} has no verifiedIn, which names the environment that it takes releases from: ${npmRun(system, "release", environmentName)}`,
    );
  const before = runs(system, raw, environmentName);
  if (before.candidate !== undefined)
    throw new InvalidArgumentError(
      `${environmentName} has the candidate ${before.candidate}: ${npmRun(system, "release", environmentName)} with --promote or --abandon first`,
    );
  const { stable: id } = environmentOf(today, source).pointer;
  if (before.stable === id)
    return console.log(`${releaseFile(system, environmentName)} names ${id} already. Nothing was changed.`);
  const pointer = remembering(raw, before, arriving(before, id, hotfix));
  const change = { environment: environmentName, pointer };
  const files = changed(raw, change);
  check(system, files, [environmentName]);
  const configuration = validate(system, files, process.env);
  const { facts, early } = await allowed(configuration, environmentName);

  const print = printer(process.stdout);
  const release = raw.releases[id] as Release;
  const runsThere = current(facts.before ?? [])?.begun.release;
  const verb = runsThere === id ? "runs" : `runs ${runsThere ?? "nothing yet"}, and its file names`;
  print.say(`${source} ${verb} ${id}, version ${release.version}. In ${environmentName}, it changes:`);
  for (const line of releaseDifferences(before.stable ? (raw.releases[before.stable] as Release) : undefined, release))
    print.say(`  ${line}`);
  for (const { from, to } of coming(configuration, environmentName, facts.here))
    print.say(`  its deploy copies ${from} to ${to}`);
  if (hotfix !== undefined) print.say(`  it needs no verification and no scan: ${hotfix}`);
  for (const { rule, remedy } of early) print.say(`  its deploy is refused for now: it ${rule}; ${remedy}`);
  if (dryRun)
    return print.say(`Nothing was changed (--dry-run). ${releaseFile(system, environmentName)} would name ${id}.`);
  write(ROOT, system, change);
  print.say(`${releaseFile(system, environmentName)} names ${id}. Commit the file; its deploy wants an approval:`);
  print.say(`  ${npmRun(system, "deploy", environmentName)}`);
}

/**
 * What is known, and what is early: a release can be named before it has run as long as it must.
 * @throws InvalidConfiguration if the environment must not run it
 */
async function allowed(configuration: Configuration, environmentName: string) {
  const proposed = proposedIn(configuration, environmentName, false);
  const facts = await factsOf(configuration, environmentName);
  const now = new Date();
  const problems = releaseProblems({ ...proposed, isNamed: true }, facts, now);
  if (problems.length) throw new InvalidConfiguration(problems);
  return { facts, early: releaseProblems(proposed, facts, now) };
}

export const main = (...call: Parameters<typeof promote>): Promise<void> => orRefused(() => promote(...call));
