import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
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

  const run = (...args: string[]) =>
    new Promise<{ code: number; out: string }>((resolve) => {
      const env = { ...process.env, SYSTEM: "enterprise" };
      execFile(
        process.execPath,
        ["--import", "tsx", "commands/release.ts", ...args],
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
    expect(promoted.out).toContain(
      `gcrane cp europe-west1-docker.pkg.dev/enterprise-staging/enterprise/hr-api@${digest("9")} europe-west1-docker.pkg.dev/enterprise-production/enterprise/hr-api@${digest("9")}`,
    );

    const back = await run("staging", "--from", before["staging.json"].stable);
    expect(back.out).toContain(`releases/enterprise/staging.json: ${id} -> ${before["staging.json"].stable}`);
    expect(files()).toEqual({ ...before, "production.json": { stable: id }, [`${id}.json`]: runs("production") });
  });

  test("writes what a new environment runs", async () => {
    rmSync(path.join(folder, "releases", "enterprise", "production.json"));
    expect((await run("production", "--from", "staging")).out).toContain("production.json: nothing -> ");
    expect(files()["production.json"]).toEqual(files()["staging.json"]);
  });

  test("prints its help", async () => {
    expect(await run("--help")).toEqual({
      code: 0,
      out: expect.stringContaining("npm run release -- production --from staging"),
    });
  });

  test.each([
    [[], 2, "name one environment"],
    [["staging"], 2, "say --version for a new release, or --from"],
    [["staging", "--image", `hr-api=${digest("9")}`], 2, "say --version for a new release"],
    [["prod", "--from", "staging"], 2, "prod: is no environment; use one of staging, production"],
    [["production", "--from", "stagin"], 2, "--from stagin: is neither a release nor an environment"],
    [["production", "--from", "staging", "--version", "2"], 2, "leave out --version and --image"],
    [["staging", "--version", "2", "--image", "hr-api"], 2, "--image hr-api: write it like backend=sha256:"],
    [["staging", "--version", "2", "--image", "a=b", "--image", "a=c"], 2, "--image a: is given twice"],
    [["staging", "--verison", "2"], 2, "Unknown option '--verison'"],
    [["production", "--from", "0123456789abcdef"], 1, 'stable = "0123456789abcdef": is not a release of the system'],
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
