import { type Configuration, environmentOf } from "../schema/load";
import { imageOf, type Release } from "../schema/release";
import { isInForce } from "../schema/vulnerabilities";
import { checkRelease, configurationFor } from "./context";
import { person } from "./git";
import type { Of } from "./records/event";
import type { Records } from "./records/records";
import { recordsIn } from "./records/records";
import { orRefused } from "./refused";
import { printer } from "./terminal";
import { ARGUMENTS, criticalIn, packageOf, type Vulnerability } from "./trivy";

/** Releases whose images are scanned in an environment. */
export interface Subject {
  readonly environmentName: string;
  readonly files: Pick<Configuration["environments"]["production"], "system" | "environment" | "pointer">;
  readonly releases: Configuration["releases"];
  /** Name of the release, in place of those that the environment's file names. */
  readonly release?: string;
}

/** What scanning needs of the world outside. */
export interface Outside {
  readonly records: Pick<Records, "add">;
  readonly print: ReturnType<typeof printer>;
  /** The critical vulnerabilities of an image. */
  criticalIn(image: string): Promise<readonly Vulnerability[]>;
  now(): Date;
}

/** The images of each release that is scanned: references, by the images' names. */
function imagesOf({ files: { environment, pointer }, releases, release }: Subject): [string, Map<string, string>][] {
  const ids = release ? [release] : [pointer.stable, pointer.candidate].filter((id) => id !== undefined);
  return ids.map((id) => {
    const of = releases[id] as Release;
    return [id, new Map(Object.keys(of.images).map((name) => [name, imageOf(environment, of, name)]))];
  });
}

/** The images to scan, each once: releases share those that have not changed. */
const distinct = (releases: ReturnType<typeof imagesOf>): Set<string> =>
  new Set(releases.flatMap(([, images]) => [...images.values()]));

/**
 * Scans the images of an environment's releases, and records for each release what was found. One image at a time, because calls
 * of Trivy lock its cache.
 * @returns the records, and whether each vulnerability has an exception
 * @throws Refused if an image cannot be scanned. Nothing is recorded then
 */
export async function scan(subject: Subject, { records, print, criticalIn, now }: Outside) {
  const { environmentName, files } = subject;
  const exceptionTo = (id: string) =>
    files.system.vulnerabilityExceptions.find((it) => it.id === id && isInForce(it, now()));
  const releases = imagesOf(subject);
  const found = new Map<string, readonly Vulnerability[]>();
  for (const image of distinct(releases)) {
    print.doing(`scanning ${image}`);
    const vulnerabilities = await criticalIn(image);
    found.set(image, vulnerabilities);
    const mark = vulnerabilities.every(({ id }) => exceptionTo(id)) ? print.passed : print.failed;
    print.say(`${mark} ${image}: ${vulnerabilities.length} critical`);
    for (const it of vulnerabilities) {
      const exception = exceptionTo(it.id);
      const accepted = exception ? `; accepted until ${exception.until}: ${exception.reason}` : "";
      print.say(`     ${it.id} in ${packageOf(it)}${accepted}`);
    }
  }
  print.done();
  const scans = releases.map(
    ([release, images]): Of<"scan"> => ({
      kind: "scan",
      at: now().toISOString(),
      by: person(),
      release,
      vulnerabilities: [...images].flatMap(([name, image]) =>
        (found.get(image) ?? []).map((it) => ({ image: name, ...it })),
      ),
    }),
  );
  const open = ({ vulnerabilities }: Of<"scan">) =>
    new Set(vulnerabilities.map(({ id }) => id).filter((id) => !exceptionTo(id))).size;
  for (const it of scans) {
    await records.add(it);
    print.say(
      `Recorded: ${it.release} is scanned in ${environmentName}. Critical vulnerabilities without an exception: ${open(it)}.`,
    );
  }
  return { ok: !scans.some(open), scans };
}

interface Asked {
  readonly json?: boolean;
  readonly dryRun?: boolean;
}

export const main = (environmentName: string, release: string | undefined, { json, dryRun }: Asked): Promise<void> =>
  orRefused(async () => {
    const configuration = await configurationFor(environmentName);
    if (release !== undefined) checkRelease(configuration, environmentName, release);
    const files = environmentOf(configuration, environmentName);
    const subject: Subject = { environmentName, files, releases: configuration.releases, release };
    if (dryRun) {
      const calls = [...distinct(imagesOf(subject))].map((image) => ["trivy", ...ARGUMENTS, image].join(" "));
      if (json) return console.log(JSON.stringify({ calls }, null, 2));
      return console.log([...calls, "Nothing was scanned (--dry-run)."].join("\n"));
    }
    const print = printer(json ? process.stderr : process.stdout);
    const records = recordsIn(configuration, environmentName);
    await records.list(); // Trivy takes minutes, and what it finds is lost if it cannot be recorded
    const result = await scan(subject, { records, print, criticalIn, now: () => new Date() });
    if (json) console.log(JSON.stringify(result, null, 2));
    if (!result.ok) process.exitCode = 1;
  });
