import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { isControlPlaneBuilt } from "../rehearsal/control-plane";
import { whatMachineLacks } from "../rehearsal/machine";
import { whatIsMissing } from "../rehearsal/planner";
import { rehearse } from "../rehearsal/rehearsal";
import { synthesize } from "../stacks/synthesize";
import { configuration } from "./support";

const work = mkdtempSync(path.join(os.tmpdir(), "replicas-"));
afterAll(() => rmSync(work, { recursive: true, force: true }));

// Jest wants to know before it starts which tests there are.
const missing =
  whatIsMissing(work) ??
  whatMachineLacks() ??
  // minutes are too long for a test
  (isControlPlaneBuilt() ? undefined : "the control plane is not built yet; the first `npm run rehearse` does it");
if (missing) console.warn(`SKIPPED: fixed numbers of pods that become ranges. ${missing}.`);
const skipped = missing ? ` (SKIPPED: ${missing.split(";")[0]})` : "";

type Replicas = number | { readonly min: number; readonly max: number };

/** Folder of staging's stack with so many pods of the worker. */
function staging(name: string, replicas: Replicas): string {
  const out = path.join(work, name);
  mkdirSync(out);
  const quiet = jest.spyOn(console, "error").mockImplementation(() => {});
  const changed = configuration(({ system, staging, production }) => {
    const { worker } = system.services;
    if (worker && typeof replicas !== "number") worker.autoscale = { cpu: 70 };
    for (const { environment } of [staging, production]) environment.services.worker = { replicas };
    staging.release.version = name;
    system.database.connectionsPerPod = 5; // staging's database is small
  });
  synthesize(changed, {}, out);
  quiet.mockRestore();
  return path.join(out, "stacks", "staging");
}

(missing ? test.skip : test)(
  `changing a fixed number of pods to a range, to another, and back removes no running pod${skipped}`,
  async () => {
    const { steps } = await rehearse({
      stacks: [
        staging("fixed", 3),
        staging("range", { min: 2, max: 6 }),
        staging("higher", { min: 4, max: 6 }),
        staging("fixed-again", 5),
      ],
      work,
      timeout: 240,
      scaled: { namespace: "pmcrm", name: "worker" },
    });
    expect(steps.filter((step) => step.wrong.length)).toEqual([]);
    const watched = steps.filter(({ what }) => what.endsWith("pmcrm/worker never drops"));
    expect(watched.map(({ note }) => note.split(":")[0])).toEqual([
      "from 3 ready of 3",
      "from 3 ready of 3",
      "from 4 ready of 4",
    ]);
  },
  600_000,
);
