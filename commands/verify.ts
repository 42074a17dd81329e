import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { InvalidArgumentError } from "commander";
import { candidateOf } from "../facts/candidate";
import { shiftedServices } from "../schema/candidate";
import { isTrusted } from "../schema/edge";
import { hostsFor } from "../schema/environment";
import { didYouMean } from "../schema/similar";
import type { SmokeCheck } from "../schema/smoke-check";
import type { System } from "../schema/system";
import { kubectlEnvironment, kubectlOf, runJob, sleep } from "./cluster-jobs";
import { type Context, contextOf } from "./context";
import { namedPerson, person } from "./git";
import { get } from "./http";
import { askService } from "./port-forward";
import { deploys, succeeded } from "./records/history";
import { recordsOf } from "./records/records";
import { orRefused, Refused } from "./refused";
import { printer } from "./terminal";
import { validUntil } from "./verify/certificate";
import { answerOf, type Checked, expectHeaders, type Outside, tried } from "./verify/check";
import { hostsChecked } from "./verify/hosts";
import { rolloutsChecked } from "./verify/rollouts";

/** The manual steps that somebody has done. */
export interface Done {
  readonly names: readonly string[];
  /** Who says so. */
  readonly by: string;
}

/**
 * Does the checks of an environment one after the other: what follows from the stack, and then the system's smoke checks.
 * Requests for a service that has a candidate are sent to the candidate, too, before any route leads to it.
 */
export async function* verified(context: Context, outside: Outside, done?: Done): AsyncGenerator<Checked> {
  yield* rolloutsChecked(context, outside);
  yield* hostsChecked(context, outside);
  yield* smokeChecked(context, outside, done);
}

/** Does the smoke checks of an environment. */
export async function* smokeChecked(context: Context, outside: Outside, done?: Done): AsyncGenerator<Checked> {
  const { system, candidate } = context;
  for (const [name, smoke] of Object.entries(system.smokeChecks)) {
    yield await checked(name, smoke, context, outside, done);
    if (!candidate || smoke.kind !== "http" || !shiftedServices(system).includes(smoke.of)) continue;
    const fetch = (url: string) => outside.fetchFrom(candidateOf(smoke.of), url);
    yield { ...(await checked(`${name} of the candidate`, smoke, context, { ...outside, fetch })), ofCandidate: true };
  }
}

/** Does one smoke check of an environment. */
export async function checked(
  name: string,
  smoke: SmokeCheck,
  context: Context,
  outside: Outside,
  done?: Done,
): Promise<Checked> {
  if (smoke.kind === "manual")
    return done?.names.includes(name)
      ? { name, result: "ok", why: `${smoke.step} (done by ${done.by})` }
      : { name, result: "todo", why: smoke.step };
  return tried(name, async () => {
    if (smoke.kind === "http") return asked(smoke, context, outside);
    const { namespace } = context.system;
    const job = await runJob({ cronJob: name, namespace, deadlineSeconds: smoke.deadlineSeconds, ...outside });
    return `job ${job} succeeded`;
  });
}

/** Sends a request. @throws if the answer is another one than expected */
async function asked(
  { of, path: where, status, headers = {}, keys = [] }: Extract<SmokeCheck, { kind: "http" }>,
  { environment }: Context,
  outside: Outside,
): Promise<string> {
  const url = `https://${hostsFor(environment, of)[0]}${where}`;
  const answer = await answerOf(url, outside);
  if (answer.status !== status) throw new Error(`${url} answers ${answer.status}, not ${status}`);
  expectHeaders(url, answer, headers);
  if (!keys.length) return [`${url} answers ${status}`, ...Object.keys(headers)].join(" with ");
  const json: unknown = await answer
    .text()
    .then(JSON.parse)
    .catch(() => undefined);
  const missing = keys.filter((key) => !Object.hasOwn(Object(json), key));
  if (missing.length) throw new Error(`${url} answers without the keys ${missing.join(", ")}`);
  return `${url} answers ${status} with ${keys.join(", ")}`;
}

/**
 * Does all checks of an environment, and returns their results.
 * @param say gets each result as soon as it is there
 */
