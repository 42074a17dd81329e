import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout } from "node:timers/promises";
import { type Cloud, type FakeCloud, type Fault, type Label, startFakeCloud } from "@slipway/fake-google-cloud";
import { type FakeVercel, startFakeVercel } from "@slipway/fake-vercel";
import type { KubernetesObject } from "../kubernetes";
import { type MadeByHand, makeByHand } from "../made-by-hand";
import { loadBalancerMinutes, podStartMinutes } from "../schedule/times";
import type { Pool } from "../stack";
import { WAITED, waitedIn } from "../terraform/prepare";
import { type Run, type RunOptions, run, terraformEnvironment } from "../terraform/run";
import { ApiServer } from "./api-server";
import { AUTOPILOT, createdElsewhere, faultPolicy, isKubernetes, labelsOf, notStruck, PROBE } from "./cluster-policies";
import { clusterRoles } from "./cluster-roles";
import { type ControlPlane, startControlPlane } from "./control-plane";
import { definition, GKE_KINDS } from "./custom-resources";
import { GATEWAY_KINDS } from "./gateway-kinds";
import { LoadBalancerController } from "./load-balancer-controller";
import { ABOVE, basePort } from "./ports";
import { withTokenPlugin } from "./tools";

const SCALED_OBJECTS = "scaledobjects.keda.sh";

/** Where a rehearsal takes place on this machine: a Kubernetes control plane, a fake of Google Cloud, and Terraform. */
export interface Machine {
  /** Folder of logs, plans and the state. */
  readonly work: string;
  readonly google: FakeCloud;
  /** The fake of Vercel, if the stacks have something there and Terraform has the provider. */
  readonly vercel?: FakeVercel;
  /** Environment in which commands use this machine's cloud and cluster. */
  readonly env: NodeJS.ProcessEnv;
  readonly objectsOf: NonNullable<Surroundings["objectsOf"]>;
  /**
   * Makes calls fail, in place of those that were armed before. Returns the faults that no call met. A fault in Google Cloud
   * fails one call; a fault in Kubernetes fails every call until others are armed.
   */
  arm(faults: readonly Fault[]): Promise<Fault[]>;
  /** Every change that Terraform asked for so far, of Google Cloud first. */
  changes(): Label[];
  /** Lets GKE's controllers look at the cluster's objects now. */
  sync(): Promise<void>;
  /** Runs Terraform, and writes its output to a log of this name. */
  terraform(name: string, args: readonly string[], onLine?: RunOptions["onLine"]): Promise<Run>;
  /** @throws if kubectl fails, because its empty output would look like an answer */
  kubectl(...args: readonly string[]): Promise<string>;
  /** Empties cloud and cluster, which is faster than to start others. */
  renew(): Promise<void>;
  stop(): Promise<void>;
}

/** What a stack's JSON does not say about its project and its charts. */
export interface Surroundings {
  /** APIs that are enabled before the first deploy, such as `serviceusage.googleapis.com`; none by default. */
  readonly enabledApis?: readonly string[];
  /** Makes what else is in the project before the first deploy, as an administrator. */
  readonly prepareProject?: (cloud: Cloud) => void;
  /** Service account that deploys, by its email, with the roles that `prepareProject` grants it; an administrator by default. */
  readonly deployer?: string;
  /** Permissions that the deployer does not have, whatever its roles; none by default. */
  readonly withheld?: readonly string[];
  /** Whether APIs, service accounts and grants that a deploy makes are seen only after a while, as at Google. */
  readonly eventuallyConsistent?: boolean;
  /** Custom resources that the charts define, as `<group>/<version> <Kind> [plural]`. Stubs of charts do not define them. */
  readonly customResources?: readonly string[];
  /** The Kubernetes objects that a Helm release makes of its values, as far as the rehearsal must know them. */
  readonly objectsOf?: (values: string) => readonly KubernetesObject[];
}

