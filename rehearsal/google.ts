import { once } from "node:events";
import { createServer } from "node:net";
import path from "node:path";
import { Worker } from "node:worker_threads";

/** The stand-in for Google Cloud's APIs, up. */
export interface Google {
  readonly address: string;
  readonly log: string;
  /** Sends the google provider to it. */
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<unknown>;
}

export interface GoogleOptions {
  /** Folder of the log. */
  readonly work: string;
  /** Port to listen on; a free one by default. */
  readonly port?: number;
  /** Answer for secret versions that nobody added. */
  readonly seedSecrets: boolean;
  /** Kubernetes API that clusters answer with: host and port, and the file of its certificate authority. */
  readonly kubernetes?: { readonly host: string; readonly authority: string };
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

/**
 * Starts the stand-in, in a thread: it ends with this process however that ends, and answers while Terraform blocks it.
 */
export async function startGoogle(options: GoogleOptions): Promise<Google> {
  const port = options.port ?? (await freePort());
  const log = path.join(options.work, "cloud.log");
  const worker = new Worker(path.join(__dirname, "cloud.mjs"), {
    execArgv: [], // it is no TypeScript
    stdout: true,
    env: {
      CLOUD_PORT: String(port),
      CLOUD_LOG: log,
      CLOUD_SEED_SECRETS: options.seedSecrets ? "1" : "0",
      ...(options.kubernetes && { KUBE_HOST: options.kubernetes.host, KUBE_CA: options.kubernetes.authority }),
    },
  });
  await new Promise((resolve, reject) => {
    worker.stdout.once("data", resolve); // its one line says that it listens
    worker.once("error", reject);
  });
  const address = `http://127.0.0.1:${port}`;
  return {
    address,
    log,
    env: {
      GOOGLE_OAUTH_ACCESS_TOKEN: ACCESS_TOKEN,
      ...Object.fromEntries(
        Object.entries(ENDPOINTS).map(([name, at]) => [`GOOGLE_${name}_CUSTOM_ENDPOINT`, `${address}/${at}/`]),
      ),
    },
    stop: () => worker.terminate(),
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}
