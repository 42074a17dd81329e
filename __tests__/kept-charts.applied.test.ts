import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { run } from "@slipway/rehearsal";
import { whatIsMissing } from "../commands/planner";
import { keepCharts, layCharts, takeChartsAway } from "../commands/terraform/kept-charts";

const work = mkdtempSync(path.join(os.tmpdir(), "charts-"));
let server: http.Server | undefined;
afterAll(() => {
  server?.close();
  rmSync(work, { recursive: true, force: true });
});
const missing = whatIsMissing(work);
if (missing) console.warn(`SKIPPED: plans without a repository of charts. ${missing}.`);

const VERSION = "1.2.3";
const ARCHIVE = `demo-${VERSION}.tgz`;

/** A repository with one chart, on this machine. */
async function repository(): Promise<http.Server> {
  mkdirSync(path.join(work, "demo"));
  writeFileSync(path.join(work, "demo", "Chart.yaml"), `apiVersion: v2\nname: demo\nversion: ${VERSION}\n`);
  execFileSync("tar", ["-czf", ARCHIVE, "demo"], { cwd: work });
  const entry = `{ apiVersion: v2, name: demo, version: ${VERSION}, urls: ["${ARCHIVE}"] }`;
  const server = http.createServer(({ url }, answer) =>
    answer.end(
      url === "/index.yaml" ? `apiVersion: v1\nentries:\n  demo: [${entry}]\n` : readFileSync(path.join(work, ARCHIVE)),
    ),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

(missing ? test.skip : test)(
  `a plan finds the charts that an earlier one has kept, from both kinds of repositories, and asks none of them${missing ? ` (SKIPPED: ${missing})` : ""}`,
  async () => {
    const folder = path.join(work, "stack");
    mkdirSync(folder);
    const env: NodeJS.ProcessEnv = { ...process.env, TF_CLI_CONFIG_FILE: undefined, CHECKPOINT_DISABLE: "1" };
    const kept = keepCharts(path.join(work, "kept"), env);
    const write = (...repositories: readonly string[]) => {
      const release = (url: string, i: number) => [
        `demo${i}`,
        { name: `demo${i}`, chart: "demo", version: VERSION, repository: url },
      ];
      const stack = {
        terraform: { required_providers: { helm: { source: "hashicorp/helm" } } },
        provider: { helm: { kubernetes: { host: "http://127.0.0.1:1" } } },
        resource: { helm_release: Object.fromEntries(repositories.map(release)) },
      };
      writeFileSync(path.join(folder, "cdk.tf.json"), JSON.stringify(stack));
      return stack;
    };
    const terraform = async (...args: readonly string[]) => {
      const { status, stdout, stderr } = await run("terraform", args, { cwd: folder, env, timeout: 60 });
      return [status, stdout + stderr];
    };
    const plan = () => terraform("plan", "-input=false", "-no-color");

    server = await repository();
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    write(url);
    expect(await terraform("init", "-no-color")).toEqual([0, expect.anything()]);
    expect(await plan()).toEqual([0, expect.stringContaining("1 to add")]);
    expect(readdirSync(kept)).toContain(ARCHIVE);
    await new Promise((resolve) => server?.close(resolve));

    const stack = write(url, "oci://127.0.0.1:1/charts");
    const [code, said] = await plan();
    expect([code, said]).toEqual([1, expect.stringContaining("connection refused")]);
    layCharts(stack, folder, kept);
    expect(await plan()).toEqual([0, expect.stringContaining("2 to add")]);
    takeChartsAway(stack, folder);
    expect(["demo", "oci:"].filter((it) => existsSync(path.join(folder, it)))).toEqual([]);
  },
  240_000,
);