export interface MachineOptions extends Surroundings {
  /** Folder of logs, plans and the state. Those of an earlier rehearsal are deleted. */
  readonly work: string;
  /** Port of the API server; the fake of Google Cloud listens 1000 above it, and etcd 2000. Free ports by default. */
  readonly port?: number;
  /** Limit of one Terraform command, in seconds. */
  readonly timeout: number;
  /** Minutes of Google Cloud that pass in a minute here. */
  readonly speed: number;
  /** Seconds that an access token of the deployer is valid; an hour by default. */
  readonly tokenLife?: number;
  readonly madeByHand: MadeByHand;
  /** Whether a fake of Vercel runs as well. The default is false. */
  readonly vercel?: boolean;
  /** Node pools, whose nodes exist from the start. */
  readonly pools: readonly Pool[];
}

export async function startMachine(options: MachineOptions): Promise<Machine> {
  const { work, speed, pools } = options;
  mkdirSync(work, { recursive: true });
  for (const old of ["kube", "cloud.log", "vercel.log", WAITED, "tf/terraform.tfstate"])
    rmSync(path.join(work, old), { recursive: true, force: true });
  const port = await basePort(options.port);
  const controlPlane = await startControlPlane({
    folder: path.join(work, "kube"),
    port,
    etcdPort: port + ABOVE.etcd,
    podStart: (podStartMinutes * 60) / speed,
    pools,
    cloud: `http://127.0.0.1:${port + ABOVE.cloud}`,
  });
  return around(controlPlane, port, options).catch(async (error: unknown) => {
    await controlPlane.stop();
    throw error;
  });
}

