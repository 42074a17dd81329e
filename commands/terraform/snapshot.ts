import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import { BACKUP_FOLDER, backupBucket, DATASTORES_NAMESPACE, fullName } from "../../facts/names";
import { PLATFORM_NAMES } from "../../facts/reserved";
import { runnersOf } from "../../schema/candidate";
import { entryOf, type Kinds } from "../../schema/choices";
import type { Environment } from "../../schema/environment";
import { releaseId } from "../../schema/release";
import { kubectlOf, runJob, sleep } from "../cluster-jobs";
import type { Context } from "../context";
import type { Plan } from "./plan-problems";

/** A way to keep the database as it is before a task changes it. */
export interface Snapshot {
  /** What it does, in words. */
  readonly says: string;
  /**
   * Takes it, and looks it up afterwards: what is there must be newer than the beginning of the deploy.
   * @throws if the database is not kept
   */
  take(begun: Date): Promise<void>;
}

/** Seconds that a backup can take: the deadline of the Job in the cluster, and the wait for Cloud SQL. */
const LONGEST = 6 * 3600;

type Database = NonNullable<Environment["database"]>;

const CLOUD_SQL = "google_sql_database_instance.database";

interface Kept {
  /** Address of a resource that exists if the database does. */
  readonly exists: string;
  /** What keeps the database, or nothing if nobody says how. */
  snapshot(plan: Plan, context: Context): Snapshot | undefined;
}

const KINDS: Kinds<Database, Kept> = {
  "cloud-sql": () => ({
    exists: CLOUD_SQL,
    snapshot(plan, context) {
      const { name } = before(plan, CLOUD_SQL) as { name: string };
      return { says: `a backup of ${name}`, take: (begun) => backUp(name, context, begun) };
    },
  }),
  bitnami: () => ({
    exists: "helm_release.datastore_postgresql",
    snapshot: (_plan, context) => ({
      says: `a run of ${PLATFORM_NAMES.backup}`,
      take: async (begun) => {
        const folder = mkdtempSync(path.join(os.tmpdir(), "snapshot-"));
        try {
          const job = { cronJob: PLATFORM_NAMES.backup, namespace: DATASTORES_NAMESPACE, deadlineSeconds: LONGEST };
          await runJob({ ...job, kubectl: kubectlOf(context, folder), wait: sleep });
        } finally {
          rmSync(folder, { recursive: true });
        }
        await findDump(context, begun);
      },
    }),
  }),
  external: ({ snapshot: command }) => ({
    exists: "google_container_cluster.cluster", // something was deployed, and its tasks may have run
    snapshot: () =>
      command && {
        says: command.join(" "),
        take: () => succeeds(command[0] as string, command.slice(1)),
      },
  }),
};

/** What `gcloud sql backups list` says of a backup. {@link https://cloud.google.com/sql/docs/postgres/admin-api/rest/v1beta4/backupRuns} */
interface BackupRun {
  readonly description?: string;
  readonly status: string;
  /** When it actually started; absent before. */
  readonly startTime?: string;
  readonly error?: { readonly message?: string };
}

/**
 * Makes a backup on demand, which Cloud SQL keeps until somebody deletes it. gcloud has no option for its retention.
 * `gcloud sql backups create` by itself waits ten minutes at most, so the wait is a command of its own.
 * {@link https://cloud.google.com/sql/docs/postgres/backup-recovery/backups}
 * @throws if there is no successful backup afterwards that started after the deploy began
 */
async function backUp(instance: string, context: Context, begun: Date): Promise<void> {
  const project = `--project=${context.environment.project}`;
  const description = `before ${releasesIn(context)}, deploy of ${begun.toISOString()}`;
  const of = [`--instance=${instance}`, project];
  const create = ["sql", "backups", "create", ...of, `--description=${description}`];
  const operation = (await printedBy("gcloud", [...create, "--async", "--format=value(name)"])).trim();
  await succeeds("gcloud", ["sql", "operations", "wait", operation, project, `--timeout=${LONGEST}`]);
  const listed: BackupRun[] = JSON.parse(
    await printedBy("gcloud", ["sql", "backups", "list", ...of, "--format=json(description,status,startTime,error)"]),
  );
  const run = listed.find((it) => it.description === description);
  if (!run) throw new Error(`${instance} has no backup "${description}"`);
  const why = run.error?.message ? `: ${run.error.message}` : "";
  if (run.status !== "SUCCESSFUL") throw new Error(`the backup "${description}" is ${run.status}${why}`);
  if (!isSince(begun, run.startTime))
    throw new Error(
      `the backup "${description}" started at ${run.startTime}, before this deploy began (${begun.toISOString()})`,
    );
}

