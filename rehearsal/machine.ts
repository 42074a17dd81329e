import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { startGoogle } from "./google";
import { type Run, run, terraformEnvironment } from "./terraform";

export { ACCESS_TOKEN } from "./google";
export type { Run } from "./terraform";

/** The surroundings of a rehearsal on this machine: a Kubernetes control plane, a stand-in for Google Cloud, Terraform. */
export interface Machine {
  /** Folder of logs, plans and the state. */
  readonly work: string;
  /** Address of the stand-in for Google Cloud. */
  readonly cloud: string;
  readonly cloudLog: string;
  terraform(name: string, args: readonly string[]): Run;
  kubectl(...args: readonly string[]): string;
  stop(): void;
}

export interface MachineOptions {
  readonly work: string;
  /** Of the API server; the stand-in's is 1000 above, etcd's 2000. */
  readonly port: number;
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
  const { work, port } = options;
  const controlPlane = await startControlPlane(work, port);
  const google = await startGoogle({
    work,
    port: port + 1000,
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
  const env = { ...terraformEnvironment(), ...google.env, SSL_CERT_FILE: roots, KUBECONFIG: controlPlane.kubeconfig };
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

/** Starts the control plane; it ends with this process, or before when told to. */
async function startControlPlane(work: string, port: number) {
  const folder = path.join(work, "kube");
  const child = spawn(
    controlPlaneBinary(),
    ["up", "--dir", folder, "--port", String(port), "--etcd-port", String(port + 2000)],
    { detached: true, stdio: ["ignore", "pipe", "inherit"] },
  );
  const stop = () => {
    try {
      if (child.pid) process.kill(-child.pid, "SIGTERM");
    } catch {
      // it has ended by itself
    }
  };
  process.on("exit", stop);
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(130));

  let out = "";
  await new Promise<void>((resolve, reject) => {
    child.stdout.on("data", (data) => {
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

/** The control plane's binary, built from published modules into a cache that its sources name. */
function controlPlaneBinary(): string {
  const sources = path.join(__dirname, "controlplane");
  const hash = createHash("sha256");
  for (const file of readdirSync(sources).sort()) hash.update(readFileSync(path.join(sources, file)));
  const cache = path.join(process.env.XDG_CACHE_HOME ?? path.join(os.homedir(), ".cache"), "slipway");
  const binary = path.join(cache, `controlplane-${hash.digest("hex").slice(0, 12)}`);
  if (existsSync(binary)) return binary;
  mkdirSync(cache, { recursive: true });
  console.log("building the control plane, once: about four minutes on two cores");
  const version = "k8s.io/component-base/version";
  const flags = `-s -w -X ${version}.gitVersion=v1.34.4 -X ${version}.gitMajor=1 -X ${version}.gitMinor=34`;
  const built = spawnSync(
    "go",
    ["build", "-p", "2", "-trimpath", "-buildvcs=false", "-ldflags", flags, "-o", `${binary}.new`, "."],
    {
      cwd: sources,
      stdio: "inherit",
      env: { ...process.env, CGO_ENABLED: "0" },
    },
  );
  if (built.status !== 0)
    throw new Error("the control plane cannot be built: Go 1.25 or newer and its module proxy are needed");
  renameSync(`${binary}.new`, binary);
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