/** Starts everything around a control plane. */
async function around(controlPlane: ControlPlane, port: number, options: MachineOptions): Promise<Machine> {
  const { work, timeout, speed } = options;
  const api = new ApiServer(`https://127.0.0.1:${port}`, controlPlane);
  const balancers = new LoadBalancerController(api, (loadBalancerMinutes * 60_000) / speed);
  const google = await startFakeCloud({
    folder: work,
    port: port + ABOVE.cloud,
    speed,
    tokenLife: options.tokenLife,
    enabledApis: options.enabledApis,
    account: options.deployer,
    withheld: options.withheld,
    eventuallyConsistent: options.eventuallyConsistent,
    clock: () => Date.now() + waitedIn(work) * 1000,
    kubernetes: {
      host: `127.0.0.1:${port}`,
      authority: readFileSync(controlPlane.authority, "utf8"),
      async prepare({ autopilot, networkConfig }) {
        if (autopilot?.enabled) await apply(AUTOPILOT);
        if (networkConfig.gatewayApiConfig?.channel === "CHANNEL_STANDARD") await apply(GATEWAY_KINDS);
      },
      sync: (cloud) => balancers.sync(cloud),
    },
  });
  const vercel = options.vercel ? await startFakeVercel(work) : undefined;
  function prepareProject(): void {
    makeByHand(google.cloud, options.madeByHand);
    options.prepareProject?.(google.cloud);
    google.cloud.propagation?.settle();
  }
  prepareProject();

  // GKE's DNS endpoint and Vercel have public certificates. Here, their own authorities are added to the system's.
  const roots = path.join(work, "roots.pem");
  const system = process.env.SSL_CERT_FILE ?? "/etc/ssl/certs/ca-certificates.crt";
  writeFileSync(
    roots,
    [system, controlPlane.authority, ...(vercel ? [vercel.authority] : [])]
      .filter(existsSync)
      .map((file) => readFileSync(file, "utf8"))
      .join("\n"),
  );
  const env = {
    ...terraformEnvironment(),
    ...google.env,
    ...vercel?.env,
    PATH: withTokenPlugin(process.env.PATH),
    SSL_CERT_FILE: roots,
    KUBECONFIG: controlPlane.kubeconfig,
    // Not the caches that another cluster at the same port has filled.
    KUBECACHEDIR: path.join(work, "kube", "cache"),
    HELM_CACHE_HOME: path.join(work, "kube", "helm"),
    HELM_CONFIG_HOME: path.join(work, "kube", "helm"),
  };
  async function apply(items: readonly unknown[]): Promise<void> {
    const input = JSON.stringify({ apiVersion: "v1", kind: "List", items });
    const { status, stderr } = await run("kubectl", ["apply", "--server-side", "-f", "-"], { env, timeout, input });
    if (status !== 0) throw new Error(stderr);
  }
  const definitions = [...GKE_KINDS, ...(options.customResources ?? [])].map((line) => definition(line));
  await apply([...clusterRoles([...new Set(definitions.map(({ spec }) => spec.group))]), ...definitions]);

  /** Waits until the deployer's calls fail, or no longer fail. The audit log does not record this impersonated deployer. */
  async function untilFailing(failing: boolean): Promise<void> {
    for (const end = Date.now() + timeout * 1000; Date.now() < end; await setTimeout(200)) {
      const { status } = await run("kubectl", [...PROBE, "--as=deployer", "--as-group=system:masters"], {
        env,
        timeout,
      });
      if ((status !== 0) === failing) return;
    }
    throw new Error("the API server does not apply a policy");
  }

  // Failures are ignored here: before a deletion, the controller syncs again and reports them.
  const looking = balancers.isSlow && setInterval(() => balancers.sync(google.cloud).catch(() => {}), 1000);

  const audit = () => (existsSync(controlPlane.audit) ? readFileSync(controlPlane.audit, "utf8") : "");
  /** The armed faults of Kubernetes, and the length of the audit log when they were armed. */
  let armed: { readonly faults: readonly Fault[]; readonly from: number } = { faults: [], from: 0 };
  /** Length of the audit log at the last renewal, because kubectl fails for kinds whose definitions were deleted then. */
  let renewed = 0;
  const machine: Machine = {
    work,
    google,
    vercel,
    env,
    objectsOf: options.objectsOf ?? (() => []),
    async arm(faults) {
      const left = [
        ...google.faults.arm(faults.filter((fault) => !isKubernetes(fault))),
        ...notStruck(armed.faults, audit().slice(armed.from)),
      ];
      if (armed.faults.length) {
        await machine.kubectl("delete", "validatingadmissionpolicybindings", "simulated-failure");
        await untilFailing(false);
      }
      armed = { faults: faults.filter(isKubernetes), from: audit().length };
      if (armed.faults.length) {
        await apply(faultPolicy(armed.faults));
        await untilFailing(true);
      }
      return left;
    },
    changes: () => [
      ...google.calls.filter(({ changes, code }) => changes && code < 400).map(({ label }) => label),
      ...labelsOf(audit()),
    ],
    sync: () => balancers.sync(google.cloud),
    async terraform(name, args, onLine) {
      const cwd = path.join(work, "tf");
      const result = await run("terraform", [...args, "-no-color"], { env, timeout, cwd, onLine });
      writeFileSync(path.join(work, `${name}.log`), result.stdout + result.stderr);
      return result;
    },
    async kubectl(...args) {
      const { status, stdout, stderr } = await run("kubectl", args, { env, timeout });
      if (status !== 0) throw new Error(`kubectl ${args.join(" ")} fails (${status}): ${stderr}`);
      return stdout;
    },
    async renew() {
      await machine.arm([]);
      const names = (await machine.kubectl("get", "namespaces", "-o", "name")).split("\n");
      const { "": global = [], ...within } = Object.fromEntries(createdElsewhere(labelsOf(audit().slice(renewed))));
      renewed = audit().length;
      // KEDA lets its objects go only while it runs, so they go before its namespace.
      const ofKeda = await machine.kubectl("api-resources", "--api-group=keda.sh", "-o", "name");
      if (ofKeda.includes(SCALED_OBJECTS)) await machine.kubectl("delete", SCALED_OBJECTS, "--all", "--all-namespaces");
      // Before the namespaces and definitions, with which some of them would disappear.
      for (const [namespace, objects] of Object.entries(within))
        await machine.kubectl("delete", "-n", namespace, ...new Set(objects), "--ignore-not-found");
      const made = [...names.filter((name) => name && !/\/(default|kube-.*)$/.test(name)), ...global];
      if (made.length) await machine.kubectl("delete", ...new Set(made), "--ignore-not-found");
      google.renew();
      vercel?.renew();
      prepareProject();
    },
    async stop() {
      if (looking) clearInterval(looking);
      await controlPlane.stop();
      await google.stop();
      await vercel?.stop();
    },
  };
  return machine;
}
