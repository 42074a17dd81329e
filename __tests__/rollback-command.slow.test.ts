import { readFileSync, writeFileSync } from "node:fs";
import type { Event } from "../commands/records/event";
import { releaseId } from "../schema/release";
import { inCheckout } from "./cli-checkout";
import { type RecordsCloud, startRecords } from "./releasing/cloud";
import { deployed, hold, verification } from "./releasing/events";

const MIGRATES = { migrates: ["migrate"], variables: { LOG_LEVEL: "debug" } };
const { slipway, at, spoil } = inCheckout();
let cloud: RecordsCloud;
beforeEach(async () => {
  cloud = await startRecords(at("cloud"), "pmcrm");
});
afterEach(() => cloud.fake.stop());

const file = (name: string) => at("releases", "pmcrm", `${name}.json`);
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
  const { code, out } = await slipway(["rollback", "production", "--dry-run", ...options], {
    ...cloud.env,
    ...{ SYSTEM: "pmcrm", CI: "" },
  });
  expect(readFileSync(file("production"), "utf8")).toBe(before);
  return [code, out];
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
    `No other release was verified in production.\nName one with --to: ${one}.\n`,
  ]);
  expect(await tried([], "--to", one)).toEqual([
    1,
    expect.stringContaining(`is older than ${two}, which is irreversible`),
  ]);
  expect(await tried([], "--to", release(3))).toEqual([1, expect.stringContaining("has never run in production")]);
  expect(await tried([], "--to", "0".repeat(16))).toEqual([2, expect.stringContaining("is not a release of pmcrm;")]);
  expect(await tried([], "--to", "staging")).toEqual([2, expect.stringContaining("is not a release of pmcrm;")]);
  expect(await tried(deployed(30, "0".repeat(16)), "--to", "0".repeat(16))).toEqual([
    1,
    expect.stringContaining("is not here. Check out a commit"),
  ]);
});

test("it leaves what runs, whatever the file names, and goes to the same release until it has succeeded", async () => {
  const [one, two, three] = [1, 2, 3].map((version) => release(version)) as [string, string, string];
  const verified = (id: string, from: number) => [...deployed(from, id), verification(from + 5, id)];
  const events = [...verified(one, 0), ...verified(two, 10), ...verified(three, 20)];
  runs({ stable: one }); // an old checkout
  expect(await tried(events)).toEqual([0, expect.stringContaining(`goes back from ${three} to ${two}:`)]);
  // The rollback has written its file, and its deploy has failed: before it began, and after.
  runs({ stable: two, left: [three] });
  for (const last of [[hold(30, three)], [hold(30, three), ...deployed(40, two, { rollback: true, succeeded: false })]])
    expect(await tried([...events, ...last])).toEqual([0, expect.stringContaining(` to ${two}:`)]);
  runs({ stable: three }); // a checkout without that file, as in CI
  const halfway = [...events, hold(30, three), ...deployed(40, two, { rollback: true, succeeded: false })];
  expect(await tried(halfway)).toEqual([0, expect.stringContaining(`goes back from ${three} to ${two}:`)]);
  expect(await tried([...halfway, hold(50, two)])).toEqual([0, expect.stringContaining(`to ${one}:`)]);
  runs({ stable: two, left: [three] });
  const again = [...events, hold(30, three), ...deployed(40, two, { rollback: true })];
  expect(await tried(again)).toEqual([0, expect.stringContaining(`goes back from ${two} to ${one}:`)]);
});

test("nothing is written if an option is wrong, and what is held is named", async () => {
  const [one, two] = [release(1), release(2)];
  runs({ stable: two });
  expect(await tried([], "--allow", "netwrk")).toEqual([2, expect.stringContaining("did you mean network?")]);
  const events = [...deployed(0, one), verification(5, one), hold(6, one), ...deployed(10, two)];
  const [code, said] = await tried(events);
  expect([code, said]).toEqual([
    1,
    expect.stringMatching(`^${one} was verified, and is held: orders fail\\.\nTo go back to it, `),
  ]);
  expect(said).toContain("SYSTEM=pmcrm npm run unhold -- production <release> --reason '<why>'\n");
});

test("a candidate goes, and the stable release stays", async () => {
  const [one, two] = [release(1), release(2)];
  spoil("systems/pmcrm.ts", "    backend: {", '    backend: {\n      strategy: { kind: "canary", steps: [10] },');
  spoil("systems/pmcrm.ts", "connectionsPerPod: 10", "connectionsPerPod: 4"); // there is room for both
  for (const name of ["staging", "production"])
    spoil(`environments/pmcrm/${name}.ts`, 'edge: { kind: "google"', 'edge: { kind: "gateway"');
  runs({ stable: one, candidate: two, share: 10 });
  const events = [...deployed(0, one, MIGRATES), ...deployed(10, one, { ...MIGRATES, candidate: two, share: 0 })];
  const [status, said] = await tried(events);
  expect([status, said]).toEqual([0, expect.stringContaining(`goes back from ${two} to ${one}:`)]);
  expect(said).toContain(`database: stays as ${two} left it.`);
  // Its rollback has failed halfway.
  runs({ stable: one, left: [two] });
  const halfway = [hold(20, two), ...deployed(30, one, { rollback: true, succeeded: false })];
  expect(await tried([...events, ...halfway])).toEqual([
    0,
    expect.stringContaining(`goes back from ${two} to ${one}:`),
  ]);
});
