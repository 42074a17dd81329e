import type { Release } from "../../schema/release";
import { type Files, type Json, problems, type Stack, synth } from "../support";

const JOB = "kubernetes_job_v1.workload_migrate_migration_job";
const NEWER: Release = { version: "2.0.0", images: { backend: `sha256:${"2".repeat(64)}` } };
const addresses = ({ resources }: Stack) => resources.map(([address]) => address);
const production = (change: (files: Files) => void) => synth(change).production;
const asWritten = production(() => {});

test("while the database is ahead, the stack has all but the Job that changes it, and rollouts wait for nothing", () => {
  const back = production((files) => Object.assign(files.production, { left: NEWER, databaseAhead: true }));
  expect(addresses(asWritten).filter((address) => !addresses(back).includes(address))).toEqual([JOB]);
  expect(addresses(back).filter((address) => !addresses(asWritten).includes(address))).toEqual([]);
  const waits = back.resource("helm_release.workload_backend_workload_deployment").depends_on as string[];
  expect(waits.filter((it) => it.includes("_migration"))).toEqual([]);
});

test("not even a change of what the migration gets brings its Job back", () => {
  const back = production((files) => {
    Object.assign(files.production, { left: NEWER, databaseAhead: true });
    files.production.environment.variables = { ...files.production.environment.variables, LOG_LEVEL: "debug" };
    files.production.environment.generations = { JWT_SECRET: 2 };
  });
  expect(addresses(back)).not.toContain(JOB);
});

test("a database that no task changes cannot be ahead, and its release is not one that runs", () => {
  const ahead = (files: Files) => Object.assign(files.production, { left: NEWER, databaseAhead: true });
  expect(
    problems((files) => {
      ahead(files);
      for (const task of Object.values(files.system.tasks ?? {})) task.changesDatabase = false;
    }),
  ).toEqual([
    expect.stringMatching(
      /^releases\/pmcrm\/production\.json database = .*: must be absent: no task of the system changes the database; remove it$/,
    ),
  ]);
  expect(
    problems((files) => {
      ahead(files);
      Object.assign(files.production, { candidate: NEWER, share: 0 });
      if (files.system.services.backend) files.system.services.backend.strategy = { kind: "blue-green" };
    }),
  ).toContainEqual(expect.stringMatching(/ database = .*: is a release that the environment runs; /));
});

test("a user of the database stays that a release kept which a rollback has left", () => {
  const users = (change: (files: Files) => void) =>
    addresses(
      production((files) => {
        (files.production.environment.database as Json).password = { generation: 2, rotatedIn: "2.0.0" };
        files.production.release.version = "1.0.0";
        change(files);
        // The release must be one of the system's.
        files.staging.release = NEWER;
      }),
    ).filter((address) => address.startsWith("google_sql_user.database_users_"));
  expect(users(() => {})).toHaveLength(1);
  expect(users((files) => Object.assign(files.production, { left: NEWER }))).toHaveLength(2);
});

test("a release brings the texts that it was written with, and a rollback values of the environment", () => {
  const config = (change: (files: Files) => void): Json =>
    production(change).resources.find(([address]) =>
      address.startsWith("kubernetes_config_map_v1.workload_backend_config"),
    )?.[1].data;
  expect(config(() => {})).toMatchObject({ JWT_ACCESS_TOKEN_EXPIRY: "1h", LOG_LEVEL: "info" });
  const brought = config((files) => {
    files.production.release.variables = { JWT_ACCESS_TOKEN_EXPIRY: "2h", GONE: "1", GOOGLE_CLIENT_ID: "a-text-once" };
    files.production.restored = { LOG_LEVEL: "warn" };
  });
  expect(brought).toMatchObject({ JWT_ACCESS_TOKEN_EXPIRY: "2h", LOG_LEVEL: "warn" });
  expect(brought.GONE).toBeUndefined();
  expect(brought.GOOGLE_CLIENT_ID).toBe("pmcrm-production.apps.googleusercontent.com"); // no text any more
  expect(problems((files) => Object.assign(files.production, { restored: { TYPO: "1" } }))).toEqual([
    expect.stringMatching(/ variables\.TYPO = .*: is not a variable that the environment's file gives; remove it$/),
  ]);
});
