import { readFileSync, writeFileSync } from "node:fs";
import type { Event } from "../commands/records/event";
import { releaseId } from "../schema/release";
import { inCheckout } from "./cli-checkout";
import { type RecordsCloud, startRecords } from "./releasing/cloud";
import { deployed, at as minute, scan, verification } from "./releasing/events";

const { slipway, at } = inCheckout();
let cloud: RecordsCloud;
beforeEach(async () => {
  cloud = await startRecords(at("cloud"), "pmcrm");
});
afterEach(() => cloud.fake.stop());

const file = (name: string) => at("releases", "pmcrm", `${name}.json`);
const NOW = Math.round((Date.now() - Date.parse(minute(0))) / 60_000);

/** Lets staging run a new release, after these records of staging; returns its name. */
function release(events: (id: string) => readonly Event[]): string {
  const digest = "7".repeat(64);
  const content = {
    version: "7.0.0",
    images: { backend: `sha256:${digest}` },
    frontends: { web: digest.slice(0, 40) },
  };
  const id = releaseId(content);
  writeFileSync(file(id), JSON.stringify(content));
  writeFileSync(file("staging"), JSON.stringify({ stable: id }));
  for (const [i, event] of events(id).entries()) {
    const name = `pmcrm/staging/7-${i}.json`;
    const key = `storage/b/pmcrm-staging-records/o/${name}`;
    cloud.fake.store.set(key, { name, generation: "1", metageneration: "1", contentType: "application/json" });
    cloud.fake.cloud.contents.set(key, JSON.stringify(event));
  }
  return id;
}
const promote = async (...options: readonly string[]) => {
  const { code, out } = await slipway(["promote", "production", ...options], { ...cloud.env, SYSTEM: "pmcrm", CI: "" });
  return [code, out];
};

test("it names what staging has verified, and says until when the deploy is refused", async () => {
  const id = release((id) => [...deployed(NOW - 21, id), verification(NOW - 10, id), scan(NOW - 9, id)]);
  const before = readFileSync(file("production"), "utf8");
  const [code, said] = await promote("--dry-run");
  expect([code, readFileSync(file("production"), "utf8")]).toEqual([0, before]);
  expect(said).toContain("  version: 1.0.0 -> 7.0.0\n");
  expect(said).toMatch(
    / {2}its deploy copies \S+-staging\/\S+\/backend@sha256:7+ to \S+-production\/\S+:release-\S+\n/,
  );
  expect(said).toMatch(
    / {2}its deploy is refused for now: it has run in staging for (19|20) of the 60 minutes that verifiedIn requires; wait for 4[01] minutes/,
  );
  expect(await promote()).toEqual([0, expect.stringContaining(`production.json names ${id}. Commit the file`)]);
  expect(JSON.parse(readFileSync(file("production"), "utf8"))).toMatchObject({ stable: id });
  writeFileSync(file("production"), JSON.stringify({ stable: id, left: [id], variables: { LOG_LEVEL: "debug" } }));
  const kept = readFileSync(file("production"), "utf8");
  expect(await promote()).toEqual([0, expect.stringContaining(`names ${id} already. Nothing was changed.`)]);
  expect(readFileSync(file("production"), "utf8")).toBe(kept);
});

test("it refuses what staging has not verified, and writes nothing", async () => {
  const id = release((id) => [...deployed(NOW - 200, id), verification(NOW - 190, id, false)]);
  const before = readFileSync(file("production"), "utf8");
  expect(await promote()).toEqual([1, expect.stringContaining(`"${id}": failed its last verification in staging (`)]);
  expect(readFileSync(file("production"), "utf8")).toBe(before);
});

test("staging takes releases from nowhere", async () => {
  const { code, out } = await slipway(["promote", "staging"], { ...cloud.env, SYSTEM: "pmcrm", CI: "" });
  expect([code, out]).toEqual([2, expect.stringContaining("staging has no verifiedIn, which names the environment")]);
});
