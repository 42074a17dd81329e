import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { checkout } from "../commands/checkout";
import { releaseId } from "../schema/release";
import { type RecordsCloud, startRecords } from "./releasing/cloud";

/** `npm run canary` as far as it goes without a cluster. What it does in one is in releasing/walk.test.ts. */
let folder: string;
let cloud: RecordsCloud;
beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), "canary-"));
  cloud = await startRecords(path.join(folder, "cloud"), "django-erp");
  checkout(folder);
});
afterAll(async () => {
  await cloud.fake.stop();
  rmSync(folder, { recursive: true });
});

const file = (name: string) => path.join(folder, "releases", "django-erp", `${name}.json`);
const read = (name: string) => JSON.parse(readFileSync(file(name), "utf8"));

const canary = (args: readonly string[], more: NodeJS.ProcessEnv = {}) =>
  new Promise<{ code: number; out: string }>((resolve) => {
    const env = { ...process.env, CI: "", SYSTEM: "django-erp", ...cloud.env, ...more };
    const call = ["commands/slipway.mjs", "canary", "production", ...args];
    execFile(process.execPath, call, { cwd: folder, env }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, out: stdout + stderr }),
    );
  });

test("without a candidate, there is nothing to walk", async () => {
  expect(await canary([])).toEqual({
    code: 1,
    out: expect.stringMatching(/^production has no candidate\. SYSTEM=django-erp npm run release/),
  });
}, 120_000);

describe("with a candidate", () => {
  let stable: string;
  let candidate: string;
  beforeAll(() => {
    stable = read("production").stable;
    const next = { ...read(stable), version: "2.0.0" };
    candidate = releaseId(next);
    writeFileSync(file(candidate), JSON.stringify(next));
    writeFileSync(file("production"), JSON.stringify({ stable, candidate, share: 10 }));
  });

  test("--dry-run prints the steps and the queries, and asks nobody", async () => {
    const { code, out } = await canary(["--dry-run"]);
    expect(code).toBe(0);
    expect(out).toContain(`${candidate} gets 10 (now), 50, 100 % of production's requests, beside ${stable}.`);
    expect(out).toContain("A step passes after 3 measurements in a row with 100 requests to each release");
    expect(out).toContain("Nobody watches websockets, which has no metrics.requests.");
    expect(out).toMatch(/^ {2}web candidate requests: sum \(rate\(.+track="candidate"\}\[5m\]\)\) \* 300$/m);
    expect(out).toMatch(/^ {2}web stable latency: histogram_quantile\(0\.95, .+track=""\}\[5m\]\)\)\)$/m);
  }, 120_000);

  test("it walks only if somebody approves it, and if it runs", async () => {
    expect(await canary([])).toEqual({ code: 1, out: expect.stringContaining("The walk is not approved.") });
    const { code, out } = await canary(["--auto-approve", "--requests", "20"]);
    expect([code, out]).toEqual([
      1,
      expect.stringContaining(`does not run the candidate ${candidate} beside ${stable} yet`),
    ]);
    expect(out).toContain("with 20 requests to each release");
    expect(read("production")).toEqual({ stable, candidate, share: 10 });
  }, 120_000);

  test("in CI, the call must name the system of a production", async () => {
    const settings = JSON.parse(readFileSync(path.join(folder, "cdktf.json"), "utf8"));
    const chosen = { ...settings, context: { ...settings.context, system: "django-erp" } };
    writeFileSync(path.join(folder, "cdktf.json"), JSON.stringify(chosen));
    const { code, out } = await canary(["--auto-approve"], { CI: "true", SYSTEM: "" });
    expect([code, out]).toEqual([1, expect.stringContaining("SYSTEM = nothing: must name the system when CI deploys")]);
  }, 120_000);
});
