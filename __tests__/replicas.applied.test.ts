import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { rehearse } from "@slipway/rehearsal";
import { SURROUNDINGS } from "../commands/rehearse/project";
import { synthesize } from "../stacks/synthesize";
import { whatRehearsalsLack } from "./rehearsable";
import { configuration } from "./support";

const work = mkdtempSync(path.join(os.tmpdir(), "replicas-"));
afterAll(() => rmSync(work, { recursive: true, force: true }));

const missing = whatRehearsalsLack(work, "fixed numbers of pods that become ranges");
const skipped = missing ? ` (SKIPPED: ${missing.split(";")[0]})` : "";

type Replicas = number | { readonly min: number; readonly max: number };

/** Folder of staging's stack with so many pods of the worker, and a variable of its pods. */
function staging(name: string, replicas: Replicas, variable = "works"): string {
  const out = path.join(work, name);
  mkdirSync(out);
  const changed = configuration(({ system, staging, production }) => {
    const { worker } = system.services;
    if (!worker) throw new Error("the worker is not there");
    if (typeof replicas !== "number") worker.autoscale = { cpu: 70 };
    worker.variables = [...(worker.variables ?? []), "BREAKS"];
    system.variables.BREAKS = variable;
    for (const { environment } of [staging, production]) environment.services.worker = { replicas };
    system.database.connectionsPerPod = 5; // staging's database is small
  });
  synthesize(changed, {}, out);
  return path.join(out, "stacks", "staging");
}

(missing ? test.skip : test)(
  `changing a fixed number of pods to a range, or back, removes no running pod, also when the rollout fails${skipped}`,
  async () => {
    const { steps } = await rehearse({
      ...SURROUNDINGS,
      stacks: [staging("range", { min: 3, max: 6 })],
      broken: {
        services: staging("broken-fixed", 3, "crashing"),
        everything: staging("broken-range", { min: 4, max: 6 }, "crashing-too"),
        next: staging("fixed", 5),
      },
      work,
      timeout: 240,
    });
    expect(steps.filter((step) => step.wrong.length)).toEqual([]);
    const watched = steps.filter(({ what }) => what.endsWith("no workload drops below its minimum"));
    expect(watched.map(({ what }) => what.split(":")[0])).toEqual([
      "broken", // range to fixed
      "broken-again", // fixed to range
      "back", // range to a lower one
      "broken-once-more",
      "forward", // range to fixed
      "back again", // fixed to range
    ]);
  },
  600_000,
);
