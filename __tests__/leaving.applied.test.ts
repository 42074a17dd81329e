import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { rehearse } from "@slipway/rehearsal";
import { SURROUNDINGS } from "../commands/rehearse/project";
import { synthesize } from "../stacks/synthesize";
import { whatRehearsalsLack } from "./rehearsable";
import { configuration, type Files } from "./support";
import { addService, hideService, removeService } from "./two-services";

const work = mkdtempSync(path.join(os.tmpdir(), "leaving-"));
afterAll(() => rmSync(work, { recursive: true, force: true }));

const missing = whatRehearsalsLack(work, "rehearsals of hosts and services that leave");

/** Folder of staging as it is after changes to pmcrm's files. */
function staging(name: string, ...changes: readonly ((files: Files) => void)[]): string {
  synthesize(
    configuration((files) => {
      for (const change of changes) change(files);
    }),
    {},
    path.join(work, name),
  );
  return path.join(work, name, "stacks", "staging");
}

// At this speed GKE takes a second to put a change into effect: an apply that does not wait for it fails.
(missing ? test.skip : test)(
  `a service loses its host, then leaves: each apply ends, and nothing is left to do${missing ? ` (SKIPPED: ${missing})` : ""}`,
  async () => {
    const { steps } = await rehearse({
      ...SURROUNDINGS,
      stacks: [
        staging("both", addService),
        staging("hidden", addService, hideService),
        staging("one", addService, removeService),
      ],
      work: path.join(work, "rehearsal"),
      timeout: 240,
      speed: 60,
    });
    expect(steps.filter((step) => step.wrong.length)).toEqual([]);
    expect(steps.filter((step) => step.what.endsWith("second plan is empty"))).toHaveLength(3);
  },
  600_000,
);
