import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";

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

export interface Run {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
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

/** What the stand-in takes for the deployer's access token. */
export const ACCESS_TOKEN = "rehearsal-access-token";

const ENDPOINTS: Readonly<Record<string, string>> = {
  ARTIFACT_REGISTRY: "artifactregistry/v1",
  BINARY_AUTHORIZATION: "binaryauthorization/v1",
  CLOUD_BILLING: "cloudbilling/v1",
  CLOUD_RESOURCE_MANAGER: "cloudresourcemanager/v1",
  COMPUTE: "compute/compute/v1",
  CONTAINER: "container/v1",
  DNS: "clouddns/dns/v1",
  IAM: "iam/v1",
  IAM_BETA: "iam/v1",
  IAM_CREDENTIALS: "iamcredentials/v1",
  KMS: "cloudkms/v1",
  LOGGING: "logging/v2",
  MONITORING: "monitoring/v3",
  REDIS: "redis/v1",
  RESOURCE_MANAGER: "cloudresourcemanager/v1",
  RESOURCE_MANAGER_V3: "resourcemanager/v3",
  SECRET_MANAGER: "secretmanager/v1",
  SERVICE_NETWORKING: "servicenetworking/v1",
  SERVICE_USAGE: "serviceusage/v1",
  SQL: "sql/sql/v1beta4",
  STORAGE: "storage/storage/v1",
};

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
  const children: ReturnType<typeof spawn>[] = [];
  const stop = () => {
    for (const { pid } of children.splice(0)) {
      try {
        if (pid) process.kill(-pid, "SIGTERM");
      } catch {
        // it has ended by itself
      }
    }
  };
  process.on("exit", stop);
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(130));

  const background = (command: string, args: readonly string[], env: NodeJS.ProcessEnv, ready: string) =>
    new Promise<void>((resolve, reject) => {
      const child = spawn(command, args, {
        env: { ...process.env, ...env },
        detached: true,
        stdio: ["ignore", "pipe", "inherit"],
      });
      children.push(child);
      let out = "";
      child.stdout.on("data", (data) => {
        out += data;
        if (out.includes(ready)) resolve();
      });
      child.on("exit", (code) => reject(new Error(`${path.basename(command)} ended (${code}) ${out}`)));
    });

  const kube = path.join(work, "kube");
  const kubeconfig = path.join(kube, "kubeconfig");
  const authority = path.join(kube, "certs", "apiserver.crt");
  await background(
    controlPlane(),
    ["up", "--dir", kube, "--port", String(port), "--etcd-port", String(port + 2000)],
    {},
    "ready in",
  );
  const cloud = `http://127.0.0.1:${port + 1000}`;
  const cloudLog = path.join(work, "cloud.log");
  await background(
    process.execPath,
    [path.join(__dirname, "cloud.mjs")],
    {
      CLOUD_PORT: String(port + 1000),
      KUBE_HOST: `127.0.0.1:${port}`,
      KUBE_CA: authority,
      CLOUD_LOG: cloudLog,
      CLOUD_SEED_SECRETS: options.seedSecrets ? "1" : "0",
    },
    "ready on",
  );

  // The DNS endpoint has a public certificate; here the API server's own is added to the system's.
  const roots = path.join(work, "roots.pem");
  const system = "/etc/ssl/certs/ca-certificates.crt";
  writeFileSync(
    roots,
    [system, authority]
      .filter(existsSync)
      .map((file) => readFileSync(file, "utf8"))
      .join("\n"),
  );
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    SSL_CERT_FILE: roots,
    CHECKPOINT_DISABLE: "1",
    TF_IN_AUTOMATION: "1",
    TF_INPUT: "0",
    GOOGLE_OAUTH_ACCESS_TOKEN: ACCESS_TOKEN,
    KUBECONFIG: kubeconfig,
    ...Object.fromEntries(
      Object.entries(ENDPOINTS).map(([name, at]) => [`GOOGLE_${name}_CUSTOM_ENDPOINT`, `${cloud}/${at}/`]),
    ),
  };
  // Terraform warns of a configuration file that is named and not there.
  if (env.TF_CLI_CONFIG_FILE && !existsSync(env.TF_CLI_CONFIG_FILE)) delete env.TF_CLI_CONFIG_FILE;

  const run = (command: string, args: readonly string[], input?: string, cwd?: string): Run => {
    const start = Date.now();
    const { status, stdout, stderr, error } = spawnSync(command, args, {
      cwd,
      env,
      input,
      encoding: "utf8",
      timeout: options.timeout * 1000,
      maxBuffer: 2 ** 30,
    });
    return {
      status,
      stdout: stdout ?? "",
      stderr: (stderr ?? "") + (error ? String(error) : ""),
      seconds: (Date.now() - start) / 1000,
    };
  };
  const kinds = [...GKE_KINDS, ...(options.realCharts ? [] : CHART_KINDS)].map(definition);
  const defined = run(
    "kubectl",
    ["apply", "--server-side", "-f", "-"],
    JSON.stringify({ apiVersion: "v1", kind: "List", items: kinds }),
  );
  if (defined.status !== 0) throw new Error(defined.stderr);

  return {
    work,
    cloud,
    cloudLog,
    terraform(name, args) {
      const result = run("terraform", [...args, "-no-color"], undefined, path.join(work, "tf"));
      writeFileSync(path.join(work, `${name}.log`), result.stdout + result.stderr);
      return result;
    },
    kubectl: (...args) => run("kubectl", args).stdout,
    stop,
  };
}

/** The control plane's binary, built from published modules into a cache that its sources name. */
function controlPlane(): string {
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
