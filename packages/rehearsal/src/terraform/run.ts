import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

/** A command that has ended. */
export interface Run {
  /** Null if a signal ended it, or if it could not be started. */
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
}

export interface RunOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly cwd?: string;
  readonly input?: string;
  /** Limit in seconds. */
  readonly timeout: number;
  /** Called with each line of the standard output. A signal that it returns is sent to the command. */
  readonly onLine?: (line: string) => NodeJS.Signals | undefined;
}

/** Ends a running command and the plugins that it started: none of them outlives this process. */
const running = new Set<() => void>();
process.on("exit", () => {
  for (const kill of running) kill();
});

/** Runs a command to its end. */
export async function run(command: string, args: readonly string[], options: RunOptions): Promise<Run> {
  const start = Date.now();
  const child = spawn(command, args, { cwd: options.cwd, env: options.env, detached: true });
  const kill = () => {
    try {
      if (child.pid) process.kill(-child.pid, "SIGKILL"); // its process group
    } catch {} // it has already ended
  };
  running.add(kill);
  const limit = setTimeout(kill, options.timeout * 1000);
  let stdout = "";
  let stderr = "";
  let seen = 0;
  child.stdout.setEncoding("utf8").on("data", (data: string) => {
    stdout += data;
    for (let end = stdout.indexOf("\n", seen); end >= 0; end = stdout.indexOf("\n", seen)) {
      const signal = options.onLine?.(stdout.slice(seen, end));
      if (signal) child.kill(signal);
      seen = end + 1;
    }
  });
  child.stderr.setEncoding("utf8").on("data", (data: string) => {
    stderr += data;
  });
  child.stdin.on("error", () => {}).end(options.input); // the command may end before it has read everything
  const status = await new Promise<number | null>((resolve) => {
    child.on("error", (error) => {
      stderr += String(error);
      resolve(null);
    });
    child.on("close", resolve);
  });
  clearTimeout(limit);
  running.delete(kill);
  const seconds = (Date.now() - start) / 1000;
  if (status === null && seconds >= options.timeout) stderr += `ETIMEDOUT: it was stopped after ${options.timeout} s`;
  return { status, stdout, stderr, seconds };
}

/** Runs a command to its end and blocks meanwhile, for example before tests are declared. */
export function runSync(
  command: string,
  args: readonly string[],
  { timeout, ...options }: Omit<RunOptions, "onLine">,
): Run {
  const start = Date.now();
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    ...options,
    encoding: "utf8",
    timeout: timeout * 1000,
    maxBuffer: 2 ** 30,
  });
  const seconds = (Date.now() - start) / 1000;
  return { status, stdout: stdout ?? "", stderr: (stderr ?? "") + (error ? String(error) : ""), seconds };
}

/** Variables with which a person configures Terraform and its providers, except where providers come from. */
const PERSONAL = /^(GOOGLE|GCLOUD|CLOUDSDK|KUBE|HELM|TF)_(?!CLI_CONFIG_FILE$|PLUGIN_|REGISTRY_)/;

/**
 * The environment for Terraform. It has no variable that leads to a real project or cluster, moves the state elsewhere, or
 * turns on Terraform's log, because the output is kept and the log contains the values of Secrets.
 */
export function terraformEnvironment(): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !PERSONAL.test(name))),
    CHECKPOINT_DISABLE: "1",
    TF_IN_AUTOMATION: "1",
    TF_INPUT: "0",
    // Without garbage collection, Terraform and the providers need a third less time.
    GOGC: "off",
    GOMEMLIMIT: "1GiB",
  };
  // Terraform warns about a configuration file that does not exist.
  if (env.TF_CLI_CONFIG_FILE && !existsSync(env.TF_CLI_CONFIG_FILE)) delete env.TF_CLI_CONFIG_FILE;
  return env;
}
