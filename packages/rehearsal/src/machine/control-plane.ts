import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { writeTokenReviewConfig } from "@slipway/fake-google-cloud";
import { Inconclusive } from "../inconclusive";
import type { Pool } from "../stack";

/** A running Kubernetes control plane. */
export interface ControlPlane {
  readonly kubeconfig: string;
  /** File of its certificate authority. */
  readonly authority: string;
  /** File with a line of JSON for each change that the deployer made. */
  readonly audit: string;
  /** Resolves when the control plane has ended, and no longer writes to its folder. */
  stop(): Promise<void>;
}

export interface ControlPlaneOptions {
  /** Folder of its data and logs. */
  readonly folder: string;
  /** Port of its API server. */
  readonly port: number;
  /** Port of etcd; the next port is that of etcd's peers. */
  readonly etcdPort: number;
  /** Seconds that a pod takes to start. */
  readonly podStart: number;
  readonly pools: readonly Pool[];
  /** Address of the fake of Google Cloud, which reviews access tokens. */
  readonly cloud: string;
}

/** With less garbage collection it starts sooner, and memory suffices for the minutes that it runs. */
const SPARING = { ...process.env, GOGC: "400" };

/** Starts a control plane, which ends with this process at the latest. */
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

const SOURCES = path.join(import.meta.dirname, "..", "..", "controlplane");

/** The cached binary of the control plane; its name is a hash of the sources. */
function binaryFile(): string {
  const hash = createHash("sha256");
  for (const file of readdirSync(SOURCES).sort()) hash.update(readFileSync(path.join(SOURCES, file)));
  const cache = path.join(process.env.XDG_CACHE_HOME ?? path.join(os.homedir(), ".cache"), "slipway");
  return path.join(cache, `controlplane-${hash.digest("hex").slice(0, 12)}`);
}

/** Whether the control plane is built, which takes minutes. */
export const isControlPlaneBuilt = (): boolean => existsSync(binaryFile());

/** The binary of the control plane. Builds it from published modules if it does not exist. */
function controlPlaneBinary(): string {
  const binary = binaryFile();
  if (existsSync(binary)) return binary;
  mkdirSync(path.dirname(binary), { recursive: true });
  console.error("building the control plane, once: about four minutes on two cores");
  const version = "k8s.io/component-base/version";
  const flags = `-s -w -X ${version}.gitVersion=v1.34.4 -X ${version}.gitMajor=1 -X ${version}.gitMinor=34`;
  const unfinished = `${binary}.unfinished`;
  const built = spawnSync(
    // Another rehearsal may be building it at the same time; then this one waits.
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
