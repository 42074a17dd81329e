import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { writeTokenReviewConfig } from "@slipway/fake-google-cloud";
import { Inconclusive } from "./inconclusive";
import type { Pool } from "./stack";

/** A Kubernetes control plane, up. */
export interface ControlPlane {
  readonly kubeconfig: string;
  /** File of its certificate authority. */
  readonly authority: string;
  /** File of what the deployer changed: a line of JSON for each call. */
  readonly audit: string;
  /** Resolves when it has ended, and writes no more into its folder. */
  stop(): Promise<void>;
}

export interface ControlPlaneOptions {
  /** Folder of its data and logs. */
  readonly folder: string;
  /** Of its API server. */
  readonly port: number;
  /** Of etcd; its peers' is the next. */
  readonly etcdPort: number;
  /** Seconds that a pod takes to start. */
  readonly podStart: number;
  readonly pools: readonly Pool[];
  /** Address of the fake Google Cloud, which knows whose a token is. */
  readonly cloud: string;
}

/** Little garbage is collected: it starts sooner, and for the minutes that it lives there is memory enough. */
const SPARING = { ...process.env, GOGC: "400" };

/** Starts a control plane; it ends with this process, or before when told to. */
export async function startControlPlane({
  folder,
  port,
  etcdPort,
  podStart,
  pools,
  cloud,
}: ControlPlaneOptions): Promise<ControlPlane> {
  mkdirSync(folder, { recursive: true });
  const tokenReview = path.join(folder, "token-review.json");
  writeTokenReviewConfig(tokenReview, cloud);
  const child = spawn(
    controlPlaneBinary(),
    [
      "up",
      "--dir",
      folder,
      "--port",
      String(port),
      "--etcd-port",
      String(etcdPort),
      "--start",
      `${podStart}s`,
      "--pools",
      JSON.stringify(pools),
      "--token-review",
      tokenReview,
      "--while-stdin",
    ],
    { stdio: ["pipe", "pipe", "pipe"], env: SPARING },
  );
  const ended = once(child, "exit");
  const stop = () => void child.kill("SIGTERM");
  process.once("exit", stop);

  let out = "";
  await new Promise<void>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (data) => {
        out += data;
        if (out.includes("ready in")) resolve();
      });
    ended.then(([code]) => reject(new Inconclusive(`the control plane ended (${code}) ${out}`)), reject);
  });
  return {
    kubeconfig: path.join(folder, "kubeconfig"),
    authority: path.join(folder, "certs", "apiserver.crt"),
    audit: path.join(folder, "audit.log"),
    async stop() {
      process.off("exit", stop);
      stop();
      await ended;
    },
  };
}

const SOURCES = path.join(__dirname, "controlplane");

/** Where the control plane's binary is kept: in a cache, under a name that its sources give. */
function binaryFile(): string {
  const hash = createHash("sha256");
  for (const file of readdirSync(SOURCES).sort()) hash.update(readFileSync(path.join(SOURCES, file)));
  const cache = path.join(process.env.XDG_CACHE_HOME ?? path.join(os.homedir(), ".cache"), "slipway");
  return path.join(cache, `controlplane-${hash.digest("hex").slice(0, 12)}`);
}

/** Whether the control plane is there; to build it takes minutes. */
export const isControlPlaneBuilt = (): boolean => existsSync(binaryFile());

/** The control plane's binary, built from published modules where it is not there. */
function controlPlaneBinary(): string {
  const binary = binaryFile();
  if (existsSync(binary)) return binary;
  mkdirSync(path.dirname(binary), { recursive: true });
  console.error("building the control plane, once: about four minutes on two cores");
  const version = "k8s.io/component-base/version";
  const flags = `-s -w -X ${version}.gitVersion=v1.34.4 -X ${version}.gitMajor=1 -X ${version}.gitMinor=34`;
  const unfinished = `${binary}.unfinished`;
  const built = spawnSync(
    // Another rehearsal may be building it too: this one waits for it.
    "flock",
    [
      path.dirname(binary),
      ...["sh", "-c", 'test -e "$0" || { "$@" && mv "$UNFINISHED" "$0"; }', binary],
      ...["go", "build", "-p", "2", "-trimpath", "-buildvcs=false", "-ldflags", flags, "-o", unfinished, "."],
    ],
    { cwd: SOURCES, stdio: ["ignore", 2, 2], env: { ...process.env, CGO_ENABLED: "0", UNFINISHED: unfinished } },
  );
  if (built.status !== 0)
    throw new Inconclusive("the control plane cannot be built: Go 1.25 or newer and its module proxy are needed");
  return binary;
}
