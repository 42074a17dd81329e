import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { credentialsArguments } from "../facts/kubeconfig";
import { fullName } from "../facts/names";
import type { Context } from "./context";
import { notOnPath, type Program } from "./programs";
import { Refused } from "./refused";

/** Runs kubectl on an environment's cluster, and returns what it prints. @throws Refused if gcloud or kubectl is missing */
export type Kubectl = (...args: readonly string[]) => Promise<string>;

const execute = promisify(execFile);

/** @throws Refused if the program is missing */
const run = (program: Program, args: readonly string[], options: { env: NodeJS.ProcessEnv; maxBuffer?: number }) =>
  execute(program, args, { encoding: "utf8", ...options }).catch((error: NodeJS.ErrnoException) => {
    throw error.code === "ENOENT" ? new Refused(notOnPath(program)) : error;
  });
/** Seconds between two looks at a Job. */
const POLL = 2;
/** Seconds that a Job's pod can take to start, for example on a new node. */
const START = 300;

/** Bytes that kubectl can print: the objects of many services. */
const LONGEST = 2 ** 28;

/** Environment of kubectl with the credentials in a folder. */
export const kubectlEnvironment = (folder: string): NodeJS.ProcessEnv => ({
  ...process.env,
  KUBECONFIG: path.join(folder, "kubeconfig"),
});

/** kubectl with credentials in a folder of their own: the person's kubeconfig stays as it is. */
export function kubectlOf({ systemName, environmentName, environment }: Context, folder: string): Kubectl {
  const { project, region, cluster } = environment;
  const env = kubectlEnvironment(folder);
  const name = fullName(systemName, environmentName);
  let credentials: Promise<unknown> | undefined;
  return async (...args) => {
    credentials ??= run("gcloud", credentialsArguments({ name, project, location: region, ...cluster }), { env }).catch(
      (error) => {
        credentials = undefined; // the next call tries again
        throw error;
      },
    );
    await credentials;
    return (await run("kubectl", args, { env, maxBuffer: LONGEST })).stdout;
  };
}

export interface JobRun {
  /** A suspended or scheduled CronJob, whose template the Job has. */
  readonly cronJob: string;
  readonly namespace: string;
  readonly deadlineSeconds: number;
  readonly kubectl: Kubectl;
  readonly wait: (seconds: number) => Promise<void>;
}

/**
 * Runs a Job to its end, and returns its name.
 * @throws if it fails, or does not end in time
 */
export async function runJob({ cronJob, namespace, deadlineSeconds, kubectl, wait }: JobRun): Promise<string> {
  const job = `${cronJob}-${Date.now().toString(36)}`;
  const logs = `see kubectl --namespace=${namespace} logs job/${job}`;
  const inNamespace = `--namespace=${namespace}`;
  await kubectl(inNamespace, "create", "job", job, `--from=cronjob/${cronJob}`);
  for (let waited = 0; waited < deadlineSeconds + START; waited += POLL) {
    const status = await kubectl(
      inNamespace,
      "get",
      "job",
      job,
      "--output=jsonpath={.status.succeeded}/{.status.failed}",
    );
    if (/^[1-9]/.test(status)) return job;
    if (/\/[1-9]/.test(status)) throw new Error(`job ${job} failed; ${logs}`);
    await wait(POLL);
  }
  throw new Error(`job ${job} did not end within ${deadlineSeconds + START} seconds; ${logs}`);
}

export const sleep = (seconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, seconds * 1000));
