import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { checkout } from "../commands/checkout";

// biome-ignore lint/suspicious/noExplicitAny: some inputs are none that the types allow
type Anything = any;

const digest = (digit: string) => `sha256:${digit.repeat(64)}`;

describe("npm run release", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), "release-"));
    checkout(folder);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const run = (...args: string[]) => runOf("enterprise", ...args);
  const runOf = (system: string, ...args: string[]) =>
    new Promise<{ code: number; out: string }>((resolve) => {
      const env = { ...process.env, SYSTEM: system };
      execFile(
        process.execPath,
        ["commands/slipway.mjs", "release", ...args],
        { cwd: folder, env },
        (error, stdout, stderr) => resolve({ code: error ? Number(error.code) : 0, out: stdout + stderr }),
      );
    });
  const files = () =>
    Object.fromEntries(
      readdirSync(path.join(folder, "releases", "enterprise")).map((file) => [
        file,
        JSON.parse(readFileSync(path.join(folder, "releases", "enterprise", file), "utf8")),
      ]),
    );
  const runs = (environment: string): Anything => files()[`${files()[`${environment}.json`]?.stable}.json`];

  test("writes the commits of frontends on Vercel, and keeps the release before for the way back", async () => {
    const read = (file: string): Anything =>
      JSON.parse(readFileSync(path.join(folder, "releases", "pmcrm", file), "utf8"));
    const { stable: first } = read("staging.json");
    const commit = "2".repeat(40);
    const { code, out } = await runOf("pmcrm", "staging", "--version", "2.0.0", "--frontend", `web=${commit}`);
    expect([code, out]).toEqual([0, expect.stringContaining(`  web ${commit}\n`)]);
    const { stable: second, ...beside } = read("staging.json");
    expect(beside).toEqual({ previous: first });
    // The system's texts go with the release, and it says which tasks change the database.
    expect(read(`${second}.json`)).toEqual({
      ...read(`${first}.json`),
      ...{ version: "2.0.0", frontends: { web: commit }, changesDatabase: ["migrate"] },
      variables: { JWT_ACCESS_TOKEN_EXPIRY: "1h", JWT_REFRESH_TOKEN_EXPIRY: "30d", NODE_ENV: "production" },
    });

    expect((await runOf("pmcrm", "staging", "--from", first)).code).toBe(0);
    expect(read("staging.json")).toEqual({ stable: first, previous: second });

    const wrong = await runOf("pmcrm", "staging", "--version", "3.0.0", "--frontend", "web=main");
    expect([wrong.code, wrong.out]).toEqual([1, expect.stringContaining("must be a commit's id")]);
    expect((await runOf("pmcrm", "staging", "--version", "3.0.0", "--frontend", commit)).code).toBe(2);
  });

  test("writes a release of the images that are given and those that the environment runs, and points at it", async () => {
    const before = files();
    const { code, out } = await run("staging", "--version", "2.0.0", "--image", `hr-api=${digest("9")}`);
    expect([code, out]).toEqual([0, expect.stringContaining("version 2.0.0\n")]);
    expect(runs("staging")).toEqual({
      version: "2.0.0",
      images: { ...(runs("production") as Anything).images, "hr-api": digest("9") },
    });
    const id = files()["staging.json"].stable;
    expect(files()).toEqual({ ...before, "staging.json": { stable: id }, [`${id}.json`]: runs("staging") });

    // Production runs the same file, and the images go to its own repository.
    const promoted = await run("production", "--from", "staging");
    expect(promoted.code).toBe(0);
    expect(files()["production.json"]).toEqual(files()["staging.json"]);
    expect(promoted.out).not.toContain("copy the images"); // its deploy does
    expect(promoted.out).toMatch(
      /\nIts deploy takes only what staging has verified and run for 60 minutes.*\nCommit what was written, and deploy:\n {2}SYSTEM=enterprise npm run deploy -- production\n$/,
    );

    const back = await run("staging", "--from", before["staging.json"].stable);
    expect(back.out).toContain(`releases/enterprise/staging.json: ${id} -> ${before["staging.json"].stable}`);
    expect(files()).toEqual({ ...before, "production.json": { stable: id }, [`${id}.json`]: runs("production") });

    // Nothing copies images into an environment without verifiedIn.
    const copied = await run("staging", "--from", "production");
    expect(copied.out).toContain(
      `\n  crane copy europe-west1-docker.pkg.dev/enterprise-production/enterprise/hr-api@${digest("9")} europe-west1-docker.pkg.dev/enterprise-staging/enterprise/hr-api:release-${id}\n`,
    );
    expect(copied.out).not.toContain("Its deploy takes only");
  });

  test("a hotfix of the release that runs changes the file, and says so; without verifiedIn, there is none", async () => {
    const { stable } = files()["production.json"];
    const { code, out } = await run("production", "--from", "production", "--hotfix", "orders fail");
    expect([code, out]).toEqual([
      0,
      expect.stringMatching(
        new RegExp(
          `production.json: ${stable} as before, with other approved\n {2}${stable} needs no verification: orders fail \\(`,
        ),
      ),
    ]);
    expect(files()["production.json"].approved).toMatchObject({ release: stable, reason: "orders fail" });
    const again = await run("production", "--from", "production", "--hotfix", "orders fail");
    expect(again.out).toMatch(/production\.json: as before\n(.*\n)*To deploy it:\n/);
    expect(again.out).not.toContain("Its deploy takes only");
    expect(await run("staging", "--from", "staging", "--hotfix", "orders fail")).toEqual({
      code: 2,
      out: expect.stringContaining("--hotfix: staging has no verifiedIn, so its releases need no verification;"),
    });
  });

  test("writes what a new environment runs", async () => {
    rmSync(path.join(folder, "releases", "enterprise", "production.json"));
    expect((await run("production", "--from", "staging")).out).toContain("production.json: nothing -> ");
    expect(files()["production.json"]).toEqual(files()["staging.json"]);
  });

  describe("with a service that has a strategy", () => {
    beforeEach(() => {
      const file = path.join(folder, "systems", "enterprise.ts");
      const text = readFileSync(file, "utf8").replace(
        'api("sales-api", "/sales"),',
        '{ ...api("sales-api", "/sales"), strategy: { kind: "canary", steps: [10, 50] } },',
      );
      expect(text).toContain("strategy");
      writeFileSync(file, text);
    });
    const pointer = () => files()["production.json"];
    const commands = (out: string) => out.match(/(?<=SYSTEM=enterprise npm run ).*/g);

    test("shifts requests to a candidate in steps, each a change of the pointer alone, and says what comes next", async () => {
      const { stable } = pointer();
      const begun = await run("production", "--version", "2.0.0", "--image", `hr-api=${digest("9")}`, "--candidate");
      const { candidate } = pointer();
      expect(pointer()).toEqual({ stable, candidate, share: 0 });
      expect(files()[`${candidate}.json`]).toMatchObject({ version: "2.0.0", images: { "hr-api": digest("9") } });
      expect(commands(begun.out)).toEqual([
        "deploy -- production",
        "release -- production --share 10",
        "release -- production --abandon",
      ]);
      const released = files();

      for (const [share, ...next] of [
        ["10", "--share 50", "--share 0"],
        ["50", "--share 100", "--share 0"],
        ["0", "--share 10", "--abandon"],
        ["100", "--promote", "--share 0"],
      ] as const) {
        const { code, out } = await run("production", "--share", share);
        expect([code, pointer()]).toEqual([0, { stable, candidate, share: Number(share) }]);
        expect(commands(out)).toEqual(["deploy -- production", ...next.map((it) => `release -- production ${it}`)]);
      }

      const promoted = await run("production", "--promote");
      expect(pointer()).toEqual({ stable: candidate });
      expect(commands(promoted.out)).toEqual(["deploy -- production", "rollback -- production"]);
      expect(files()).toEqual({ ...released, "production.json": { stable: candidate } });
    }, 120_000);

    test("abandons a candidate, whatever its share is", async () => {
      const before = files();
      await run("production", "--version", "2.0.0", "--candidate");
      await run("production", "--share", "50");
      const { out } = await run("production", "--abandon");
      expect(pointer()).toEqual(before["production.json"]);
      expect(commands(out)).toEqual(["deploy -- production"]);
    });

    test("refuses what would be wrong, and writes nothing", async () => {
      await run("staging", "--version", "2.0.0");
      await run("production", "--from", "staging", "--candidate");
      const before = files();
      for (const [args, exit, message] of [
        [["production", "--share", "20"], 1, "share = 20: is not a step of every canary service; use one of 0, 10, 50"],
        [["production", "--promote"], 2, "production's candidate has the share 0: --share 100 first, and deploy"],
        [["production", "--from", "staging"], 2, "has the candidate"],
        [["production", "--from", "staging", "--candidate"], 2, "--promote or --abandon it first"],
        [["staging", "--share", "10"], 2, "staging has no candidate: --from or --version with --candidate names one"],
        [["staging", "--from", "staging", "--candidate"], 1, "is the stable release itself"],
      ] as const) {
        const { code, out } = await run(...args);
        expect([args, code, out]).toEqual([args, exit, expect.stringContaining(message)]);
        expect(files()).toEqual(before);
      }
    }, 120_000);
  });

  test("prints its help", async () => {
    expect(await run("--help")).toEqual({
      code: 0,
      out: expect.stringContaining("npx slipway release production --from staging"),
    });
  });

  test.each([
    [[], 2, "missing required argument 'environment'"],
    [["staging"], 2, "say --version for a new release, or --from"],
    [["staging", "--image", `hr-api=${digest("9")}`], 2, "say --version for a new release"],
    [["prod", "--from", "staging"], 2, "prod: is not an environment of enterprise; did you mean production?"],
    [
      ["production", "--from", "stagin"],
      2,
      "--from stagin: is neither a release nor an environment of enterprise; did you mean staging?",
    ],
    [["production", "--from", "staging", "--version", "2"], 2, "leave out --version, --image and --frontend"],
    [["staging", "--version", "2", "--image", "hr-api"], 2, "--image hr-api: write it like backend=sha256:"],
    [["staging", "--version", "2", "--image", "a=b", "--image", "a=c"], 2, "--image a: is given twice"],
    [["staging", "--share", "half"], 2, "--share half: is not a whole number from 0 to 100"],
    [["staging", "--share", "10", "--promote"], 2, "--share, --promote and --abandon are different steps"],
    [["staging", "--abandon", "--from", "production"], 2, "are about the candidate that there is: name no release"],
    [
      ["staging", "--version", "2.0.0", "--candidate", "--irreversible"],
      2,
      "--irreversible does not go with --candidate",
    ],
    [["staging", "--candidate"], 2, "say --version for a new release, or --from"],
    [["staging", "--version", "2.0.0", "--candidate"], 1, "no service of staging has a strategy"],
    [["staging", "--verison", "2"], 2, "unknown option '--verison'; did you mean --version?"],
    [["staging", "--from", ""], 2, "--from: has no value"],
    [
      ["production", "--from", "0123456789abcdef"],
      2,
      "--from 0123456789abcdef: is neither a release nor an environment of enterprise; use one of staging, production, or",
    ],
    [
      ["production", "--from", "staging", "--hotfix", "orders\nfail"],
      2,
      "--hotfix: must be one line of 1 to 80 characters; write it in one line",
    ],
    [["staging", "--version", "2 0"], 1, 'version = "2 0": must be a version'],
    [["staging", "--version", "2", "--image", "hr-api=1.4"], 1, 'images.hr-api = "1.4": must be an image\'s digest'],
    [["staging", "--version", "2", "--image", `hr=${digest("9")}`], 1, "images.hr = "],
  ])("%j ends with exit %i and %j, and writes nothing", async (args, exit, message) => {
    const before = files();
    const { code, out } = await run(...args);
    expect([code, out]).toEqual([exit, expect.stringContaining(message)]);
    expect(out).not.toMatch(/^\s+at /m);
    expect(files()).toEqual(before);
  });
});
