import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { recordsIn } from "../../commands/records/records";
import { Deploying } from "../../commands/releases/deploying";
import { InvalidConfiguration, load } from "../../schema/load";
import { ROOT } from "../support";
import { kindsIn, type RecordsCloud, startRecords } from "./cloud";

const folder = mkdtempSync(path.join(os.tmpdir(), "deploying-"));
const { env } = process;
let cloud: RecordsCloud;
beforeEach(async () => {
  cloud = await startRecords(mkdtempSync(path.join(folder, "cloud-")), "pmcrm");
  process.env = { ...env, ...cloud.env };
});
afterEach(async () => {
  process.env = env;
  await cloud.fake.stop();
});
afterAll(() => rmSync(folder, { recursive: true }));

const DETAILS = { plan: "0123456789abcdef", migrates: [], allowed: [] };

test("what has happened since a plan was made counts: a release that is held meanwhile is not deployed", async () => {
  const configuration = await load(ROOT, "pmcrm", {});
  const open = () => Deploying.open(configuration, "production", false);
  const [first, second] = [await open(), await open()];
  expect(first.problems).toEqual([]);
  await first.begin(DETAILS);
  await first.end(true);
  const { stable } = configuration.environments.production?.pointer ?? {};
  await recordsIn(configuration, "production").add({
    ...{ kind: "hold", at: new Date().toISOString(), by: "someone", release: String(stable), reason: "orders fail" },
  });
  await expect(second.begin(DETAILS)).rejects.toThrow(InvalidConfiguration);
  await second.end(false);
  expect(kindsIn(cloud, "pmcrm", "production")).toEqual(["deploy-begun", "deploy-ended", "hold"]);
});
