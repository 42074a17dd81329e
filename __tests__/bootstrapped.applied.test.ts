import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { type Cloud, startFakeCloud } from "@slipway/fake-google-cloud";
import { rehearse } from "@slipway/rehearsal";
import { SURROUNDINGS } from "../commands/rehearse/project";
import { environmentOf, load } from "../schema/load";
import { synthesize } from "../stacks/synthesize";
import { bootstrap, prepareCheckout } from "./bootstrapping";
import { whatRehearsalsLack } from "./rehearsable";
import { ROOT } from "./support";

const MINUTES = 60_000;
const work = mkdtempSync(path.join(os.tmpdir(), "bootstrapped-"));
afterAll(() => rmSync(work, { recursive: true, force: true }));

const missing = whatRehearsalsLack(work, "deploys of projects that bootstrap has prepared");
const skipped = missing ? ` (SKIPPED: ${missing.split(";")[0]})` : "";

/** Makes in one fake what is in another one. Values of secrets stay. */
const takeOver =
  (prepared: Cloud) =>
  (cloud: Cloud): void => {
    for (const [key, object] of structuredClone(prepared.store.entries())) cloud.store.set(key, object);
    cloud.policies.restore(prepared.policies.entries());
  };

beforeAll(() => prepareCheckout(work));

(missing ? test.skip.each : test.each)(["pmcrm", "enterprise"])(
  `%s: from an empty project, bootstrap prepares what its deployer needs, and both second plans are empty${skipped}`,
  async (system) => {
    const fake = await startFakeCloud({ folder: path.join(work, system) });
    try {
      const run = () => bootstrap({ fake, work, system, environment: "staging" }, "--yes");
      const first = await run();
      expect([first.status, first.stderr]).toEqual([0, expect.any(String)]);
      const again = await run();
      expect([again.status, again.stdout]).toEqual([0, expect.stringContaining("No changes.")]);

      const files = await load(ROOT, system, process.env);
      const out = path.join(work, `${system}-out`);
      mkdirSync(out);
      synthesize(files, {}, out);
      const { steps } = await rehearse({
        ...SURROUNDINGS,
        enabledApis: [],
        stacks: [path.join(out, "stacks", "staging")],
        work: path.join(work, `${system}-rehearsal`),
        timeout: 600,
        prepareProject: takeOver(fake.cloud),
        deployer: environmentOf(files, "staging").environment.deployer,
      });
      expect(steps.flatMap(({ what, wrong }) => wrong.map((line) => `${what}: ${line}`))).toEqual([]);
      expect(steps.map(({ what }) => what)).toContain("second plan is empty");
    } finally {
      await fake.stop();
    }
  },
  20 * MINUTES,
);
