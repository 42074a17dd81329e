import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { constants } from "node:os";
import path from "node:path";
import { atTerminal } from "../schema/ancestors";
import { logVariables } from "../schema/terraform-log";
import { leftPeering, removal } from "./left-peering";

/**
 * Runs cdktf without its calls home, and without Terraform's log where nobody watches it: a job's log is kept, and
 * others read it. Everything else is cdktf's own: arguments, terminal, exit code.
 */
function cdktf(args: readonly string[]): void {
  const env: NodeJS.ProcessEnv = { ...process.env, CHECKPOINT_DISABLE: "1", DISABLE_VERSION_CHECK: "1" };
  const logs = logVariables(env);
  if (logs.length && (env.CI || !process.stdout.isTTY || !process.stderr.isTTY)) {
    for (const name of logs) delete env[name];
    console.error(`${logs.join(", ")}: unset for this run, for Terraform's log would hold the contents of Secrets`);
  }

  // A terminal gives its interrupts to cdktf itself; a second one would stop Terraform in the middle.
  const terminal = atTerminal();
  for (const signal of ["SIGINT", "SIGHUP", "SIGTERM"] as const)
    process.on(signal, () => {
      if (signal === "SIGTERM" || !terminal) child.kill(signal);
    });

  const child = spawn("cdktf", args, { stdio: "inherit", env });
  child.on("error", (error) => {
    console.error(`cdktf cannot be started: ${error.message}`);
    process.exitCode = 127;
  });
  child.on("exit", (code, signal) => {
    process.exitCode = code ?? 128 + (signal ? constants.signals[signal] : 0);
    if (process.exitCode) for (const line of advice(args)) console.error(line);
  });
}

/** Lines that say what to do after a failed destroy. */
function advice([command, ...stacks]: readonly string[]): string[] {
  if (command !== "destroy") return [];
  const commands = stacks
    .map((stack) => path.join("cdktf.out", "stacks", stack, "cdk.tf.json"))
    .filter(existsSync)
    .flatMap((file) => leftPeering(JSON.parse(readFileSync(file, "utf8"))) ?? [])
    .map(removal);
  return commands.length
    ? [
        "If only the network remains, because a peering uses it, remove the peering and destroy again; see docs/operations.md#destroy-an-environment:",
        ...commands,
      ]
    : [];
}

cdktf(process.argv.slice(2));
