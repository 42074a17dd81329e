import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { startFakeCloud } from "@slipway/fake-google-cloud";
import { run, terraformEnvironment } from "@slipway/rehearsal";
import { whatIsMissing } from "../commands/planner";
import { SURROUNDINGS } from "../commands/rehearse/project";
import { freezeProblems } from "../commands/terraform/frozen";
import type { Plan } from "../commands/terraform/plan-problems";
import { synthesize } from "../stacks/synthesize";
import { closure, prune } from "./prune";
import { configuration, type Files, read } from "./support";

const work = mkdtempSync(path.join(os.tmpdir(), "freeze-"));
afterAll(() => rmSync(work, { recursive: true }));

const missing = whatIsMissing(work);
const skipped = missing ? ` (SKIPPED: ${missing.split(";")[0]})` : "";

const moment = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().replace(/\.\d+/, "");
const ADDRESSES = ["google_container_cluster.cluster", "google_sql_database_instance.database"];

(missing ? test.skip : test)(
  `a deploy tells Google of a freeze while it holds, and may change nothing else; a freeze that is over, or gone, is no trouble${skipped}`,
  async () => {
    const folder = path.join(work, "tf");
    const google = await startFakeCloud({ folder, enabledApis: SURROUNDINGS.enabledApis });
    const env = { ...terraformEnvironment(), ...google.env };
    const terraform = async (...args: string[]) => {
      const { status, stdout, stderr } = await run("terraform", args, { env, timeout: 120, cwd: folder });
      if (status !== 0) throw new Error(stdout + stderr);
      return stdout;
    };
    let count = 0;
    /** Plans and applies production after a change; returns what is changed, and why a deploy would be refused. */
    const deploy = async (change: (files: Files) => void) => {
      count += 1;
      const out = path.join(work, String(count));
      mkdirSync(out);
      const made = configuration(change);
      const { environment, freezes } = made.environments.production;
      synthesize(made, {}, out);
      const stack = read(out, "production");
      writeFileSync(path.join(folder, "main.tf.json"), JSON.stringify(prune(stack, closure(stack, ADDRESSES))));
      await terraform("plan", "-out=plan");
      const plan: Plan = JSON.parse(await terraform("show", "-json", "plan"));
      await terraform("apply", "plan");
      return {
        changed: (plan.resource_changes ?? [])
          .filter((it) => !["no-op", "read"].includes(String(it.change.actions)))
          .map(({ address }) => address)
          .sort(),
        refused: freezeProblems(plan, { systemName: made.name, environmentName: "production", environment, freezes })
          .length,
      };
    };
    try {
      await deploy(() => {});
      const freeze = { from: moment(-1), until: moment(3), reason: "An incident" };
      const sale = { from: moment(10), until: moment(20), reason: "Sale" };
      const frozen = (files: Files) => {
        files.production.freeze = freeze;
        files.production.environment.freezes = [sale];
      };
      expect(await deploy(frozen)).toEqual({ changed: ADDRESSES, refused: 0 });
      const planned = (files: Files) => {
        frozen(files);
        files.production.environment.cluster.maintenance = "04:00";
      };
      expect(await deploy(planned)).toEqual({ changed: expect.arrayContaining([ADDRESSES[0]]), refused: 1 });

      const over = (files: Files) => {
        files.production.freeze = {
          from: "2025-01-01T00:00:00Z",
          until: "2025-01-02T12:00:00Z",
          reason: "An incident",
        };
      };
      expect(await deploy(over)).toEqual({ changed: ADDRESSES, refused: 0 });
      expect(await deploy(over)).toEqual({ changed: [], refused: 0 });
      expect(await deploy(() => {})).toEqual({ changed: ADDRESSES, refused: 0 });
      expect(await deploy(() => {})).toEqual({ changed: [], refused: 0 });
    } finally {
      await google.stop();
    }
  },
  300_000,
);
