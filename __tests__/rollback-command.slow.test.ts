import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { run } from "@slipway/rehearsal";
import { checkout } from "../commands/checkout";
import type { Event } from "../commands/records/event";
import { releaseId } from "../schema/release";
import { type RecordsCloud, startRecords } from "./releasing/cloud";
import { deployed, hold, verification } from "./releasing/events";

const MIGRATES = { migrates: ["migrate"], variables: { LOG_LEVEL: "debug" } };
let folder: string;
let cloud: RecordsCloud;
beforeEach(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), "rollback-"));
  checkout(folder);
  cloud = await startRecords(path.join(folder, "cloud"), "pmcrm");
});
afterEach(async () => {
  await cloud.fake.stop();
  rmSync(folder, { recursive: true });
});

const file = (name: string) => path.join(folder, "releases", "pmcrm", `${name}.json`);
/** Writes a release of pmcrm, and returns its name. */
function release(version: number, more: object = {}): string {
  const digest = String(version).repeat(64);
  const content = {
    version: `${version}.0.0`,
    images: { backend: `sha256:${digest}` },
    frontends: { web: digest.slice(0, 40) },
    ...more,
  };
  const id = releaseId(content);
  writeFileSync(file(id), JSON.stringify(content));
  return id;
}
const runs = (pointer: object) => writeFileSync(file("production"), JSON.stringify(pointer));

/** Tries a rollback of production after these records; returns its exit code and what it prints. */
async function tried(events: readonly Event[], ...options: readonly string[]) {
  for (const [i, event] of events.entries()) {
    const name = `pmcrm/production/${i}.json`;
    const key = `storage/b/pmcrm-production-records/o/${name}`;
    cloud.fake.store.set(key, { name, generation: "1", metageneration: "1", contentType: "application/json" });
    cloud.fake.cloud.contents.set(key, JSON.stringify(event));
  }
  const before = readFileSync(file("production"), "utf8");
  const { status, stdout, stderr } = await run(
    process.execPath,
    ["commands/slipway.mjs", "rollback", "production", "--dry-run", ...options],
    { cwd: folder, timeout: 60, env: { ...process.env, ...cloud.env, SYSTEM: "pmcrm", CI: "", NO_COLOR: "1" } },
  );
  expect(readFileSync(file("production"), "utf8")).toBe(before);
  return [status, stdout + stderr];
}

test("it goes to the last release that was verified here and is not held, and says what comes back", async () => {
  const [one, two, three, four] = [1, 2, 3, 4].map((version) => release(version)) as [string, string, string, string];
  runs({ stable: four });
  const events = [
    ...[...deployed(0, one, MIGRATES), verification(5, one)],
    ...[...deployed(10, two, MIGRATES), verification(15, two), hold(16, two)],
    ...deployed(20, three), // nobody has verified it
    ...deployed(30, four, { migrates: ["migrate"], succeeded: false }),
  ];
  const [status, said] = await tried(events);
  expect([status, said]).toEqual([0, expect.stringContaining(`production goes back from ${four} to ${one}:\n`)]);
  for (const line of [
    "version: 4.0.0 -> 1.0.0",
    "variable of the environment LOG_LEVEL: info -> debug",
    `database: stays as ${four} left it.`,
  ])
    expect(said).toContain(`  ${line}`);

  expect(await tried([], "--to", two)).toEqual([1, expect.stringContaining(`"${two}": is held in production by`)]);
  expect(await tried([], "--to", three)).toEqual([0, expect.stringContaining(`to ${three}:`)]);
});

test("it needs a release that ran here, and does not go over an irreversible one", async () => {
  const [one, two] = [release(1), release(2, { irreversible: true })];
  runs({ stable: two });
  expect(await tried([...deployed(10, one), ...deployed(20, two)])).toEqual([
    1,
    `No other release was verified in production. Name one with --to: ${one}.\n`,
  ]);
  expect(await tried([], "--to", one)).toEqual([
    1,
    expect.stringContaining(`is older than ${two}, which is irreversible`),
  ]);
  expect(await tried([], "--to", release(3))).toEqual([1, expect.stringContaining("has never run in production")]);
  expect(await tried([], "--to", "0".repeat(16))).toEqual([
    1,
    expect.stringContaining("is not here. Check out a commit"),
  ]);
});

test("a candidate goes, and the stable release stays", async () => {
  const [one, two] = [release(1), release(2)];
  const edit = (name: string, ...changes: readonly (readonly [string, string])[]) => {
    const full = path.join(folder, name);
    const text = changes.reduce((done, [before, after]) => done.replace(before, after), readFileSync(full, "utf8"));
    writeFileSync(full, text);
  };
  edit(
    "systems/pmcrm.ts",
    ["    backend: {", '    backend: {\n      strategy: { kind: "canary", steps: [10] },'],
    ["connectionsPerPod: 10", "connectionsPerPod: 4"], // there is room for both
  );
  for (const name of ["staging", "production"])
    edit(`environments/pmcrm/${name}.ts`, ['edge: { kind: "google"', 'edge: { kind: "gateway"']);
  runs({ stable: one, candidate: two, share: 10 });
  const events = [...deployed(0, one, MIGRATES), ...deployed(10, one, { ...MIGRATES, candidate: two, share: 0 })];
  const [status, said] = await tried(events);
  expect([status, said]).toEqual([0, expect.stringContaining(`goes back from ${two} to ${one}:`)]);
  expect(said).toContain(`database: stays as ${two} left it.`);
});
