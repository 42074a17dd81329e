import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import os from "node:os";
import path from "node:path";
import { startGoogle } from "./google";
import { type Run, run, terraformEnvironment } from "./terraform";

export { ACCESS_TOKEN } from "./google";
export type { Run } from "./terraform";

/**
 * The surroundings of a rehearsal on this machine: a Kubernetes control plane, a stand-in for Google Cloud, Terraform.
 */
export interface Machine {
  /** Folder of logs, plans and the state. */
  readonly work: string;
  /** Address of the stand-in for Google Cloud. */
  readonly cloud: string;
  readonly cloudLog: string;
  /** What leads commands to this machine's cloud and cluster. */
  readonly env: NodeJS.ProcessEnv;
  /**
   * Lets calls fail once, as regular expressions on "<method> <product> <path>", in place of those that were to fail
   * before; these are returned where they did not.
   */
  fail(calls: readonly string[]): Promise<string[]>;
  terraform(name: string, args: readonly string[]): Run;
  kubectl(...args: readonly string[]): string;
  stop(): void;
}

export interface MachineOptions {
  /** Folder of logs, plans and the state, which begins anew. */
  readonly work: string;
  /** Of the API server; the stand-in's is 1000 above, etcd's 2000. Free ones by default. */
  readonly port?: number;
  /** Limit of one Terraform command, in seconds. */
  readonly timeout: number;
  /** Answer for secret versions that nobody added. */
  readonly seedSecrets: boolean;
  /** Whether the real charts, which bring their own custom resource definitions, are installed. */
  readonly realCharts: boolean;
}

/** Custom resources that GKE brings, and those that the charts would bring where stubs stand in for them. */
const GKE_KINDS = [
  "cloud.google.com/v1 BackendConfig",
  "networking.gke.io/v1beta1 FrontendConfig",
  "metrics.k8s.io/v1beta1 PodMetrics pods",
];
const CHART_KINDS = ["ServiceMonitor", "PodMonitor", "PrometheusRule", "Probe"].map(
  (kind) => `monitoring.coreos.com/v1 ${kind}`,
);

export async function startMachine(options: MachineOptions): Promise<Machine> {
  const { work } = options;
  for (const old of ["kube", "cloud.log", "tf/terraform.tfstate"])
    rmSync(path.join(work, old), { recursive: true, force: true });
  const port = await basePort(options.port);
  const controlPlane = await startControlPlane(work, port);
  const google = await startGoogle({
    work,
    port: port + ABOVE.cloud,
    seedSecrets: options.seedSecrets,
    kubernetes: { host: `127.0.0.1:${port}`, authority: controlPlane.authority },
  });

  // The DNS endpoint has a public certificate; here the API server's own is added to the system's.
  const roots = path.join(work, "roots.pem");
  const system = "/etc/ssl/certs/ca-certificates.crt";
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
    SSL_CERT_FILE: roots,
    KUBECONFIG: controlPlane.kubeconfig,
    // Caches that another cluster at the same port, or another rehearsal, has filled would be believed.
    KUBECACHEDIR: path.join(work, "cache", "kube"),
    HELM_CACHE_HOME: path.join(work, "cache", "helm"),
    HELM_CONFIG_HOME: path.join(work, "cache", "helm"),
  };
  const { timeout } = options;

  const kinds = [...GKE_KINDS, ...(options.realCharts ? [] : CHART_KINDS)].map(definition);
  const defined = run("kubectl", ["apply", "--server-side", "-f", "-"], {
    env,
    timeout,
    input: JSON.stringify({ apiVersion: "v1", kind: "List", items: kinds }),
  });
  if (defined.status !== 0) throw new Error(defined.stderr);

  return {
    work,
    cloud: google.address,
    cloudLog: google.log,
    env,
    async fail(calls) {
      // Terraform runs synchronously between two calls, and a kept connection would be stale by then.
      const init = { method: "POST", body: JSON.stringify(calls), headers: { connection: "close" } };
      return (await (await fetch(`${google.address}/_faults`, init)).json()) as string[];
    },
    terraform(name, args) {
      const result = run("terraform", [...args, "-no-color"], { env, timeout, cwd: path.join(work, "tf") });
      writeFileSync(path.join(work, `${name}.log`), result.stdout + result.stderr);
      return result;
    },
    kubectl: (...args) => run("kubectl", args, { env, timeout }).stdout,
    stop() {
      controlPlane.stop();
      void google.stop();
    },
  };
}

/** The stand-in for Google Cloud, etcd and its peers listen so far above the API server. */
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
      throw new Error(`port ${busy.join(", ")} is in use, perhaps by another rehearsal; choose others with --port`);
  }
  throw new Error("no free ports were found");
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

/**
 * What a rehearsal needs beside Terraform and the providers and does not find; to build the control plane takes
 * minutes.
 */
export function whatMachineLacks(): string | undefined {
  if (spawnSync("kubectl", ["version", "--client"]).status !== 0) return "kubectl is not on PATH";
  if (!existsSync(controlPlaneFile()))
    return "the control plane is not built yet; the first `npm run rehearse` does it";
  return undefined;
}

/** Starts the control plane; it ends with this process, or before when told to. */
async function startControlPlane(work: string, port: number) {
  const folder = path.join(work, "kube");
  const child = spawn(
    controlPlaneBinary(),
    ["up", "--while-stdin", "--dir", folder, "--port", String(port), "--etcd-port", String(port + ABOVE.etcd)],
    { stdio: ["pipe", "pipe", "pipe"] },
  );
  const stop = () => void child.kill("SIGTERM");
  process.on("exit", stop);

  let out = "";
  await new Promise<void>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (data) => {
        out += data;
        if (out.includes("ready in")) resolve();
      });
    child.on("exit", (code) => reject(new Error(`the control plane ended (${code}) ${out}`)));
  });
  return {
    kubeconfig: path.join(folder, "kubeconfig"),
    authority: path.join(folder, "certs", "apiserver.crt"),
    stop,
  };
}

const CONTROL_PLANE = path.join(__dirname, "controlplane");

/** Where the control plane's binary is kept: in a cache, under a name that its sources give. */
function controlPlaneFile(): string {
  const hash = createHash("sha256");
  for (const file of readdirSync(CONTROL_PLANE).sort()) hash.update(readFileSync(path.join(CONTROL_PLANE, file)));
  const cache = path.join(process.env.XDG_CACHE_HOME ?? path.join(os.homedir(), ".cache"), "slipway");
  return path.join(cache, `controlplane-${hash.digest("hex").slice(0, 12)}`);
}

/** The control plane's binary, built from published modules where it is not there. */
function controlPlaneBinary(): string {
  const binary = controlPlaneFile();
  if (existsSync(binary)) return binary;
  mkdirSync(path.dirname(binary), { recursive: true });
  console.log("building the control plane, once: about four minutes on two cores");
  const version = "k8s.io/component-base/version";
  const flags = `-s -w -X ${version}.gitVersion=v1.34.4 -X ${version}.gitMajor=1 -X ${version}.gitMinor=34`;
  const unfinished = `${binary}.${process.pid}`; // another rehearsal may be building it too
  const built = spawnSync(
    "go",
    ["build", "-p", "2", "-trimpath", "-buildvcs=false", "-ldflags", flags, "-o", unfinished, "."],
    { cwd: CONTROL_PLANE, stdio: "inherit", env: { ...process.env, CGO_ENABLED: "0" } },
  );
  if (built.status !== 0)
    throw new Error("the control plane cannot be built: Go 1.25 or newer and its module proxy are needed");
  renameSync(unfinished, binary);
  return binary;
}

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