/** What `gcloud storage objects list` says of an object. */
interface StoredObject {
  readonly storage_url: string;
  readonly size: number;
  readonly creation_time: string;
}

/**
 * Looks for the dump that the backup's Job has uploaded. The Job itself has read all of the dump before.
 * @throws if no dump with content has been stored since the deploy began
 */
async function findDump({ systemName, environmentName, environment }: Context, begun: Date): Promise<void> {
  const folder = `gs://${backupBucket(environment.project, fullName(systemName, environmentName))}/${BACKUP_FOLDER}`;
  const format = "--format=json(storage_url,size,creation_time)";
  const listed: StoredObject[] = JSON.parse(
    await printedBy("gcloud", ["storage", "objects", "list", `${folder}/*.dump`, format]),
  );
  const dumps = listed.filter((it) => isSince(begun, it.creation_time));
  if (!dumps.length) throw new Error(`${folder} has no dump that is newer than this deploy (${begun.toISOString()})`);
  const empty = dumps.find(({ size }) => !(size > 0));
  if (empty) throw new Error(`${empty.storage_url} is empty`);
}

/** Whether something happened at or after the beginning of a deploy. The plan takes longer than clocks differ. */
const isSince = (begun: Date, time = ""): boolean => Date.parse(time) >= begun.getTime();

/** Names the releases that an environment will run. */
const releasesIn = ({ release, candidate }: Context): string =>
  [release, ...(candidate ? [candidate.release] : [])]
    .map((it) => `release ${it.version} (${releaseId(it)})`)
    .join(" and ");

/** Address of a task's Job. */
export const addressOf = (task: string): string => `kubernetes_job_v1.workload_${task}_migration_job`;

/** Address of a resource that exists if an environment's database does. */
export const existing = (database: Database): string => entryOf(KINDS, database).exists;

/** The tasks that a plan runs, for the stable release or a candidate, and that change the database. */
export function migrating(plan: Plan, { system }: Pick<Context, "system">): string[] {
  const runs = (task: string) =>
    plan.resource_changes?.some((it) => it.address === addressOf(task) && it.change.actions.includes("create"));
  return Object.keys(system.tasks).filter(
    (name) => system.tasks[name]?.changesDatabase && runnersOf(system, name).some(runs),
  );
}

/** Those that change a database which exists. */
export const changing = (plan: Plan, context: Pick<Context, "system" | "environment">): string[] =>
  context.environment.database && before(plan, existing(context.environment.database)) ? migrating(plan, context) : [];

/** What keeps the database of an environment before a plan is applied. */
export const snapshotOf = (plan: Plan, context: Context): Snapshot | undefined =>
  context.environment.database && entryOf(KINDS, context.environment.database).snapshot(plan, context);

/** A resource as it is before the plan, if it exists. */
const before = ({ resource_changes = [] }: Plan, address: string): unknown =>
  resource_changes.find((it) => it.address === address)?.change.before ?? undefined;

/** Runs a program in this terminal. @throws if it fails */
const succeeds = (command: string, args: readonly string[]): Promise<void> =>
  ended(command, spawn(command, args, { stdio: ["ignore", "inherit", "inherit"] }));

/** Runs a program, and returns what it prints. @throws if it fails */
async function printedBy(command: string, args: readonly string[]): Promise<string> {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"] });
  const [printed] = await Promise.all([text(child.stdout), ended(command, child)]);
  return printed;
}

const ended = (command: string, child: ChildProcess): Promise<void> =>
  new Promise((resolve, reject) => {
    child.on("error", (error) => reject(new Error(`${command} cannot be started: ${error.message}`)));
    child.on("close", (code) =>
      code === 0 ? resolve() : reject(new Error(`${command} failed with exit code ${code}`)),
    );
  });
