import { readFileSync } from "node:fs";
import path from "node:path";
import { type FakeCloud, startFakeCloud } from "@slipway/fake-google-cloud";
import { ROOT } from "../support";
import { deployed, scan, verification } from "./events";

/** A fake of Google Cloud in which a system's environments have their buckets of records, and what commands need to use it. */
export interface RecordsCloud {
  readonly fake: FakeCloud;
  readonly env: NodeJS.ProcessEnv;
}

/** Starts it. Production can be deployed at once: staging has verified and scanned what production's file names. */
export async function startRecords(folder: string, system: string): Promise<RecordsCloud> {
  const fake = await startFakeCloud({ folder, enabledApis: ["storage.googleapis.com"] });
  for (const environment of ["staging", "production"]) {
    const project = `${system}-${environment}`;
    const query = new URLSearchParams({ project });
    const body = { name: `${project}-records`, location: "europe-west1" };
    fake.cloud.call({ method: "POST", service: "storage", path: "b", body, query });
  }
  const { stable } = JSON.parse(readFileSync(path.join(ROOT, "releases", system, "production.json"), "utf8"));
  const then = Date.UTC(2027, 0, 1) - Date.now();
  const long = Math.floor(-then / 60_000) - 600;
  const events = [...deployed(long, stable), verification(long + 5, stable), scan(long + 6, stable)];
  for (const [i, event] of events.entries()) {
    const object = `b/${system}-staging-records/o/${system}/staging/${i}.json`;
    fake.store.set(`storage/${object}`, {
      name: `${system}/staging/${i}.json`,
      generation: "1",
      metageneration: "1",
      contentType: "application/json",
    });
    fake.cloud.contents.set(`storage/${object}`, JSON.stringify(event));
  }
  const { GOOGLE_STORAGE_CUSTOM_ENDPOINT } = fake.env;
  return { fake, env: { GOOGLE_STORAGE_CUSTOM_ENDPOINT, GOOGLE_OAUTH_ACCESS_TOKEN: fake.tokens.issue() } };
}

/** The kinds of records that an environment has, in the order in which they were written. */
export const kindsIn = ({ fake }: RecordsCloud, system: string, environment: string): string[] =>
  fake.store
    .below(`storage/b/${system}-${environment}-records/o`)
    .map(([key]) => JSON.parse(fake.cloud.contents.get(key) ?? "{}"))
    .sort((a, b) => (a.at < b.at ? -1 : 1))
    .map(({ kind, succeeded }) => (succeeded === false ? `${kind} (failed)` : kind));
