import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { load } from "../schema/load";
import { whatRehearsalsLack } from "./rehearsable";
import { type Place, World } from "./story/world";
import { ROOT } from "./support";

const MINUTES = 60_000;
const work = mkdtempSync(path.join(os.tmpdir(), "story-"));
const missing = whatRehearsalsLack(work, "stories of releases");
const skipped = missing ? ` (SKIPPED: ${missing.split(";")[0]})` : "";
afterAll(() => rmSync(work, { recursive: true, force: true }));

const digest = (digit: number) => `sha256:${String(digit).repeat(64)}`;

/** A manual step. */
const STEP = "login";

/** A system of the repository, with a text of its own, a variable of the environment, and a task that migrates. */
interface Plot {
  readonly system: string;
  /** A variable that the system's file gives a text, and the text. */
  readonly setting: readonly [name: string, text: string];
  /** A variable that production's file gives a value, and the value. */
  readonly variable: readonly [name: string, value: string];
  /** Manual steps of a verification. */
  readonly manual?: readonly string[];
  readonly edits: readonly (readonly [file: string, before: RegExp, after: string])[];
  /** Changes of production's file that rotate a password. */
  readonly rotation: readonly [before: RegExp, after: string];
}

const PLOTS: readonly Plot[] = [
  {
    system: "pmcrm", // Cloud SQL and Memorystore
    setting: ["JWT_ACCESS_TOKEN_EXPIRY", "1h"],
    variable: ["LOG_LEVEL", "info"],
    edits: [
      [
        "systems/SYSTEM.ts",
        /^ {2}services: \{/m,
        `  smokeChecks: { ${STEP}: { kind: "manual", step: "Log in" } },\n  services: {`,
      ],
    ],
    manual: [STEP],
    rotation: [/( +)kind: "cloud-sql",/, '$1kind: "cloud-sql",\n$1password: { generation: 2, rotatedIn: "2.0.0" },'],
  },
  {
    system: "enterprise", // all datastores in the cluster
    setting: ["MODE", "simple"],
    variable: ["LOG_LEVEL", "INFO"],
    edits: [
      ["systems/SYSTEM.ts", /^( +)LOG_LEVEL: \{/m, '$1MODE: "simple",\n$1LOG_LEVEL: {'],
      ["systems/SYSTEM.ts", /^( +)"LOG_LEVEL",/m, '$1"LOG_LEVEL",\n$1"MODE",'],
      ["systems/SYSTEM.ts", /^( +)autoscale,/m, '$1autoscale,\n$1after: ["migrate"],'],
      [
        "systems/SYSTEM.ts",
        /^ {2}services: \{/m,
        '  tasks: { migrate: { image: "sales-api", command: ["migrate"], pool: "app", resources, variables: ["LOG_LEVEL", "DATABASE_HOST", "DATABASE_PASSWORD"], connects: ["database"], changesDatabase: true, deadlineSeconds: 600 } },\n  services: {',
      ],
    ],
    rotation: [/( +)variables: \{ LOG_LEVEL/, "$1generations: { JWT_SECRET_KEY: 2 },\n$1variables: { LOG_LEVEL"],
  },
];

/** The first one alone, because each takes ten minutes; `STORIES=all` takes all. */
const TOLD = process.env.STORIES === "all" ? PLOTS : PLOTS.slice(0, 1);

(missing ? describe.skip.each : describe.each)(TOLD)(
  `the releases of $system, each step a command${skipped}`,
  ({ system, setting: [setting, text], variable: [variable, value], edits, rotation, manual = [] }) => {
    let world: World;
    let image: string;
    let service: string;
    let namespace: string;
    const ids: Record<number, string> = {};

    beforeAll(async () => {
      const { system: files } = (await load(ROOT, system, {})).environments.staging;
      namespace = files.namespace;
      const [name = "", { image: of } = { image: "" }] = Object.entries(files.services)[0] ?? [];
      service = name;
      image = of;
      world = await World.start(system, path.join(work, system), edits);
    }, 10 * MINUTES);
    afterAll(async () => {
      await world?.stop();
    }, MINUTES);

    /** Runs a command, which must end with an exit code, and returns what it prints. */
    async function says(args: readonly string[], place: Place, code = 0): Promise<string> {
      const { status, stdout, stderr } = await world.slipway(place, args);
      if (status !== code)
        throw new Error(`slipway ${args.join(" ")} ends with ${status}, not ${code}:\n${stdout}${stderr}`);
      return stdout + stderr;
    }
    const deploy = (place: Place, code = 0, ...options: readonly string[]) =>
      says(["deploy", place, "--auto-approve", "--skip-provider-lock", ...options], place, code);
    async function release(version: number, place: Place, ...options: readonly string[]): Promise<void> {
      const digests = ["--image", `${image}=${digest(version)}`];
      await says(["release", place, "--version", `${version}.0.0`, ...digests, ...options], place);
      ids[version] = world.pointer(place).stable;
    }
    const promote = (code = 0) => says(["promote", "production"], "production", code);
    const verify = (place: Place, code = 0, done = manual) =>
      says(["verify", place, ...done.flatMap((step) => ["--done", step])], place, code);
    const scan = (code = 0) => says(["scan", "staging"], "staging", code);
    /** How long an apply takes on Google Cloud, by what a deploy prints. */
    const minutesOf = (said: string) => {
      const [, time = ""] = /On Google Cloud, this typically takes (.*)\./.exec(said) ?? [];
      return time === "less than a minute" ? 0 : Number.parseInt(time, 10);
    };
    const status = async (place: Place) => JSON.parse(await says(["status", place, "--json"], place))[0];
    const history = (place: Place) => says(["history", place], place);
    const setText = (to: string) =>
      world.edit("systems/SYSTEM.ts", new RegExp(`${setting}: "[^"]*"`), `${setting}: "${to}"`);

    // biome-ignore lint/suspicious/noExplicitAny: Kubernetes objects of several kinds
    const get = async (place: Place, ...args: readonly string[]): Promise<any> =>
      JSON.parse(await world.kubectl(place, "-n", namespace, "get", ...args, "-o", "json"));
    /** What the pods of the service run and get, and whether all of them are ready. */
    async function served(place: Place) {
      const { spec, status: now } = await get(place, "deployment", service);
      const [container] = spec.template.spec.containers;
      const [name] = container.envFrom.flatMap(
        (it: { configMapRef?: { name: string } }) => it.configMapRef?.name ?? [],
      );
      const { data } = await get(place, "configmap", name);
      return [container.image.replace(/.*@/, ""), data[setting], data[variable], now.readyReplicas === spec.replicas];
    }
    /** Digests of the images of the Jobs that migrate. */
    const migrations = async (place: Place): Promise<string[]> =>
      (await get(place, "jobs", "-l", "app.kubernetes.io/name=migrate")).items.map(
        // biome-ignore lint/suspicious/noExplicitAny: a Job
        ({ spec }: any) => spec.template.spec.containers[0].image.replace(/.*@/, ""),
      );

    test(
      "1 goes to staging and production",
      async () => {
        await release(1, "staging");
        await deploy("staging");
        expect(await verify("staging")).toContain(`Recorded: ${ids[1]} is verified in staging.`);
        expect(await scan()).toContain(`Recorded: ${ids[1]} is scanned in staging.`);
        expect(await promote()).toContain(`production.json names ${ids[1]}.`);
        await deploy("production");
        await verify("production");
        expect(await status("production")).toMatchObject({ runs: ids[1], version: "1.0.0", held: {} });
        expect(await served("production")).toEqual([digest(1), text, value, true]);
        expect(world.backupsIn("production")).toBe(0); // there was no database before
      },
      20 * MINUTES,
    );

    test(
      "2 has a migration, before which the database is kept, and is promoted once staging has verified and scanned it",
      async () => {
        await release(2, "staging");
        await deploy("staging");
        expect([world.backupsIn("staging"), await migrations("staging")]).toEqual([1, [digest(2)]]);
        expect(await promote(1)).toContain(
          `"${ids[2]}": is not verified in staging; run SYSTEM=${system} npm run verify -- staging`,
        );
        expect(world.pointer("production").stable).toBe(ids[1]);
        if (manual.length)
          expect(await verify("staging", 0, [])).toContain("Nothing is recorded until this step is done");
        expect(await promote(1)).toContain("is not verified in staging");
        await verify("staging");
        expect(await promote(1)).toContain(`"${ids[2]}": is not scanned in staging; run SYSTEM=${system} npm run scan`);
        world.becomesKnown("CVE-2027-10000");
        expect(await scan(1)).toContain("CVE-2027-10000 in openssl, fixed in 3.0.1");
        expect(await promote(1)).toContain(`"${ids[2]}": has the critical vulnerability CVE-2027-10000`);
        expect(world.pointer("production").stable).toBe(ids[1]);
        world.edit(
          "systems/SYSTEM.ts",
          /^ {2}auditLogs: \{/m,
          '  vulnerabilityExceptions: [{ id: "CVE-2027-10000", until: "2099-12-31", reason: "It is not called" }],\n  auditLogs: {',
        );
        expect(await promote()).toContain(`image ${image}: ${digest(1)} -> ${digest(2)}`);
        await deploy("production");
        expect(await verify("production")).toContain(`${ids[2]} is verified in production`);
        expect(await status("production")).toMatchObject({ runs: ids[2], version: "2.0.0" });
        expect(
          (await says(["deploy", "production", "--auto-approve", "--skip-provider-lock"], "production")).match(
            /No changes\./,
          ),
        ).toBeTruthy();
      },
      15 * MINUTES,
    );

    test(
      "a rotated password needs an approval of its own, and a rollback after it keeps every user and runs no migration",
      async () => {
        world.edit("environments/SYSTEM/production.ts", ...rotation);
        await says(["protected"], "production");
        expect(await deploy("production", 1)).toContain("add --allow secrets");
        await deploy("production", 0, "--allow", "secrets");
        const said = await says(["rollback", "production", "--to", ids[1] as string, "--auto-approve"], "production");
        expect(said).toContain(`database: stays as ${ids[2]} left it.`);
        expect(said).not.toMatch(/google_sql_user\S+ will be destroyed/);
        expect(minutesOf(said)).toBeLessThanOrEqual(5);
        expect([await migrations("production"), (await served("production"))[0]]).toEqual([[], digest(1)]);
        expect(await status("production")).toMatchObject({ runs: ids[1], database: ids[2] });
        // Forward again: what a rollback has left comes back when nobody holds it any more.
        expect(await promote(1)).toContain(`"${ids[2]}": is held in production by`);
        await says(["unhold", "production", ids[2] as string, "--reason", "it was the network"], "production");
        await promote();
        await deploy("production");
        expect([await migrations("production"), (await served("production"))[0]]).toEqual([[digest(2)], digest(2)]);
        await verify("production");
      },
      15 * MINUTES,
    );

    test(
      "3 crashes in staging, twice: the old pods serve, it is rolled back and held, and cannot be promoted",
      async () => {
        setText("crashing");
        await release(3, "staging");
        for (const attempt of [1, 2]) {
          await deploy("staging", 1);
          expect([attempt, await served("staging")]).toEqual([attempt, [digest(2), text, expect.anything(), true]]);
        }
        expect(await verify("staging", 1)).toContain(
          "Nothing was recorded in staging: the last deploy did not succeed.",
        );
        await says(["rollback", "staging", "--reason", "its pods crash", "--auto-approve"], "staging");
        expect(await status("staging")).toMatchObject({
          runs: ids[2],
          database: ids[3],
          held: { [ids[3] as string]: "its pods crash" },
        });
        // The system's file still has the text with which 3 crashes.
        expect([await served("staging"), await migrations("staging")]).toEqual([
          [digest(2), text, expect.anything(), true],
          [],
        ]);
        await says(["release", "production", "--from", ids[3] as string], "production");
        const refused = await deploy("production", 1);
        expect(refused).toContain(`"${ids[3]}": is held in staging by`);
        expect(refused).toContain(`"${ids[3]}": has never run in staging`);
        await says(["release", "production", "--from", ids[2] as string], "production");
        expect(await history("staging")).toMatch(
          new RegExp(`rollback to ${ids[2]} .*\\n.*hold of ${ids[3]} .*its pods crash`),
        );
      },
      15 * MINUTES,
    );

    test(
      "4 crashes in production only: back to 2, with the configuration that 2 had there, and no migration",
      async () => {
        setText(text);
        await release(4, "staging");
        await deploy("staging");
        await verify("staging");
        await scan();
        world.edit("environments/SYSTEM/production.ts", new RegExp(`${variable}: "[^"]*"`), `${variable}: "crashing"`);
        await promote();
        await deploy("production", 1);
        const said = await world.cutOff(() => says(["rollback", "production", "--auto-approve"], "production"));
        expect(minutesOf(said)).toBeLessThanOrEqual(5);
        expect(said).toContain(`variable of the environment ${variable}: crashing -> ${value}`);
        expect(world.pointer("production")).toMatchObject({
          stable: ids[2],
          database: ids[4],
          variables: { [variable]: value },
        });
        expect([await served("production"), await migrations("production")]).toEqual([
          [digest(2), text, value, true],
          [],
        ]);
        expect(await says(["diff", "production", "--skip-provider-lock"], "production")).toContain("No changes.");
        await verify("production");
        expect(await status("production")).toMatchObject({
          runs: ids[2],
          database: ids[4],
          held: { [ids[4] as string]: "rolled back in production" },
        });
      },
      15 * MINUTES,
    );

    test(
      "a hotfix reaches production while staging is ahead, and runs no migration",
      async () => {
        world.edit(
          "environments/SYSTEM/production.ts",
          new RegExp(`${variable}: "crashing"`),
          `${variable}: "${value}"`,
        );
        await release(5, "production");
        expect(await deploy("production", 1)).toContain(`"${ids[5]}": has never run in staging`);
        await says(["release", "production", "--from", ids[2] as string], "production"); // as if nothing had been tried
        await says(["rollback", "production", "--to", ids[2] as string, "--auto-approve"], "production");
        await release(5, "production", "--hotfix", "orders fail");
        expect(world.pointer("production")).toMatchObject({ database: ids[4], approved: { reason: "orders fail" } });
        await deploy("production");
        expect([(await served("production"))[0], await migrations("production")]).toEqual([digest(5), []]);
        expect(await history("production")).toContain("without a verification (orders fail)");
      },
      15 * MINUTES,
    );

    test(
      "a freeze refuses deploys but not a rollback, until it is lifted",
      async () => {
        const reason = "Black Friday";
        await says(["freeze", "production", "--until", "2h", "--reason", reason], "production");
        await deploy("production"); // tells Google
        expect(await status("production")).toMatchObject({ runs: ids[5], frozen: { reason } });
        world.edit("environments/SYSTEM/production.ts", new RegExp(`${variable}: "${value}"`), `${variable}: "frozen"`);
        expect(await deploy("production", 1)).toContain(`nothing is deployed until then, but for rollbacks: ${reason}`);
        expect(await served("production")).toEqual([digest(5), text, value, true]);
        await says(["rollback", "production", "--to", ids[2] as string, "--auto-approve"], "production");
        expect(await served("production")).toEqual([digest(2), text, value, true]);
        expect(await status("production")).toMatchObject({
          runs: ids[2],
          database: ids[4],
          frozen: { reason },
          held: { [ids[5] as string]: "rolled back in production" },
        });
        await says(["freeze", "production", "--lift"], "production");
        await deploy("production");
        expect((await status("production")).frozen).toBeUndefined();
        expect(await says(["diff", "production", "--skip-provider-lock"], "production")).toContain("No changes.");
        await verify("production");
        expect(await history("production")).toContain(`rollback to ${ids[2]}`);
      },
      15 * MINUTES,
    );

    test(
      "a deploy whose machine dies in the middle leaves a lock and a state in the bucket, and the next deploy goes on",
      async () => {
        await release(6, "staging");
        const dies = await world.slipway(
          "staging",
          ["deploy", "staging", "--auto-approve", "--skip-provider-lock"],
          (line) => {
            if (!/migration_job.*: Creating\.\.\./.test(line)) return undefined;
            // Everything that runs in the checkout at once, as when a machine loses its power.
            execFileSync("pkill", ["-KILL", "-f", path.join(work, system, "checkout")]);
            return "SIGKILL";
          },
        );
        expect(dies.status).not.toBe(0);
        const state = `storage/b/${system}-staging-terraform-state/o/${system}/staging/default`;
        expect(world.cloud("staging").store.get(`${state}.tflock`)).toBeDefined();
        expect(await status("staging")).toMatchObject({ runs: ids[4], unfinished: { release: ids[6] } });
        const next = await deploy("staging");
        expect(next).toMatch(/The deploy of \S+ by .* has died\. Its lock is removed\./);
        expect(await served("staging")).toEqual([digest(6), text, expect.anything(), true]);
        expect(world.cloud("staging").store.get(`${state}.tflock`)).toBeUndefined();
        await verify("staging");
      },
      15 * MINUTES,
    );
  },
);