export async function verify(context: Context, done: Done, say: (result: Checked) => void): Promise<Checked[]> {
  const folder = mkdtempSync(path.join(os.tmpdir(), "verify-"));
  try {
    const results: Checked[] = [];
    for await (const result of verified(context, outsideOf(context, folder), done)) {
      say(result);
      results.push(result);
    }
    return results;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * The manual steps that a call names as done, with who has done them: the person that started a workflow of GitHub, or
 * git's user.
 * @throws InvalidArgumentError with a line for each name that is no manual step, or if nobody is known
 */
export function doneBy(names: readonly string[], { smokeChecks }: Pick<System, "smokeChecks">): Done {
  const manual = Object.keys(smokeChecks).filter((name) => smokeChecks[name]?.kind === "manual");
  const wrong = names
    .filter((name) => !manual.includes(name))
    .map((name) => {
      const steps = manual.length ? `use one of ${manual.join(", ")}` : "the system has none";
      return `--done ${name}: is not a manual step; ${didYouMean(name, manual)}${steps}`;
    });
  const by = names.length ? (namedPerson() ?? "") : "";
  if (names.length && !by)
    wrong.push("--done: nobody is known who signs it; run git config user.email <your address>, or set GITHUB_ACTOR");
  if (wrong.length) throw new InvalidArgumentError(wrong.join("\n"));
  return { names, by };
}

interface Options {
  readonly json?: boolean;
  /** Names of manual steps. */
  readonly done?: readonly string[];
  /** Whether the result is recorded. */
  readonly record: boolean;
}

/**
 * Records the result, and returns whether the stable release is verified. A candidate that fails is not its fault.
 * @throws Refused if the last deploy was of another release than the file names, or has failed
 */
async function record(context: Context, results: readonly Checked[]): Promise<boolean> {
  const { environmentName, pointer } = context;
  const records = recordsOf(context);
  const last = deploys(await records.list()).at(-1);
  const why = !last
    ? "nothing was deployed yet"
    : last.begun.release !== pointer.stable
      ? `the last deploy was of ${last.begun.release}, and the file names ${pointer.stable}`
      : !succeeded(last)
        ? "the last deploy did not succeed"
        : undefined;
  if (why) throw new Refused(`Nothing was recorded in ${environmentName}: ${why}. Deploy first.`);
  const passed = results.every(({ result, ofCandidate }) => result === "ok" || ofCandidate);
  await records.add({
    kind: "verification",
    at: new Date().toISOString(),
    by: person(),
    release: pointer.stable,
    passed,
    checks: [...results],
  });
  return passed;
}

export const main = (environmentName: string, { json, done = [], record: records }: Options): Promise<void> =>
  orRefused(async () => {
    const context = await contextOf(environmentName);
    const signed = doneBy(done, context.system);
    const print = printer(json ? process.stderr : process.stdout);
    const words = { ok: print.passed, FAIL: print.failed, todo: "todo" };
    print.doing("checking");
    const results = await verify(context, signed, ({ name, result, why }) => {
      print.say(`${words[result]} ${name}: ${why}`);
      print.doing("checking");
    });
    print.done();
    const count = (of: Checked["result"]) => results.filter(({ result }) => result === of).length;
    const [passed, failed, todo] = [count("ok"), count("FAIL"), count("todo")];
    print.say(`${passed} passed, ${failed} failed, ${todo} for a person to do`);
    if (json) console.log(JSON.stringify({ ok: !failed, checks: results }, null, 2));
    if (failed) process.exitCode = 1;
    if (!records) return;
    const fails = results.some(({ result, ofCandidate }) => result === "FAIL" && !ofCandidate);
    if (todo && !fails) {
      // Without a FAIL, nothing is known against the release, so an earlier verification stays.
      print.say(
        `Nothing is recorded until ${todo === 1 ? "this step is" : `these ${todo} steps are`} done: name each with --done.`,
      );
      return;
    }
    const isVerified = await record(context, results);
    print.say(`Recorded: ${context.pointer.stable} is ${isVerified ? "" : "not "}verified in ${environmentName}.`);
  });

/** The world outside, with kubectl's credentials in a folder. */
function outsideOf(context: Context, folder: string): Outside {
  const kubectl = kubectlOf(context, folder);
  const rejectUnauthorized = isTrusted(context.environment.edge);
  return {
    fetch: (url) => get(new URL(url), { rejectUnauthorized }),
    async fetchFrom(service, url) {
      const { namespace } = context.system;
      await kubectl("get", "service", service, `--namespace=${namespace}`); // gets the credentials
      return askService(url, { service, namespace, env: kubectlEnvironment(folder) });
    },
    certificate: (host, trusted) => validUntil(trusted, { host, port: 443, servername: host }),
    kubectl,
    wait: sleep,
  };
}
