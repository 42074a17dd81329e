import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { DATASTORES_NAMESPACE } from "../../facts/names";
import { PLATFORM_NAMES } from "../../facts/reserved";
import { runnersOf } from "../../schema/candidate";
import { entryOf, type Kinds } from "../../schema/choices";
import type { Environment } from "../../schema/environment";
import { kubectlOf, runJob, sleep } from "../cluster-jobs";
import type { Context } from "../context";
import type { Plan } from "./plan-problems";

/** A way to keep the database as it is before a task changes it. */
export interface Snapshot {
  /** What it does, in words. */
  readonly says: string;
  /** @throws if the database is not kept */
  take(): Promise<void>;
}

/** Seconds that a dump can take: the deadline of the backup's Job. */
const DUMP = 6 * 3600;

type Database = NonNullable<Environment["database"]>;

const CLOUD_SQL = "google_sql_database_instance.database";

interface Kept {
  /** Address of a resource that exists if the database does. */
  readonly exists: string;
  /** What keeps the database, or nothing if nobody says how. */
  snapshot(plan: Plan, context: Context): Snapshot | undefined;
}

const KINDS: Kinds<Database, Kept> = {
  /** {@link https://cloud.google.com/sdk/gcloud/reference/sql/backups/create} */
  "cloud-sql": () => ({
    exists: CLOUD_SQL,
    snapshot(plan, { environment: { project } }) {
      const { name } = before(plan, CLOUD_SQL) as { name: string };
      const args = ["sql", "backups", "create", `--instance=${name}`, `--project=${project}`];
      return { says: `a backup of ${name}`, take: () => succeeds("gcloud", args) };
    },
  }),
  bitnami: () => ({
    exists: "helm_release.datastore_postgresql",
    snapshot: (_plan, context) => ({
      says: `a run of ${PLATFORM_NAMES.backup}`,
      take: async () => {
        const folder = mkdtempSync(path.join(os.tmpdir(), "snapshot-"));
        try {
          const job = { cronJob: PLATFORM_NAMES.backup, namespace: DATASTORES_NAMESPACE, deadlineSeconds: DUMP };
          await runJob({ ...job, kubectl: kubectlOf(context, folder), wait: sleep });
        } finally {
          rmSync(folder, { recursive: true });
        }
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

/** Address of a task's Job. */
export const addressOf = (task: string): string => `kubernetes_job_v1.workload_${task}_migration_job`;

/** Address of a resource that exists if an environment's database does. */
export const existing = (database: Database): string => entryOf(KINDS, database).exists;

/** The tasks that a plan runs, for the stable release or a candidate, and that change a database which exists. */
export function changing(plan: Plan, { system, environment: { database } }: Context): string[] {
  if (!database || !before(plan, existing(database))) return [];
  const runs = (task: string) =>
    plan.resource_changes?.some((it) => it.address === addressOf(task) && it.change.actions.includes("create"));
  return Object.keys(system.tasks).filter(
    (name) => system.tasks[name]?.changesDatabase && runnersOf(system, name).some(runs),
  );
}

/** What keeps the database of an environment before a plan is applied. */
export const snapshotOf = (plan: Plan, context: Context): Snapshot | undefined =>
  context.environment.database && entryOf(KINDS, context.environment.database).snapshot(plan, context);

/** A resource as it is before the plan, if it exists. */
const before = ({ resource_changes = [] }: Plan, address: string): unknown =>
  resource_changes.find((it) => it.address === address)?.change.before ?? undefined;

/** Runs a program in this terminal. @throws if it fails */
const succeeds = (command: string, args: readonly string[]): Promise<void> =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ["ignore", "inherit", "inherit"] });
    child.on("error", (error) => reject(new Error(`${command} cannot be started: ${error.message}`)));
    child.on("close", (code) =>
      code === 0 ? resolve() : reject(new Error(`${command} failed with exit code ${code}`)),
    );
  });
