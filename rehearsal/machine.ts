import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import { setTimeout } from "node:timers/promises";
import {
  addSecretByHand,
  addZoneByHand,
  type FakeCloud,
  type Fault,
  type Label,
  placeLogsByHand,
  startFakeCloud,
} from "@slipway/fake-google-cloud";
import { BOOTSTRAP_APIS } from "../facts/apis";
import { bootstrapped } from "./bootstrapped";
import { AUTOPILOT, createdElsewhere, faultPolicy, isKubernetes, labelsOf, notStruck, PROBE } from "./cluster-policies";
import { type ControlPlane, isControlPlaneBuilt, startControlPlane } from "./control-plane";
import { Inconclusive } from "./inconclusive";
import { IngressController } from "./ingress-controller";
import type { MadeByHand, Pool, StackJson } from "./stack";
import { type Run, type RunOptions, run, terraformEnvironment } from "./terraform";
import { ingressMinutes, podStartMinutes } from "./times";

/**
 * The surroundings of a rehearsal on this machine: a Kubernetes control plane, a fake of Google Cloud, Terraform.
 */
export interface Machine {
  /** Folder of logs, plans and the state. */
  readonly work: string;
  readonly google: FakeCloud;
  /** What leads commands to this machine's cloud and cluster. */
  readonly env: NodeJS.ProcessEnv;
  /**
   * Lets calls fail, in place of those that were to fail before; those of them that did not are returned. One to Google
   * Cloud fails once, one to Kubernetes until others are armed.
   */
  arm(faults: readonly Fault[]): Promise<Fault[]>;
  /** Every change so far that Terraform asked Google Cloud for, and then Kubernetes. */
  changes(): Label[];
  /** Runs Terraform; its output is kept under the name. */
  terraform(name: string, args: readonly string[], onLine?: RunOptions["onLine"]): Promise<Run>;
  /** What kubectl answers; fails where it does, for nothing would look like an answer. */
  kubectl(...args: readonly string[]): Promise<string>;
  /** Makes cloud and cluster empty again, which is sooner done than to start others. */
  renew(): Promise<void>;
  stop(): Promise<void>;
}

export interface MachineOptions {
  /** Folder of logs, plans and the state, which begins anew. */
  readonly work: string;
  /** Of the API server; the fake's is 1000 above, etcd's 2000. Free ones by default. */
  readonly port?: number;
  /** Limit of one Terraform command, in seconds. */
  readonly timeout: number;
  /** Minutes of the model that pass in a minute here. */
  readonly speed: number;
  /** Seconds that an access token of the deployer lives; as long as Google's by default. */
  readonly tokenLife?: number;
  /** What is there before the first deploy. */
  readonly madeByHand: MadeByHand;
  /** Stack whose APIs, keys and grants are there too, as `bootstrap` makes them; by default the deploy makes them. */
  readonly bootstrapped?: StackJson;
  /** Node pools, whose nodes are there from the beginning. */
  readonly pools: readonly Pool[];
  /** Whether the real charts, which bring their own custom resource definitions, are installed. */
  readonly realCharts: boolean;
}

/** Value of the secrets that a person would have added. */
export const SUPPLIED = "supplied-by-rehearsal";

/** Custom resources that GKE brings, and those that the charts would bring where stubs stand in for them. */
const GKE_KINDS = [
  "cloud.google.com/v1 BackendConfig",
  "networking.gke.io/v1beta1 FrontendConfig",
  "metrics.k8s.io/v1beta1 PodMetrics pods",
];
const CHART_KINDS = [
  ...["ServiceMonitor", "PodMonitor", "PrometheusRule", "Probe"].map((kind) => `monitoring.coreos.com/v1 ${kind}`),
  ...["Issuer", "Certificate"].map((kind) => `cert-manager.io/v1 ${kind}`),
  ...["IngressRoute", "Middleware", "ServersTransport"].map((kind) => `traefik.io/v1alpha1 ${kind}`),
];

