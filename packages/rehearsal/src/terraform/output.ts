import type { Finding } from "../finding";
import type { Run } from "./run";

/** An error or a warning in Terraform's machine-readable output. */
export interface Diagnostic {
  readonly severity: "error" | "warning";
  readonly summary: string;
  readonly detail: string;
  /** Address of the resource that it concerns. */
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
    return undefined; // text that a provider printed
  }
}

const messages = ({ stdout }: Run): Message[] => stdout.split("\n").flatMap((line) => message(line) ?? []);

/** All diagnostics of a run. */
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

/** What an apply did to each resource, in the order in which the actions ended. */
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

/** The reasons why a command failed: a line for each diagnostic, or else the lines that look like errors. */
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

/** What is left to do after an apply, by a plan with `-detailed-exitcode`. */
export function leftToDo(plan: Run): string[] {
  if (plan.status === 0) return [];
  const differences = plan.stdout.split("\n").filter((line) => /^\s+# |^\s+[~+-]/.test(line));
  return [
    plan.status === 2 ? "the plan is not empty" : `exit ${plan.status}`,
    ...differences.slice(0, 60),
    ...complaints(plan),
  ];
}

/** Checks that a failed apply names the resource that it could not make. */
export function namesResource(run: Run): Finding {
  const errors = diagnostics(run).filter(({ severity }) => severity === "error");
  const named = errors.find(({ address }) => address);
  return {
    wrong: named ? [] : [`no message names a resource: ${complaints(run).join("; ")}`],
    note: named ? `${named.address}: ${named.summary.replace(/\s+/g, " ").slice(0, 160)}` : "",
  };
}
