import { spawn } from "node:child_process";
import { constants } from "node:os";
import { atTerminal } from "../schema/ancestors";
import { logVariables } from "../schema/terraform-log";

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
  });
}

cdktf(process.argv.slice(2));
