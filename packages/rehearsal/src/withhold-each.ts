import { rmSync } from "node:fs";
import path from "node:path";
import { spread } from "./fail-each";
import type { Finding } from "./finding";
import { Inconclusive } from "./inconclusive";
import type { RehearsalOptions } from "./options";
import { rehearse } from "./rehearse";
import { runEach } from "./run-each";

export interface WithholdEachOptions {
  /** Options of the rehearsal with all permissions. */
  readonly settings: RehearsalOptions;
  /** The permissions that it used. */
  readonly permissions: readonly string[];
  /** How many of them are withheld, evenly spread; all by default. */
  readonly sample?: number;
  /** How many rehearsals take place at a time. */
  readonly jobs: number;
}

/** The result of a rehearsal without one permission. */
export interface Withheld extends Finding {
  readonly permission: string;
  readonly seconds: number;
}

/** Takes each permission from the deployer in a rehearsal of its own, which must fail and name it. */
export async function withholdEach({ settings, permissions, sample, jobs }: WithholdEachOptions): Promise<Withheld[]> {
  if (!permissions.length) throw new Inconclusive("no permission is to be withheld");
  return runEach({
    items: spread(permissions, sample),
    jobs,
    workerOf: (job) => {
      const work = path.join(settings.work, `withheld-${job}`);
      return {
        run: (permission) => without(permission, { ...settings, work, port: undefined }),
        leave: async () => rmSync(work, { recursive: true, force: true }),
      };
    },
    nameOf: ({ permission }) => `without ${permission}`,
    report: settings.report,
  });
}

async function without(permission: string, settings: RehearsalOptions): Promise<Withheld> {
  const start = Date.now();
  const quiet = { report: undefined, progress: undefined, hold: undefined };
  const { steps } = await rehearse({ ...settings, ...quiet, withheld: [permission] });
  const wrong = steps.flatMap((step) => step.wrong);
  const named = wrong.some((line) => line.includes(permission));
  return {
    permission,
    wrong: !wrong.length
      ? ["the rehearsal does not fail"]
      : named
        ? []
        : ["it fails without naming the permission", ...wrong],
    note: steps.find((step) => step.wrong.length)?.what ?? "",
    seconds: (Date.now() - start) / 1000,
  };
}
