import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { everyStack, stackText, synthesizeEvery } from "../commands/every-stack";
import type { Raw } from "../schema/files";
import { InvalidConfiguration, validate } from "../schema/load";
import { releaseId } from "../schema/release";
import { configuration, filesOfPmcrm, filesOfPmcrmOnVercel, ROOT, rawOf, synth, synthEvery } from "./support";

// biome-ignore lint/suspicious/noExplicitAny: some inputs are none that the types allow
type Anything = any;

const digest = (digit: string) => `sha256:${digit.repeat(64)}`;
const RELEASE = { version: "1.4.0", images: { backend: digest("a") } };

test("a release is named by its content, whatever the order of its keys", () => {
  const { version, images } = RELEASE;
  expect(releaseId({ images, version })).toBe(releaseId(RELEASE));
  // printf '%s' '{"images":{"backend":"sha256:aaa..."},"version":"1.4.0"}' | sha256sum
  expect(releaseId(RELEASE)).toBe("aa64d2d05063392a");
  expect(releaseId({ ...RELEASE, version: "1.4.1" })).not.toBe(releaseId(RELEASE));
});

test("environments that run the same release pull the same digest, each from its own repository", () => {
  const { staging, production } = synth();
  for (const [name, stack] of Object.entries({ staging, production })) {
    const job = stack.resource("kubernetes_job_v1.workload_migrate_migration_job");
    expect(job.spec.template.spec.container[0].image).toBe(
      `europe-west1-docker.pkg.dev/pmcrm-${name}/pmcrm/backend@${digest("1")}`,
    );
  }
});

test("a password stays while the release runs that it was rotated in", () => {
  const users = (version: string) =>
    synth(({ production: { environment, release } }) => {
      (environment.database as Anything).password = { generation: 2, rotatedIn: "1.4.0" };
      release.version = version;
    })
      .production.resources.map(([address]) => address)
      .filter((address) => address.startsWith("google_sql_user.database_users_"));
  expect(users("1.4.0")).toHaveLength(2);
  expect(users("1.5.0")).toHaveLength(1);
});

