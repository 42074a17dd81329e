import { type ChildProcess, spawn } from "node:child_process";
import { constants } from "node:os";

/** Terraform itself, or what the caller uses in its place. */
const TERRAFORM = process.env.SLIPWAY_TERRAFORM || "terraform";

let running: ChildProcess | undefined;

// cdktf stops Terraform with an interrupt, which its whole terminal gets. Terraform then finishes what it has begun, and
// this process waits for it.
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.on(signal, () => {
    if (!running) process.exit(128 + constants.signals[signal]);
    if (signal === "SIGTERM") running.kill(signal);
  });

/** Runs Terraform in this terminal; returns its exit code. */
export const terraform = (args: readonly string[]): Promise<number> =>
  started(spawn(TERRAFORM, args, { stdio: "inherit" }));

/** Runs Terraform and returns what it prints. */
export async function printedBy(args: readonly string[]): Promise<string> {
  const child = spawn(TERRAFORM, args, { stdio: ["ignore", "pipe", "inherit"] });
  const chunks: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  const code = await started(child);
  if (code !== 0) throw new Error(`terraform ${args[0]} failed with exit code ${code}`);
  return Buffer.concat(chunks).toString("utf8");
}

function started(child: ChildProcess): Promise<number> {
  running = child;
  return new Promise((resolve) => {
    child.on("error", (error) => {
      console.error(`terraform cannot be started: ${error.message}`);
      resolve(127);
    });
    child.on("close", (code, signal) => {
      running = undefined;
      resolve(code ?? 128 + (signal ? constants.signals[signal] : 0));
    });
  });
}
