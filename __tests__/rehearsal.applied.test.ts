import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import os from "node:os";
import path from "node:path";
import { type Machine, type Rehearsed, readStack, rehearse, run } from "@slipway/rehearsal";
import { bootstrapped, SURROUNDINGS } from "../commands/rehearse/project";
import { synthesize } from "../stacks/synthesize";
import { whatRehearsalsLack } from "./rehearsable";
import { configuration, ROOT } from "./support";

const SECONDS = 1000;
const work = mkdtempSync(path.join(os.tmpdir(), "rehearsal-"));
afterAll(() => rmSync(work, { recursive: true, force: true }));

const missing = whatRehearsalsLack(work, "a rehearsal of staging on Autopilot");

async function stagingOnAutopilot(hold: (machine: Machine) => Promise<void>): Promise<Rehearsed> {
  const out = path.join(work, "out");
  mkdirSync(out);
  const changed = configuration(({ staging: { environment } }) => {
    const { channel, maintenance } = environment.cluster;
    environment.cluster = { mode: "autopilot", channel, maintenance };
    delete environment.monitoring.pool;
    environment.datadog = { site: "datadoghq.eu" };
  });
  synthesize(changed, {}, out);
  const stack = path.join(out, "stacks", "staging");
  const prepareProject = bootstrapped(readStack(stack));
  return rehearse({ ...SURROUNDINGS, stacks: [stack], work, timeout: 120, prepareProject, hold });
}

/** What Autopilot makes of an object in a dry run of the deployer, or its error. */
async function tried({ env, google }: Machine, object: object): Promise<string> {
  const { stdout, stderr } = await run(
    "kubectl",
    ["create", "--token", google.tokens.issue(), "--dry-run=server", "-o", "json", "-f", "-"],
    { env, timeout: 30, input: JSON.stringify(object) },
  );
  return stdout || stderr;
}

const CONFIG_MAP = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "x", namespace: "kube-system" } };
const POD = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "x", namespace: "default" },
  spec: { containers: [{ name: "a", image: "a", resources: { requests: { cpu: "1" } } }] },
};

const skipped = missing ? ` (SKIPPED: ${missing.split(";")[0]})` : "";
(missing ? test.skip : test)(
  `staging on Autopilot is applied after bootstrap, and then there is nothing left to do${skipped}`,
  async () => {
    let written = "";
    let pod = "";
    const { steps } = await stagingOnAutopilot(async (machine) => {
      written = await tried(machine, CONFIG_MAP);
      pod = await tried(machine, POD);
    });
    // https://cloud.google.com/kubernetes-engine/docs/concepts/autopilot-security
    expect(written).toContain(
      String.raw`the namespace \"kube-system\" is managed and the request's verb \"create\" is denied`,
    );
    // https://cloud.google.com/kubernetes-engine/docs/concepts/autopilot-resource-requests
    const resources = { cpu: "1", memory: "2Gi", "ephemeral-storage": "1Gi" };
    expect(JSON.parse(pod)).toMatchObject({
      metadata: { annotations: { "autopilot.gke.io/resource-adjustment": expect.any(String) } },
      spec: { containers: [{ name: "a", resources: { requests: resources, limits: resources } }] },
    });
    expect(steps.filter((step) => step.wrong.length)).toEqual([]);
    // The key ring and the key that bootstrap made.
    expect(steps.find((step) => step.what === "plan")?.note).toMatch(/^Plan: 2 to import, /);
    expect(steps.map((step) => step.what)).toEqual([
      "control plane and fake Google Cloud are up",
      "validate",
      "plan",
      "it waits for nothing needlessly",
      "apply",
      "second plan is empty",
      "no secret in state, plan or logs",
      "every copy of each secret agrees",
      "exactly the declared workloads run",
      "no configuration is left over",
      "every disk has the requested size",
      "no warning",
    ]);
  },
  240 * SECONDS,
);

(missing ? test.skip : test)(
  `a failed rehearsal keeps everything running while it is inspected${skipped}`,
  async () => {
    const stack = path.join(work, "impossible");
    mkdirSync(stack);
    writeFileSync(path.join(stack, "cdk.tf.json"), '{"terraform": {"required_version": ">= 99"}}');
    const hold = jest.fn(async ({ kubectl }: Machine) => void (await kubectl("get", "namespaces")));
    const { steps } = await rehearse({ stacks: [stack], work: path.join(work, "held"), timeout: 60, hold });
    expect(steps.at(-1)).toMatchObject({
      what: "init",
      wrong: [expect.stringContaining("Unsupported Terraform Core")],
    });
    expect(hold).toHaveBeenCalledTimes(1);
  },
);

const cli = (...args: readonly string[]) =>
  spawnSync(process.execPath, ["commands/slipway.mjs", "rehearse", ...args], { cwd: ROOT, encoding: "utf8" });

test("without Terraform, one line says that it is missing", () => {
  const { status, stderr, stdout } = spawnSync(
    process.execPath,
    ["commands/slipway.mjs", "rehearse", "production", "--work", path.join(work, "none")],
    { cwd: ROOT, encoding: "utf8", env: { ...process.env, PATH: path.dirname(process.execPath) } },
  );
  expect(stderr).toBe("inconclusive: terraform is not on PATH\n");
  expect(stdout).toBe("");
  expect(status).toBe(2);
});

(missing ? test.skip : test)(`a port that is in use is named at once${skipped}`, async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const { status, stderr } = cli("production", "--port", String(port), "--work", path.join(work, "busy"));
  server.close();
  expect(stderr).toContain(`inconclusive: port ${port} is in use`);
  expect(status).toBe(2);
});
