import { spawnSync } from "node:child_process";
import path from "node:path";
import { isControlPlaneBuilt } from "./control-plane";

/** A PATH on which the fake of GKE's credential plugin comes first. */
export const withTokenPlugin = (folders = ""): string =>
  [path.join(import.meta.dirname, "..", "..", "bin"), folders].join(path.delimiter);

/** What this machine lacks for a rehearsal beside Terraform and the providers; undefined if it has everything. */
export function whatMachineLacks(): string | undefined {
  if (process.platform !== "linux") return "rehearsals run on Linux only";
  if (!isOnPath("kubectl", ["version", "--client"])) return "kubectl is not on PATH";
  if (!isControlPlaneBuilt() && !isOnPath("go", ["version"]))
    return "Go is not on PATH, and the control plane is not built yet";
  return undefined;
}

const isOnPath = (command: string, args: readonly string[]): boolean => spawnSync(command, args).status === 0;
