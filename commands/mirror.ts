import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { THIRD_PARTY } from "../facts/names";
import { environmentFile } from "../schema/files";
import { toTheEnd } from "../schema/finish";
import { filesOf } from "./context";
import { chartStep, chartsFolder, checkPaths, imageStep, isMissing, isThere, type Step } from "./mirror/plan";
import { type Sources, sourcesOf } from "./mirror/sources";
import { checkPrograms, digestOf, imagesOfRelease, pull, type Registries, registries } from "./mirror/tools";
import { Refused } from "./refused";
import { printer } from "./terminal";

interface Asked {
  readonly dryRun?: boolean;
}
const AGAIN = "To continue, run the same command again.";

type Print = Pick<ReturnType<typeof printer>, "passed" | "failed"> & {
  say(text: string): void;
  doing(what: string): void;
  done(): void;
};

/** Finds what is to be copied, with charts in a folder. */
export async function planned(
  { releases, images }: Sources,
  mirror: string,
  folder: string,
  registries: Registries,
  print: Print,
): Promise<Step[]> {
  const steps: Step[] = [];
  const all = new Set(images);
  for (const release of releases) {
    print.doing(`chart ${release.chart} ${release.version}`);
    const file = await pull(release, folder);
    for (const image of await imagesOfRelease(release, file)) all.add(image);
    steps.push(await chartStep({ release, file, digest: digestOf(file) }, mirror, registries));
  }
  checkPaths([...all], mirror);
  for (const image of [...all].sort()) {
    print.doing(image);
    steps.push(await imageStep(image, mirror, registries));
  }
  return steps;
}

/**
 * Prints the plan, and copies what is missing. Returns what is wrong: the mirror has another digest under a name, or a copy
 * failed.
 */
export async function copied(steps: readonly Step[], { dryRun }: Asked, print: Print): Promise<string[]> {
  const missing = steps.filter(isMissing);
  const moved = steps.filter((step) => !isMissing(step) && !isThere(step));
  for (const step of steps)
    print.say(`${isMissing(step) ? "copy " : isThere(step) ? "there" : "MOVED"} ${step.name} ${step.digest}`);
  print.say("");
  const failures = new Set<string>();
  let done = 0;
  for (const [i, step] of dryRun ? [] : missing.entries()) {
    const what = `${i + 1} of ${missing.length}: ${step.to}`;
    print.doing(what);
    try {
      await step.copy();
      done++;
      print.say(`${print.passed} ${what}`);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      print.say(`${print.failed} ${what}`);
      failures.add(error.message);
    }
  }
  print.done();
  const counts = { copied: done, "there before": steps.length - missing.length - moved.length, moved: moved.length };
  const left = { ...counts, "still missing": missing.length - done };
  print.say(
    Object.entries(left)
      .map(([what, count]) => `${count} ${what}`)
      .join(", "),
  );
  return [
    ...moved.map(
      ({ name, digest, to, there }) =>
        `${to} has ${there}. The publisher now has ${digest} under the name of ${name}. A tag in the mirror never moves, so pods run the copy. To run what the publisher has now, use a version with another tag.`,
    ),
    ...failures,
    ...(failures.size ? [AGAIN] : []),
  ];
}

export const main = (environmentName: string, asked: Asked): Promise<void> =>
  toTheEnd(async () => {
    const { systemName, files } = await filesOf(environmentName);
    const { environment } = files;
    const { project, region, repository, imagesMirror, chartsMirror } = environment;
    const mirror = imagesMirror ?? `${region}-docker.pkg.dev/${project}/${THIRD_PARTY}`;
    const folder = mkdtempSync(path.join(os.tmpdir(), "mirror-"));
    const print = printer(process.stdout);
    try {
      await checkPrograms("helm", "crane");
      print.doing("synthesizing");
      const { synthesizeEnvironment } = await import("../stacks/synthesize"); // the bindings load slowly
      // As if there were no mirror: the stack then names everything as its publishers do.
      const publishers = { ...environment, chartsMirror: undefined, imagesMirror: undefined };
      const stack = synthesizeEnvironment(
        { ...files, environment: publishers, systemName, environmentName },
        path.join(folder, "stacks"),
      );
      print.say(`Charts and images of others in ${systemName} ${environmentName}, for ${mirror}:\n`);
      const steps = await planned(sourcesOf(JSON.parse(stack), repository), mirror, folder, registries, print);
      const wrong = await copied(steps, asked, print);
      const settings = { chartsMirror: `oci://${chartsFolder(mirror)}`, imagesMirror: mirror };
      if (wrong.length) {
        console.error(`\n${wrong.join("\n\n")}`);
        process.exitCode = 1;
      } else if (!asked.dryRun && (settings.chartsMirror !== chartsMirror || settings.imagesMirror !== imagesMirror)) {
        print.say(`\nTo use the copies, write into ${environmentFile(systemName, environmentName)}:`);
        for (const [field, value] of Object.entries(settings)) print.say(`  ${field}: ${JSON.stringify(value)},`);
      }
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      print.done();
      console.error(`${error.message}\n${AGAIN}`);
      process.exitCode = 1;
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
