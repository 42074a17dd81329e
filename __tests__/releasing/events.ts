import { randomUUID } from "node:crypto";
import type { Event, Of } from "../../commands/records/event";

/** A time, in minutes after a beginning. */
export const at = (minutes: number): string => new Date(Date.UTC(2027, 0, 1) + minutes * 60_000).toISOString();

type Begun = Of<"deploy-begun">;

/** The records of a deploy that took a minute. `succeeded` is undefined for one that never ended. */
export function deployed(
  minutes: number,
  release: string,
  { succeeded = true, ...more }: Partial<Begun> & { readonly succeeded?: boolean | undefined } = {},
): Event[] {
  const deploy = randomUUID();
  const by = "someone";
  const runner = { host: "runner", pid: 1 };
  const begun: Begun = {
    ...{ kind: "deploy-begun", at: at(minutes), by, deploy, release, runner, plan: "0123456789abcdef" },
    ...{ rollback: false, variables: {}, migrates: [], allowed: [] },
    ...more,
  };
  return [begun, { kind: "deploy-ended", at: at(minutes + 1), by, deploy, release, succeeded, minutes: 1 }];
}

export const verification = (minutes: number, release: string, passed = true): Event => ({
  ...{ kind: "verification", at: at(minutes), by: "someone", release, passed },
  checks: [{ name: "ready", result: passed ? "ok" : "FAIL", why: "it answers" }],
});

/** A scan that found these vulnerabilities in the image `web`. */
export const scan = (minutes: number, release: string, ...ids: readonly string[]): Event => ({
  ...{ kind: "scan", at: at(minutes), by: "someone", release },
  vulnerabilities: ids.map((id) => ({ image: "web", id, package: "openssl", fixedVersion: "3.0.1" })),
});

export const hold = (minutes: number, release: string, kind: "hold" | "unhold" = "hold"): Event => ({
  ...{ kind, at: at(minutes), by: "someone", release, reason: "orders fail" },
});
