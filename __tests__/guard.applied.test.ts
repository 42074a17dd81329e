import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { type Machine, prepare, readStack, rehearse } from "@slipway/rehearsal";
import { bootstrapped, SURROUNDINGS } from "../commands/rehearse/project";
import { wantedBy } from "../commands/terraform/guard";
import { planHash } from "../commands/terraform/plan-hash";
import type { Plan } from "../commands/terraform/plan-problems";
import { synthesize } from "../stacks/synthesize";
import { behindGateway, NEXT, withStrategy } from "./candidate/support";
import { whatRehearsalsLack } from "./rehearsable";
import { configuration, type EnvironmentFiles, type Files } from "./support";

const work = mkdtempSync(path.join(os.tmpdir(), "guard-"));
afterAll(() => rmSync(work, { recursive: true, force: true }));

const missing = whatRehearsalsLack(work, "what plans of an environment want to be allowed");
const skipped = missing ? ` (SKIPPED: ${missing.split(";")[0]})` : "";

type Database = Extract<EnvironmentFiles["environment"]["database"], { kind: "cloud-sql" }>;
const databaseOf = ({ staging }: Files) => staging.environment.database as Database;

function first(files: Files): void {
  withStrategy(files);
  behindGateway(files);
  databaseOf(files).replicaRegion = "europe-west3";
}
/** The same after a rotation of the database's password. */
function rotated(files: Files): void {
  first(files);
  databaseOf(files).password = { generation: 2, rotatedIn: files.staging.release.version };
}

/** Folder of a version of staging's stack. */
function staging(name: string, change: (files: Files) => void): string {
  const out = path.join(work, name);
  mkdirSync(out);
  synthesize(configuration(change), {}, out);
  return path.join(out, "stacks", "staging");
}

/** Changes of the files after the rotation, and what a deploy of each wants to be allowed. */
const CHANGES: Readonly<Record<string, readonly [change: (files: Files) => void, wants: readonly string[]]>> = {
  nothing: [() => {}, []],
  // The release after a rotation: the first user of the database leaves with it.
  "a release": [({ staging }) => Object.assign(staging, { release: NEXT }), []],
  "a variable": [({ staging }) => Object.assign(staging.environment.variables ?? {}, { LOG_LEVEL: "info" }), []],
  "a candidate": [({ staging }) => Object.assign(staging, { candidate: NEXT, share: 10 }), []],
  "the database's tier": [
    (files) => Object.assign(databaseOf(files), { tier: "db-custom-2-7680" }),
    ["data", "monitoring"],
  ],
  "a pool": [
    ({ staging: { environment } }) => {
      if (environment.cluster.mode === "standard") Object.assign(environment.cluster.nodePools.app ?? {}, { max: 4 });
    },
    ["cluster", "monitoring"], // an alert knows how many nodes there can be
  ],
  "a replica that is removed": [
    (files) => void delete databaseOf(files).replicaRegion,
    ["destroy:google_sql_database_instance.database_replica", "destroy:random_id.database_replica", "monitoring"],
  ],
  "a generated secret": [
    ({ staging }) => Object.assign(staging.environment, { generations: { JWT_SECRET: 2 } }),
    ["secrets"],
  ],
  "who may read a secret": [
    ({ system: { services } }) => {
      const { worker } = services;
      Object.assign(worker ?? {}, { variables: worker?.variables?.filter((it) => it !== "OPENAI_API_KEY") });
    },
    ["identity"],
  ],
  "a limit of the edge": [
    ({ system: { services } }) =>
      Object.assign(services.backend ?? {}, { rateLimits: [{ requests: 900, seconds: 10 }] }),
    ["network"],
  ],
};

(missing ? test.skip : test)(
  `a release passes, and what changes more wants its approval${skipped}`,
  async () => {
    const found = new Map<string, Plan>();
    /** Plans a version of the environment as it is then. */
    async function planned(machine: Machine, id: string, stack: string): Promise<Plan> {
      prepare(stack, work, Number.POSITIVE_INFINITY);
      for (const args of [["init"], ["plan", "-out=plan.bin"]]) {
        const { status, stdout, stderr } = await machine.terraform(`${id}-${args[0]}`, args);
        if (status !== 0) throw new Error(stdout.slice(-500) + stderr);
      }
      return JSON.parse((await machine.terraform(`${id}-show`, ["show", "-json", "plan.bin"])).stdout);
    }
    const stacks = [staging("first", first), staging("rotated", rotated)];
    const { steps, plans } = await rehearse({
      ...SURROUNDINGS,
      stacks,
      work,
      timeout: 240,
      prepareProject: bootstrapped(readStack(stacks[0] as string)),
      async hold(machine) {
        for (const [i, [what, [change]]] of Object.entries(CHANGES).entries()) {
          const stack = staging(`change-${i}`, (files) => {
            rotated(files);
            change(files);
          });
          found.set(what, await planned(machine, `change-${i}`, stack));
          if (what === "a release") found.set("the same release", await planned(machine, `again-${i}`, stack));
        }
      },
    });
    expect(steps.filter((step) => step.wrong.length)).toEqual([]);
    const [deployed, rotation] = plans as readonly Plan[];
    expect(wantedBy(deployed as Plan)).toEqual([]);
    expect(wantedBy(rotation as Plan)).toEqual(["secrets"]);

    const wants = Object.keys(CHANGES).map((what) => [what, wantedBy(found.get(what) as Plan)]);
    expect(wants).toEqual(Object.entries(CHANGES).map(([what, [, wanted]]) => [what, wanted]));
    const leaves = found.get("a release")?.resource_changes?.filter(({ change }) => change.actions.includes("delete"));
    expect(leaves?.map(({ address }) => address)).toContain("google_sql_user.database_users_1");

    const hashes = Object.keys(CHANGES).map((what) => planHash(found.get(what) as Plan));
    expect(new Set(hashes).size).toBe(hashes.length);
    expect(planHash(found.get("the same release") as Plan)).toBe(planHash(found.get("a release") as Plan));
  },
  1_500_000,
);