export async function startMachine(options: MachineOptions): Promise<Machine> {
  const { work, speed, pools } = options;
  mkdirSync(work, { recursive: true });
  for (const old of ["kube", "cloud.log", "tf/terraform.tfstate"])
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

/** What else belongs to a machine. */
async function around(controlPlane: ControlPlane, port: number, options: MachineOptions): Promise<Machine> {
  const { work, timeout, speed } = options;
  const ingresses = new IngressController(`https://127.0.0.1:${port}`, controlPlane, (ingressMinutes * 60_000) / speed);
  const google = await startFakeCloud({
    folder: work,
    port: port + ABOVE.cloud,
    speed,
    tokenLife: options.tokenLife,
    enabledApis: BOOTSTRAP_APIS.map((api) => `${api}.googleapis.com`),
    kubernetes: {
      host: `127.0.0.1:${port}`,
      authority: readFileSync(controlPlane.authority, "utf8"),
      prepare: async ({ autopilot }) => autopilot?.enabled && (await apply(AUTOPILOT)),
      sync: (cloud) => ingresses.sync(cloud),
    },
  });
  function makeByHand(): void {
    for (const { project, secret, version } of options.madeByHand.secrets)
      addSecretByHand(google.cloud, project, secret, version, SUPPLIED);
    for (const { project, location } of options.madeByHand.logs) placeLogsByHand(google.cloud, project, location);
    for (const { project, zone, dnsName } of options.madeByHand.zones)
      addZoneByHand(google.cloud, project, zone, dnsName);
    if (options.bootstrapped) bootstrapped(google.cloud, options.bootstrapped);
  }
  makeByHand();

  // The DNS endpoint has a public certificate; here the API server's own is added to the system's.
  const roots = path.join(work, "roots.pem");
  const system = process.env.SSL_CERT_FILE ?? "/etc/ssl/certs/ca-certificates.crt";
  writeFileSync(
    roots,
    [system, controlPlane.authority]
      .filter(existsSync)
      .map((file) => readFileSync(file, "utf8"))
      .join("\n"),
  );
  const env = {
    ...terraformEnvironment(),
    ...google.env,
    PATH: withTokenPlugin(process.env.PATH),
    SSL_CERT_FILE: roots,
    KUBECONFIG: controlPlane.kubeconfig,
    // Caches that another cluster at the same port, or another rehearsal, has filled would be believed.
    KUBECACHEDIR: path.join(work, "kube", "cache"),
    HELM_CACHE_HOME: path.join(work, "kube", "helm"),
    HELM_CONFIG_HOME: path.join(work, "kube", "helm"),
  };
  async function apply(items: readonly unknown[]): Promise<void> {
    const input = JSON.stringify({ apiVersion: "v1", kind: "List", items });
    const { status, stderr } = await run("kubectl", ["apply", "--server-side", "-f", "-"], { env, timeout, input });
    if (status !== 0) throw new Error(stderr);
  }
  await apply([...GKE_KINDS, ...(options.realCharts ? [] : CHART_KINDS)].map(definition));

  /** Waits until the deployer's calls fail, or do no more. Only who really is the deployer is in the audit log. */
  async function untilFailing(failing: boolean): Promise<void> {
    for (const end = Date.now() + timeout * 1000; Date.now() < end; await setTimeout(200)) {
      const { status } = await run("kubectl", [...PROBE, "--as=deployer", "--as-group=system:masters"], {
        env,
        timeout,
      });
      if ((status !== 0) === failing) return;
    }
    throw new Error("the API server does not hear of a policy");
  }

  // Before a deletion, the controller syncs anyway and reports failures.
  const looking = ingresses.isSlow && setInterval(() => ingresses.sync(google.cloud).catch(() => {}), 1000);

  const audit = () => (existsSync(controlPlane.audit) ? readFileSync(controlPlane.audit, "utf8") : "");
  /** The faults of Kubernetes, and where the audit log was when they were armed. */
  let armed: { readonly faults: readonly Fault[]; readonly from: number } = { faults: [], from: 0 };
  /** Where the audit log was when everything was renewed: kubectl fails for a kind that went with its definition then. */
  let renewed = 0;
  const machine: Machine = {
    work,
    google,
    env,
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
      // Before the definitions of custom resources that they may be of.
      for (const [namespace, objects] of Object.entries(within))
        await machine.kubectl("delete", "-n", namespace, ...new Set(objects), "--ignore-not-found");
      const made = [...names.filter((name) => name && !/\/(default|kube-.*)$/.test(name)), ...global];
      if (made.length) await machine.kubectl("delete", ...new Set(made), "--ignore-not-found");
      google.renew();
      makeByHand();
    },
    async stop() {
      if (looking) clearInterval(looking);
      await controlPlane.stop();
      await google.stop();
    },
  };
  return machine;
}

/** The fake Google Cloud, etcd and its peers listen so far above the API server. */
const ABOVE = { cloud: 1000, etcd: 2000, peers: 2001 };

/** A port of the API server above which the others are free too. */
async function basePort(asked?: number): Promise<number> {
  for (let tries = 0; tries < 20; tries++) {
    // Below the ports that systems give to outgoing connections.
    const port = asked ?? 10_000 + Math.floor(Math.random() * 20_000);
    const all = [port, ...Object.values(ABOVE).map((n) => port + n)];
    const busy = (await Promise.all(all.map(async (p) => ((await isFree(p)) ? [] : [p])))).flat();
    if (!busy.length) return port;
    if (asked)
      throw new Inconclusive(
        `port ${busy.join(", ")} is in use, perhaps by another rehearsal; choose others with --port`,
      );
  }
  throw new Inconclusive("no free ports were found");
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    await once(server.listen(port, "127.0.0.1"), "listening");
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}

/** A PATH on which the fake of GKE's credential plugin comes first. */
export const withTokenPlugin = (folders = ""): string => [path.join(__dirname, "bin"), folders].join(path.delimiter);

/** What a rehearsal needs beside Terraform and the providers and does not find. */
export function whatMachineLacks(): string | undefined {
  if (process.platform !== "linux") return "the control plane and the roots of TLS are made for Linux";
  if (!isOnPath("kubectl", ["version", "--client"])) return "kubectl is not on PATH";
  if (!isControlPlaneBuilt() && !isOnPath("go", ["version"]))
    return "Go is not on PATH, and the control plane is not built yet";
  return undefined;
}

const isOnPath = (command: string, args: readonly string[]): boolean => spawnSync(command, args).status === 0;

/** A CustomResourceDefinition that accepts anything, from `<group>/<version> <Kind> [plural]`. */
function definition(line: string) {
  const [, group, version, kind, given] = /^(.*)\/(\S+) (\w+)(?: (\w+))?$/.exec(line) as unknown as [
    string,
    string,
    string,
    string,
    string | undefined,
  ];
  const plural = given ?? `${kind.toLowerCase().replace(/y$/, "ie")}s`;
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: {
      name: `${plural}.${group}`,
      annotations: group.endsWith(".k8s.io") ? { "api-approved.kubernetes.io": "unapproved, for a rehearsal" } : {},
    },
    spec: {
      group,
      scope: "Namespaced",
      names: { plural, singular: kind.toLowerCase(), kind },
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } },
        },
      ],
    },
  };
}
