import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

/** A command that has ended. */
export interface Run {
  /** Nothing where it was ended by a signal or could not be started. */
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
  /** Told of each line of the standard output; what it answers with is sent to the command as a signal. */
  readonly onLine?: (line: string) => NodeJS.Signals | undefined;
}

/** Commands that have not ended: none outlives this process, nor do the plugins that they have started. */
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
      if (child.pid) process.kill(-child.pid, "SIGKILL"); // a group of its own
    } catch {} // it is gone already
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
  child.stdin.on("error", () => {}).end(options.input); // it may end before it has read everything
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
  if (status === null && seconds >= options.timeout) stderr += `ETIMEDOUT: it was ended after ${options.timeout} s`;
  return { status, stdout, stderr, seconds };
}

/** The same while everything else waits: for what must be known before tests are declared. */
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

/** A person's own settings of Terraform and its providers, but for where providers come from. */
const SOMEONES_OWN = /^(GOOGLE|GCLOUD|CLOUDSDK|KUBE|HELM|TF)_(?!CLI_CONFIG_FILE$|PLUGIN_|REGISTRY_)/;

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
    // A third less work for Terraform and the providers, who would mostly collect garbage.
    GOGC: "off",
    GOMEMLIMIT: "1GiB",
  };
  // Terraform warns of a configuration file that is named and not there.
  if (env.TF_CLI_CONFIG_FILE && !existsSync(env.TF_CLI_CONFIG_FILE)) delete env.TF_CLI_CONFIG_FILE;
  return env;
}

/** What went wrong, as Terraform's machine-readable output says it. */
export interface Diagnostic {
  readonly severity: "error" | "warning";
  readonly summary: string;
  readonly detail: string;
  /** Resource that it is about. */
  readonly address?: string;
}

/** One resource's creation, change or deletion. */
export interface Action {
  readonly address: string;
  readonly action: string;
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
  readonly failed: boolean;
}

interface Message {
  readonly type: string;
  readonly "@timestamp": string;
  readonly diagnostic?: Diagnostic;
  readonly hook?: { readonly resource: { readonly addr: string }; readonly action: string };
  readonly change?: {
    readonly resource: { readonly addr: string; readonly resource_type: string };
    readonly action: string;
  };
}

/** A line of `terraform apply -json`. {@link https://developer.hashicorp.com/terraform/internals/machine-readable-ui} */
export function message(line: string): Message | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    return JSON.parse(line) as Message;
  } catch {
    return undefined; // a provider's own words
  }
}

const messages = ({ stdout }: Run): Message[] => stdout.split("\n").flatMap((line) => message(line) ?? []);

/** What it complains about. */
export const diagnostics = (run: Run): Diagnostic[] => messages(run).flatMap((m) => m.diagnostic ?? []);

/** What a plan would do to a resource. */
export interface Planned {
  readonly address: string;
  readonly type: string;
  readonly action: "create" | "update" | "replace" | "delete" | "read" | "move" | "import";
}

/** The changes that `terraform plan -json` reports, in its order. */
export const planned = (run: Run): Planned[] =>
  messages(run).flatMap(({ type, change }) =>
    type === "planned_change" && change
      ? [
          {
            address: change.resource.addr,
            type: change.resource.resource_type,
            action: change.action as Planned["action"],
          },
        ]
      : [],
  );

/** What it did to each resource, in the order in which that ended. */
export function actions(run: Run): Action[] {
  const begun = new Map<string, number>();
  return messages(run).flatMap(({ type, hook, "@timestamp": time }) => {
    if (!hook) return [];
    const { action, resource } = hook;
    const key = `${action} ${resource.addr}`;
    if (type === "apply_start") begun.set(key, Date.parse(time));
    if (type !== "apply_complete" && type !== "apply_errored") return [];
    const to = Date.parse(time);
    return [{ address: resource.addr, action, from: begun.get(key) ?? to, to, failed: type === "apply_errored" }];
  });
}

/** The lines of a failed command that say why: a line for each diagnostic, or what looks like one. */
export function complaints(run: Run): string[] {
  const said = diagnostics(run).map(
    ({ address, summary, detail }) => `${address ? `${address}: ` : ""}${summary}${detail ? ` ${detail}` : ""}`,
  );
  if (said.length) return said.map((line) => line.replace(/\s+/g, " ").slice(0, 600));
  return (run.stdout + run.stderr)
    .split("\n")
    .filter((line) => /^(│|╷|╵)|\bError(:| \d)|on .*line|Warning:|ETIMEDOUT|ENOENT/.test(line))
    .slice(0, 60);
}
