import { type Body, merge } from "../src/body";
import { everything, serviceOf } from "./support";

export const DOCS = "https://cloud.google.com/sql/docs/postgres";
export const INSTANCES = "projects/p/instances";
export const DAY = 24 * 3_600_000;

/** An instance with what is not said otherwise. */
export const instance = (over: Body = {}): Body =>
  merge(
    {
      name: "db",
      region: "europe-west1",
      databaseVersion: "POSTGRES_16",
      settings: {
        edition: "ENTERPRISE",
        tier: "db-custom-1-3840",
        backupConfiguration: { enabled: true, pointInTimeRecoveryEnabled: true },
      },
    },
    over,
  );

export const replica = (over: Body = {}): Body =>
  merge(
    {
      name: "copy",
      masterInstanceName: "db",
      region: "europe-west3",
      databaseVersion: "POSTGRES_16",
      settings: { edition: "ENTERPRISE", tier: "db-custom-1-3840" },
    },
    over,
  );

export const clone = (over: Body = {}): Body => ({ cloneContext: { destinationInstanceName: "copy", ...over } });

export function sql(cloud = everything()) {
  const service = serviceOf("sql", cloud);
  return { ...service, create: (over: Body = {}) => service.post(INSTANCES, instance(over)) };
}

/** With an instance. */
export function sqlWith(over: Body = {}, cloud = everything()) {
  const service = sql(cloud);
  service.create(over);
  return service;
}

export const inPast = (milliseconds: number) => new Date(Date.now() - milliseconds).toISOString();
