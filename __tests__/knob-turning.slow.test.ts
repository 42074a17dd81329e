import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import type { Finding } from "@slipway/rehearsal";
import type { Files } from "../commands/knobs/table/hand";
import { Turning } from "../commands/knobs/turning";
import { filesOf, type Turn, turnsOf } from "../commands/knobs/turns";
import type { Configuration } from "../schema/load";

const work = mkdtempSync(path.join(os.tmpdir(), "knobs-"));
afterAll(() => rmSync(work, { recursive: true }));

/** A minimal Terraform: after an apply, the resources are exactly those of the configuration. */
class Stand {
  readonly applied: string[] = [];
  private next = "";

  constructor(private readonly fails: (environment: string) => string | undefined) {}

  async plan(_name: string, { environments }: Configuration) {
    this.next = JSON.stringify(environments.production.environment);
    const refused = this.next.includes("knob-refused") ? ["exit 1", "Instance cannot be destroyed"] : undefined;
    if (refused) return { refused };
    return this.next === this.applied.at(-1) ? [] : [{ address: "a.b", type: "a", action: "update" } as const];
  }

  async apply() {
    this.applied.push(this.next);
    const failure = this.fails(this.next);
    return failure ? ["exit 1", failure] : [];
  }

  synthesized({ environments }: Configuration): string {
    const { environment } = environments.production;
    const resource = Object.fromEntries(Object.entries(environment).map(([key, value]) => [key, { it: { value } }]));
    writeFileSync(path.join(work, "cdk.tf.json"), JSON.stringify({ resource, terraform: {} }));
    return work;
  }
}

let files: Files;
let turns: readonly Turn[];
beforeAll(async () => {
  files = await filesOf("pmcrm");
  turns = turnsOf("pmcrm", "production", files).turns;
});

async function turned(names: readonly string[], fails: (environment: string) => string | undefined = () => undefined) {
  const said: (Finding & { what: string })[] = [];
  const stand = new Stand(fails);
  const turning = new Turning(stand, "pmcrm", "production", files, (what, finding) => said.push({ what, ...finding }));
  await turning.turnAll(turns.filter(({ name }) => names.includes(name)));
  return { said, applied: stand.applied };
}

const ZONE = "environment.edge(google).dnsZone?";
const EMAIL = "environment.monitoring.email";

test("a group is turned there and back, and ends as the files say", async () => {
  const { said, applied } = await turned([ZONE, EMAIL]);
  expect(said.map(({ what, wrong }) => [what, wrong])).toEqual([["group 1 of 1", []]]);
  expect(applied).toHaveLength(2);
  expect(applied[0]).toContain("knob-zone");
  expect(applied[0]).toContain("knob@my-company.com");
  expect(applied[1]).not.toContain("knob");
});

test("finds the turn that caused a failure, and turns everything back each time", async () => {
  const { said, applied } = await turned([ZONE, EMAIL], (it) =>
    it.includes("knob-zone") ? "no such zone" : undefined,
  );
  expect(said.map(({ what, wrong }) => [what, wrong.length > 0])).toEqual([
    ["group 1 of 1", true],
    ["group 1 of 1, first half", false],
    ["group 1 of 1, second half", true],
  ]);
  expect(said[2]?.wrong).toEqual([expect.stringContaining(ZONE), "step 1 of 2: exit 1", "step 1 of 2: no such zone"]);
  expect(applied.at(-1)).not.toContain("knob");
});

test("turns of the same field are in groups of their own", async () => {
  const { said } = await turned([
    "environment.monitoring.receiver=webhook",
    "environment.monitoring.receiver(slack).channel",
  ]);
  expect(said.map(({ what }) => what)).toEqual(["group 1 of 2", "group 2 of 2"]);
});

test("protected resources are removed with the protections lifted", async () => {
  const { said, applied } = await turned(["environment.database(cloud-sql).restore?"]);
  expect(said.map(({ what, wrong }) => [what, wrong])).toEqual([["protected, added, 1 of 1", []]]);
  const states = applied.map((it) => [it.includes('"restore"'), it.includes('"allowDestroy":true')]);
  expect(states).toEqual([
    [true, false],
    [true, true],
    [false, true],
    [false, false],
  ]);
});
