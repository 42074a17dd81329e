import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

/** A command that has ended. */
export interface Run {
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
}

/** Runs a command to its end. */
export function run(command: string, args: readonly string[], { timeout, ...options }: RunOptions): Run {
  const start = Date.now();
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    ...options,
    encoding: "utf8",
    timeout: timeout * 1000,
    maxBuffer: 2 ** 30,
  });
  return {
    status,
    stdout: stdout ?? "",
    stderr: (stderr ?? "") + (error ? String(error) : ""),
    seconds: (Date.now() - start) / 1000,
  };
}

/** A person's own settings of Terraform and its providers, but for where providers come from. */
const SOMEONES_OWN = /^(GOOGLE|GCLOUD|CLOUDSDK|KUBE|TF)_(?!CLI_CONFIG_FILE$|PLUGIN_|REGISTRY_)/;

/**
 * What Terraform sees of this process's environment: nothing that leads to a real project or cluster, that moves its
 * state elsewhere, or that makes it log: its output is kept, and the log would have Secrets in it.
 */
export function terraformEnvironment(): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !SOMEONES_OWN.test(name))),
    CHECKPOINT_DISABLE: "1",
    TF_IN_AUTOMATION: "1",
    TF_INPUT: "0",
  };
  // Terraform warns of a configuration file that is named and not there.
  if (env.TF_CLI_CONFIG_FILE && !existsSync(env.TF_CLI_CONFIG_FILE)) delete env.TF_CLI_CONFIG_FILE;
  return env;
}