describe("releases/pmcrm", () => {
  const id = releaseId(filesOfPmcrm().staging.release);
  /** The lines for pmcrm with a change to the files in its folder of releases. */
  const lines = (change: (releases: Record<string, Anything>) => void, files = filesOfPmcrm()): string[] => {
    const raw: Raw = rawOf(files);
    const releases = JSON.parse(JSON.stringify(raw.releases));
    change(releases);
    try {
      validate("pmcrm", { ...raw, releases }, {});
      return [];
    } catch (error) {
      if (error instanceof InvalidConfiguration) return error.message.split("\n");
      throw error;
    }
  };

  test.each<[string, (pointer: Anything, releases: Record<string, Anything>) => void, ...string[]]>([
    [
      "is there, without frontends",
      (pointer, releases) => {
        releases[releaseId(RELEASE)] = RELEASE;
        pointer.previous = releaseId(RELEASE);
      },
    ],
    [
      "has no file",
      (pointer) => (pointer.previous = "0123456789abcdef"),
      `releases/pmcrm/production.json previous = "0123456789abcdef": is not a release of the system; name one of the files in releases/pmcrm, or use npm run release`,
    ],
    [
      "is the stable one",
      (pointer) => (pointer.previous = pointer.stable),
      `releases/pmcrm/production.json previous = "<stable>": is the stable release itself; name the release before, or remove it`,
    ],
    [
      "is a version",
      (pointer) => (pointer.previous = "1.4.0"),
      `releases/pmcrm/production.json previous = "1.4.0": must be the name of a release, 16 hexadecimal digits; copy it from another environment's file, or use npm run release`,
    ],
  ])("with frontends on Vercel, a previous release that %s", (_what, change, ...expected) => {
    let stable = "";
    const found = lines((releases) => {
      stable = releases.production.stable;
      change(releases.production, releases);
    }, filesOfPmcrmOnVercel());
    expect(found.map((line) => line.replace(stable, "<stable>"))).toEqual(expected);
  });

  test("without frontends on Vercel, no previous release is named", () => {
    const found = lines((releases) => {
      releases[releaseId(RELEASE)] = RELEASE;
      releases.production.previous = releaseId(RELEASE);
    });
    expect(found).toEqual([
      `releases/pmcrm/production.json previous = "${releaseId(RELEASE)}": must be absent: the system has nothing on Vercel; remove it`,
    ]);
  });

  const NO_STRATEGY = (candidate: string) =>
    `releases/pmcrm/production.json candidate = "${candidate}": must be absent: no service of production has a strategy, so nothing would run it; let the environment run it as stable, or give a service a strategy`;

  test.each<[string, (releases: Record<string, Anything>) => void, ...string[]]>([
    ["what it has", () => {}],
    ["an older release that nothing runs", (releases) => (releases[releaseId(RELEASE)] = RELEASE)],
    [
      "a release of other images that nothing runs",
      (releases) => {
        const other = { version: "0.1", images: { gone: digest("b") } };
        releases[releaseId(other)] = other;
      },
    ],
    [
      "a release whose content changed",
      (releases) => (releases[id] = RELEASE),
      `releases/pmcrm/${id}.json = "${id}": must have the name of its content, ${releaseId(RELEASE)}: a release never changes; undo the change, or rename the file to ${releaseId(RELEASE)}.json and let environments run that`,
    ],
    [
      "a release whose content changed to that of another one",
      (releases) => Object.assign(releases, { [id]: RELEASE, [releaseId(RELEASE)]: RELEASE }),
      `releases/pmcrm/${id}.json = "${id}": must have the name of its content, ${releaseId(RELEASE)}: a release never changes; undo the change, or remove the file and let environments run ${releaseId(RELEASE)}, which has this content`,
    ],
    [
      "an environment that runs what is not there",
      (releases) => (releases.production.stable = "0123456789abcdef"),
      'releases/pmcrm/production.json stable = "0123456789abcdef": is not a release of the system; name one of the files in releases/pmcrm, or use npm run release',
    ],
    [
      "an environment that runs no release",
      (releases) => delete releases.production,
      "releases/pmcrm/production.json = nothing: is required: it says which release the environment runs; run SYSTEM=pmcrm npm run release -- production --from staging",
    ],
    [
      "a staging that runs no release, beside a production that runs one",
      (releases) => delete releases.staging,
      "releases/pmcrm/staging.json = nothing: is required: it says which release the environment runs; run SYSTEM=pmcrm npm run release -- staging --from production",
    ],
    [
      "environments of which none runs a release",
      (releases) => {
        delete releases.staging;
        delete releases.production;
      },
      ...["staging", "production"].map(
        (name) =>
          `releases/pmcrm/${name}.json = nothing: is required: it says which release the environment runs; run SYSTEM=pmcrm npm run release -- ${name} --version 1.0.0 --image <name>=<digest>`,
      ),
    ],
    [
      "an environment's file as it was before releases had files of their own",
      (releases) => (releases.production = { version: "1.4.0", images: {} }),
      "releases/pmcrm/production.json stable = nothing: is required (string); copy it from another environment's file, or use npm run release",
      "releases/pmcrm/production.json version = a string: is not a known key; remove it, or correct its spelling",
      "releases/pmcrm/production.json images = {}: is not a known key; remove it, or correct its spelling",
    ],
    [
      "a candidate that is not there",
      (releases) => Object.assign(releases.production, { candidate: "0123456789abcdef", share: 10 }),
      'releases/pmcrm/production.json candidate = "0123456789abcdef": is not a release of the system; name one of the files in releases/pmcrm, or use npm run release',
      NO_STRATEGY("0123456789abcdef"),
    ],
    [
      "a candidate that is no release's name",
      (releases) => Object.assign(releases.production, { candidate: "1.4.0", share: 10 }),
      `releases/pmcrm/production.json candidate = "1.4.0": must be the name of a release, 16 hexadecimal digits; copy it from another environment's file, or use npm run release`,
    ],
    [
      "a release under another name",
      (releases) => (releases["1.4.0"] = RELEASE),
      `releases/pmcrm/1.4.0.json = an object: is neither a release nor the file of an environment; rename it to ${releaseId(RELEASE)}.json`,
    ],
    [
      "a copy of a release",
      (releases) => Object.assign(releases, { copy: RELEASE, [releaseId(RELEASE)]: RELEASE }),
      `releases/pmcrm/copy.json = an object: is neither a release nor the file of an environment; remove it: ${releaseId(RELEASE)}.json has the same content`,
    ],
    [
      "an environment that runs the beginning of a release's name",
      (releases) => (releases.production.stable = "bfac12"),
      'releases/pmcrm/production.json stable = "bfac12": must be the name of a release, 16 hexadecimal digits; copy it from another environment\'s file, or use npm run release',
    ],
    [
      "a hotfix with a reason of two lines",
      (releases) => (releases.production.approved = { release: id, by: "someone", reason: "orders\nfail" }),
      'releases/pmcrm/production.json approved.reason = "orders\\nfail": must be one line of 1 to 80 characters; write it in one line',
    ],
    [
      "what an environment runs that is gone",
      (releases) => (releases.demo = { stable: id }),
      `releases/pmcrm/demo.json = an object: is neither a release nor the file of an environment; remove it, or name it after one of staging, production`,
    ],
    [
      "a tag in place of a digest",
      (releases) => (releases[id].images.backend = "1.4.0"),
      `releases/pmcrm/${id}.json images.backend = "1.4.0": must be an image's digest, in lower case; write "sha256:<64 digits>"; docker buildx imagetools inspect shows it`,
    ],
  ])("%s", (_what, change, ...expected) => {
    expect(lines(change)).toEqual(expected);
  });
});

test("no release changes an inventory or a list of protected addresses: these use a release of their own", async () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), "releases-"));
  try {
    for (const part of ["systems", "environments"])
      cpSync(path.join(ROOT, part), path.join(folder, part), { recursive: true });
    mkdirSync(path.join(folder, "__tests__"));
    cpSync(path.join(ROOT, "__tests__", "release.json"), path.join(folder, "__tests__", "release.json"));
    const here = await synthEvery();
    const there = await synthesizeEvery(folder, path.join(folder, "there")); // where nothing was ever released
    for (const stack of everyStack(ROOT)) expect(stackText(there(stack))).toBe(here.get(stack.name)?.text);
    const { version } = JSON.parse(readFileSync(path.join(ROOT, "__tests__", "release.json"), "utf8"));
    expect(configuration().environments.staging.release.version).toBe(version);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
