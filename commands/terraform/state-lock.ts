import { spawnSync } from "node:child_process";
import os from "node:os";
import type { Environment } from "../../schema/environment";
import { npmRun } from "../../schema/npm-run";
import { type Bucket, bucketOf } from "../google/storage";
import type { Event, Of } from "../records/event";
import { deploys } from "../records/history";
import { Refused } from "../refused";

/** Who keeps others from changing a state. {@link https://developer.hashicorp.com/terraform/language/state/locking} */
export interface Lock {
  readonly object: string;
  readonly generation: string;
  readonly who: string;
  readonly since: string;
  /** What Terraform does, such as `OperationTypeApply`. */
  readonly operation?: string;
}

/** Whether the program that took a lock still runs. */
export type Life = "alive" | "dead" | "unknown";

/** An environment's state in its bucket. */
export interface State {
  readonly bucket: Bucket;
  readonly prefix: string;
  /** Where it is, as gcloud names it. */
  readonly place: string;
}

export const stateOf = (prefix: string, { stateBucket }: Pick<Environment, "stateBucket">): State => ({
  bucket: bucketOf(stateBucket, (status) =>
    status === 401 || status === 403
      ? "Use the credentials of the environment's deployer; see docs/first-deploy.md#4-install-the-credential-plugin."
      : "Run the same command again.",
  ),
  prefix,
  place: `gs://${stateBucket}/${prefix}`,
});

/** The lock of a state, if it is locked. {@link https://developer.hashicorp.com/terraform/language/backend/gcs} */
export async function lockOf({ bucket, prefix }: State): Promise<Lock | undefined> {
  const object = `${prefix}/default.tflock`;
  const found = await bucket.read(object);
  if (!found) return undefined;
  const {
    Who: who = "nobody knows who",
    Created: since = "a time that nobody knows",
    Operation: operation,
  } = JSON.parse(found.text || "{}");
  return { object, generation: found.generation, who, since, operation };
}

/** The deploy that has not ended: the last one, if it has no record of its end. */
export const unfinished = (events: readonly Event[]): Of<"deploy-begun"> | undefined => {
  const last = deploys(events).at(-1);
  return last && !last.ended ? last.begun : undefined;
};

/**
 * Where this process runs. If it is a job of GitHub Actions, its address has the number of the job, which no other attempt of
 * the run has. No variable has the number, so workflows pass it on as JOB_ID. The runner's name would not do, because
 * GitHub's API can write it in another way.
 * {@link https://docs.github.com/actions/reference/workflows-and-actions/contexts#job-context},
 * {@link https://github.com/github/docs/issues/37046}
 */
export function runnerHere(): Of<"deploy-begun">["runner"] {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository, GITHUB_RUN_ID: run, JOB_ID: job } = process.env;
  return {
    host: os.hostname(),
    pid: process.pid,
    ...(run && { url: `${server}/${repository}/actions/runs/${run}${job ? `/job/${job}` : ""}` }),
  };
}

/** Whether a deploy still runs, as far as this machine or GitHub can tell. */
export async function lifeOf({ runner, at }: Pick<Of<"deploy-begun">, "runner" | "at">): Promise<Life> {
  // The job of this process goes on, also if its deploy, an earlier step, has died. It has one machine.
  const mine = process.env.JOB_ID && runner.url === runnerHere().url;
  if (runner.url && !mine) return lifeOnGitHub(runner.url);
  if (runner.host !== os.hostname()) return "unknown";
  try {
    process.kill(runner.pid, 0);
    return startedAfter(runner.pid, new Date(at)) ? "dead" : "alive";
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH" ? "dead" : "alive";
  }
}

/** Whether a process has begun after a time, so it has only the number of one that began before. */
function startedAfter(pid: number, time: Date): boolean {
  const { stdout } = spawnSync("ps", ["-o", "lstart=", "-p", String(pid)], {
    encoding: "utf8",
    env: { ...process.env, LC_ALL: "C" },
  });
  return Date.parse(stdout ?? "") > time.getTime() + SECOND; // ps prints whole seconds
}

/**
 * Whether a job of GitHub Actions goes on. Records of older versions name only its run, which can go on without it.
 * {@link https://docs.github.com/rest/actions/workflow-jobs#get-a-job-for-a-workflow-run}
 * {@link https://docs.github.com/rest/actions/workflow-runs#get-a-workflow-run}
 */
async function lifeOnGitHub(url: string): Promise<Life> {
  const [, repository, run, job] = /\/([^/]+\/[^/]+)\/actions\/runs\/(\d+)(?:\/job\/(\d+))?$/.exec(url) ?? [];
  const { GITHUB_API_URL: api = "https://api.github.com", GITHUB_TOKEN: token } = process.env;
  try {
    const response = await fetch(`${api}/repos/${repository}/actions/${job ? `jobs/${job}` : `runs/${run}`}`, {
      headers: token ? { authorization: `Bearer ${token}` } : {},
    });
    const { status } = (await response.json()) as { status?: string };
    return !response.ok || !status ? "unknown" : status === "completed" ? "dead" : "alive";
  } catch {
    return "unknown";
  }
}

const SECOND = 1000;

/** Seconds after the record of a deploy in which its apply takes the lock. */
const TAKES = 120;

/** Whether a lock is that of a deploy: others, which have no record, lock the same state. */
export function isOf({ operation, since }: Lock, { at }: Pick<Of<"deploy-begun">, "at">): boolean {
  const after = (Date.parse(since) - Date.parse(at)) / 1000;
  return operation === "OperationTypeApply" && after > -TAKES && after < TAKES;
}

/** Removes a lock that nobody holds any more. */
export const unlock = ({ bucket }: State, { object, generation }: Lock): Promise<void> =>
  bucket.remove(object, generation);

/**
 * Makes sure that nobody else changes the state. The lock of a deploy that has died is removed.
 * @throws Refused if it is locked, with the owner of the lock
 */
export async function refuseLocked(state: State, events: readonly Event[], environment: string): Promise<void> {
  const lock = await lockOf(state);
  if (!lock) return;
  const last = unfinished(events);
  const deploy = last && isOf(lock, last) ? last : undefined;
  const life = deploy ? await lifeOf(deploy) : "unknown";
  if (deploy && life === "dead") {
    console.log(`The deploy of ${deploy.release} by ${deploy.by} (${at(deploy)}) has died. Its lock is removed.`);
    return unlock(state, lock);
  }
  throw new Refused(`${ownerOf(state, lock, deploy)}\n${whatToDo(state, lock, life, environment)}`);
}

/** Says who holds a lock. */
export const ownerOf = ({ place }: State, { who, since }: Lock, deploy: Of<"deploy-begun"> | undefined): string =>
  `The state ${place} is locked since ${since} by ${who}${deploy ? `: the deploy of ${deploy.release} by ${deploy.by} (${at(deploy)})` : ""}.`;

const at = ({ runner: { url, host, pid } }: Pick<Of<"deploy-begun">, "runner">): string =>
  url ?? `process ${pid} on ${host}`;

const whatToDo = ({ place, prefix }: State, lock: Lock, life: Life, environment: string): string =>
  life === "alive"
    ? `Wait until it has ended. ${npmRun(prefix.split("/")[0] as string, "rollback", environment, "--abort")} stops it and goes back.`
    : `Nobody can tell from here whether it still runs. If you know that it does not, remove the lock: gcloud storage rm ${place}/${lock.object.split("/").pop()}`;
