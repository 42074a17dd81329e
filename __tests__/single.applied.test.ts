import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { type Machine, rehearse, run, watchPods } from "@slipway/rehearsal";
import { SURROUNDINGS } from "../commands/rehearse/project";
import { synthesize } from "../stacks/synthesize";
import { addBackground } from "./background";
import { whatRehearsalsLack } from "./rehearsable";
import { configuration, type Json } from "./support";

const work = mkdtempSync(path.join(os.tmpdir(), "single-"));
afterAll(() => rmSync(work, { recursive: true, force: true }));

const missing = whatRehearsalsLack(work, "a single pod that is replaced");
const skipped = missing ? ` (SKIPPED: ${missing.split(";")[0]})` : "";

const NAMESPACE = "pmcrm";

/** Folder of staging's stack with a worker of a single pod, and this level of its log. */
function staging(level: string): string {
  const out = path.join(work, level);
  mkdirSync(out);
  const changed = configuration((files) => {
    addBackground(files);
    Object.assign(files.staging.environment.variables as object, { LOG_LEVEL: level });
  });
  synthesize(changed, {}, out);
  return path.join(out, "stacks", "staging");
}

/** What happens to the pods of a workload. Each waits until all that it has caused is over. */
const HAPPENINGS: Readonly<Record<string, (machine: Machine, workload: string, pod: () => Promise<Json>) => unknown>> =
  {
    async "a rollout"({ kubectl }, workload) {
      await kubectl("rollout", "restart", workload, "-n", NAMESPACE);
      await kubectl("rollout", "status", workload, "-n", NAMESPACE, "--timeout=60s");
    },
    async "a crash"({ kubectl }, workload, pod) {
      const { name } = (await pod()).metadata;
      const failed = JSON.stringify({ status: { phase: "Failed" } });
      await kubectl("patch", "pod", name, "-n", NAMESPACE, "--subresource=status", "--type=merge", "-p", failed);
      await ready(kubectl, workload);
    },
    async "a deletion"({ kubectl }, workload, pod) {
      await kubectl("delete", "pod", (await pod()).metadata.name, "-n", NAMESPACE);
      await ready(kubectl, workload);
    },
    async "a drained node"({ kubectl }, workload, pod) {
      const { nodeName } = (await pod()).spec;
      await kubectl("drain", nodeName, "--ignore-daemonsets", "--delete-emptydir-data", "--force", "--timeout=60s");
      await kubectl("uncordon", nodeName);
      await ready(kubectl, workload);
    },
  };

/** Waits until a workload has its one pod again. */
async function ready(kubectl: Machine["kubectl"], workload: string): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 1000)); // until the controllers have noticed
  await kubectl("wait", workload, "-n", NAMESPACE, "--for=jsonpath={.status.readyReplicas}=1", "--timeout=60s");
}

/** The most pods of a workload at one time, by what happens. */
async function mostPods(machine: Machine, workload: string, name: string): Promise<Record<string, number>> {
  const labels = { "app.kubernetes.io/name": name };
  const pod = async () => {
    const pods = await machine.kubectl(
      "get",
      "pods",
      "-n",
      NAMESPACE,
      "-l",
      `app.kubernetes.io/name=${name}`,
      "-o",
      "json",
    );
    const running = JSON.parse(pods).items.filter(({ status }: Json) => status.phase === "Running");
    expect(running).toHaveLength(1);
    return running[0];
  };
  const most: Record<string, number> = {};
  for (const [what, happen] of Object.entries(HAPPENINGS)) {
    const watching = await watchPods(machine, { namespace: NAMESPACE, labels });
    const before = (await pod()).metadata.uid;
    await happen(machine, workload, pod);
    most[what] = await watching.end();
    expect((await pod()).metadata.uid).not.toBe(before); // otherwise nothing was seen, because nothing happened
  }
  return most;
}

(missing ? test.skip : test)(
  `two pods of a single service never run, and of a Deployment in its place they do${skipped}`,
  async () => {
    let single: Json;
    let deployment: Json;
    const { steps } = await rehearse({
      ...SURROUNDINGS,
      stacks: [staging("debug"), staging("info")],
      work: path.join(work, "rehearsal"),
      timeout: 240,
      async hold(machine) {
        single = await mostPods(machine, "statefulset/beat", "beat");
        // The same pod, in the kind that comes closest: it stops the old pod of a rollout before it starts the new one.
        const labels = { "app.kubernetes.io/name": "deployed" };
        const { spec } = JSON.parse(await machine.kubectl("get", "statefulset", "beat", "-n", NAMESPACE, "-o", "json"));
        const manifest = {
          apiVersion: "apps/v1",
          kind: "Deployment",
          metadata: { name: "deployed", namespace: NAMESPACE },
          spec: {
            replicas: 1,
            strategy: { type: "Recreate" },
            selector: { matchLabels: labels },
            template: { ...spec.template, metadata: { labels } },
          },
        };
        const input = JSON.stringify(manifest);
        await run("kubectl", ["create", "-f", "-"], { env: machine.env, timeout: 30, input });
        await ready(machine.kubectl, "deployment/deployed");
        deployment = await mostPods(machine, "deployment/deployed", "deployed");
      },
    });
    expect(steps.filter((step) => step.wrong.length)).toEqual([]);
    expect(steps.map(({ what }) => what)).toContain("version 2: no single pod runs twice");
    expect(single).toEqual({ "a rollout": 1, "a crash": 1, "a deletion": 1, "a drained node": 1 });
    expect(deployment).toEqual({ "a rollout": 1, "a crash": 1, "a deletion": 2, "a drained node": 2 });
  },
  600_000,
);
