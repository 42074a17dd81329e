import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { DATASTORES_NAMESPACE } from "../../facts/names";
import { PLATFORM_NAMES } from "../../facts/reserved";
import { entryOf, type Kinds } from "../../schema/choices";
import type { Environment } from "../../schema/environment";
import type { System } from "../../schema/system";
import { kubectlOf, runJob, sleep } from "../cluster-jobs";
import type { Plan } from "./plan-problems";

/** What a snapshot needs to know. */
export interface SnapshotContext {
  readonly systemName: string;
  readonly environmentName: string;
  readonly system: System;
  readonly environment: Environment;
}

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

/** How each kind of database is kept; nothing if nobody says how. */
const SNAPSHOTS: Kinds<Database, (plan: Plan, context: SnapshotContext) => Snapshot | undefined> = {
  /** {@link https://cloud.google.com/sdk/gcloud/reference/sql/backups/create} */
  "cloud-sql":
    () =>
    (plan, { environment: { project } }) => {
      const { name } = before(plan, "google_sql_database_instance.database") as { name: string };
      const args = ["sql", "backups", "create", `--instance=${name}`, `--project=${project}`];
      return { says: `a backup of ${name}`, take: () => succeeds("gcloud", args) };
    },
  bitnami: () => (_plan, context) => ({
    says: `a run of ${PLATFORM_NAMES.backup}`,
    take: async () => {
      const folder = mkdtempSync(path.join(os.tmpdir(), "snapshot-"));
      try {
        const kubectl = kubectlOf(context, folder);
        const job = { cronJob: PLATFORM_NAMES.backup, namespace: DATASTORES_NAMESPACE, deadlineSeconds: DUMP };
        await runJob({ ...job, kubectl, wait: sleep });
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
  }),
  external:
    ({ snapshot }) =>
    () =>
      snapshot && {
        says: snapshot.join(" "),
        take: () => succeeds(snapshot[0] as string, snapshot.slice(1)),
      },
};

/** The resource that exists if a database of a kind does. Of one outside, the cluster says whether anything was deployed. */
const EXISTS: Readonly<Record<Database["kind"], string>> = {
  "cloud-sql": "google_sql_database_instance.database",
  bitnami: "helm_release.datastore_postgresql",
  external: "google_container_cluster.cluster",
};

/** The tasks that a plan runs and that change a database which exists. */
export function changing(plan: Plan, { system, environment }: SnapshotContext): string[] {
  if (!environment.database || !before(plan, EXISTS[environment.database.kind])) return [];
  return Object.entries(system.tasks).flatMap(([name, { changesDatabase }]) => {
    const address = `kubernetes_job_v1.workload_${name}_migration_job`;
    const runs = plan.resource_changes?.some((it) => it.address === address && it.change.actions.includes("create"));
    return changesDatabase && runs ? [name] : [];
  });
}

/** What keeps the database of an environment before a plan is applied. */
export const snapshotOf = (plan: Plan, context: SnapshotContext): Snapshot | undefined =>
  context.environment.database && entryOf(SNAPSHOTS, context.environment.database)(plan, context);

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
