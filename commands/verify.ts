import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { candidateOf } from "../facts/candidate";
import { shiftedServices } from "../schema/candidate";
import { hostsFor } from "../schema/environment";
import { toTheEnd } from "../schema/finish";
import type { SmokeCheck } from "../schema/smoke-check";
import { type Kubectl, kubectlEnvironment, kubectlOf, runJob, sleep } from "./cluster-jobs";
import { type Context, contextOf } from "./context";
import { type Answer, askService } from "./port-forward";
import { printer } from "./terminal";

/** What checks need of the world outside. */
export interface Outside {
  fetch(url: string): Promise<Answer>;
  /** The same, of a Service that no route may lead to. */
  fetchFrom(service: string, url: string): Promise<Answer>;
  readonly kubectl: Kubectl;
  wait(seconds: number): Promise<void>;
}

/** The result of a check. A manual step has none until a person does it. */
export interface Checked {
  readonly name: string;
  readonly result: "ok" | "FAIL" | "todo";
  readonly why: string;
}

/**
 * Does the checks of an environment one after the other. Requests for a service that has a candidate are sent to the
 * candidate, too, before any route leads to it.
 */
export async function* verified(context: Context, outside: Outside): AsyncGenerator<Checked> {
  const { system, candidate } = context;
  for (const [name, smoke] of Object.entries(system.smokeChecks)) {
    yield await checked(name, smoke, context, outside);
    if (!candidate || smoke.kind !== "http" || !shiftedServices(system).includes(smoke.of)) continue;
    const fetch = (url: string) => outside.fetchFrom(candidateOf(smoke.of), url);
    yield await checked(`${name} of the candidate`, smoke, context, { ...outside, fetch });
  }
}

/** Does one check of an environment. */
export async function checked(name: string, smoke: SmokeCheck, context: Context, outside: Outside): Promise<Checked> {
  if (smoke.kind === "manual") return { name, result: "todo", why: smoke.step };
  try {
    if (smoke.kind === "http") return { name, result: "ok", why: await asked(smoke, context, outside) };
    const { namespace } = context.system;
    const job = await runJob({ cronJob: name, namespace, deadlineSeconds: smoke.deadlineSeconds, ...outside });
    return { name, result: "ok", why: `job ${job} succeeded` };
  } catch (error) {
    return { name, result: "FAIL", why: (error as Error).message.trim() };
  }
}

/** Sends a request. @throws if the answer is another one than expected */
async function asked(
  { of, path: where, status, keys = [] }: Extract<SmokeCheck, { kind: "http" }>,
  { environment }: Context,
  { fetch }: Outside,
): Promise<string> {
  const url = `https://${hostsFor(environment, of)[0]}${where}`;
  const answer = await fetch(url).catch((error: Error) => {
    throw new Error(`${url} does not answer: ${(error.cause as Error | undefined)?.message ?? error.message}`);
  });
  if (answer.status !== status) throw new Error(`${url} answers ${answer.status}, not ${status}`);
  if (!keys.length) return `${url} answers ${status}`;
  const json: unknown = await answer
    .text()
    .then(JSON.parse)
    .catch(() => undefined);
  const missing = keys.filter((key) => !Object.hasOwn(Object(json), key));
  if (missing.length) throw new Error(`${url} answers without the keys ${missing.join(", ")}`);
  return `${url} answers ${status} with ${keys.join(", ")}`;
}

export const main = (environmentName: string, { json }: { readonly json?: boolean }): Promise<void> =>
  toTheEnd(async () => {
    const context = await contextOf(environmentName);
    const folder = mkdtempSync(path.join(os.tmpdir(), "verify-"));
    try {
      const print = printer(json ? process.stderr : process.stdout);
      const words = { ok: print.passed, FAIL: print.failed, todo: "todo" };
      print.doing("checking");
      const results: Checked[] = [];
      for await (const result of verified(context, outsideOf(context, folder))) {
        print.say(`${words[result.result]} ${result.name}: ${result.why}`);
        print.doing("checking");
        results.push(result);
      }
      print.done();
      const count = (of: Checked["result"]) => results.filter(({ result }) => result === of).length;
      const [passed, failed, todo] = [count("ok"), count("FAIL"), count("todo")];
      print.say(`${passed} passed, ${failed} failed, ${todo} for a person to do`);
      if (json) console.log(JSON.stringify({ ok: !failed, checks: results }, null, 2));
      if (failed) process.exitCode = 1;
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

/** The world outside, with kubectl's credentials in a folder. */
function outsideOf(context: Context, folder: string): Outside {
  const kubectl = kubectlOf(context, folder);
  return {
    fetch: (url) => fetch(url, { redirect: "manual", signal: AbortSignal.timeout(30_000) }),
    async fetchFrom(service, url) {
      const { namespace } = context.system;
      await kubectl("get", "service", service, `--namespace=${namespace}`); // gets the credentials
      return askService(url, { service, namespace, env: kubectlEnvironment(folder) });
    },
    kubectl,
    wait: sleep,
  };
}
