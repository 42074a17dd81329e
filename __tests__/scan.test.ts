import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import type { Event } from "../commands/records/event";
import { type Outside, scan } from "../commands/scan";
import { criticalIn } from "../commands/trivy";
import { environmentOf } from "../schema/load";
import type { Release } from "../schema/release";
import { configuration } from "./support";

const ARGUMENTS =
  "image --image-src=remote --scanners=vuln --severity=CRITICAL --ignore-unfixed --format=json --no-progress";
const IMAGE = `europe-west1-docker.pkg.dev/shop/shop/web@sha256:${"1".repeat(64)}`;
/** What Trivy says of a vulnerability, with one of the fields that are not read. */
const vulnerability = (id: string, name = "openssl", FixedVersion: string | undefined = "3.0.1") => ({
  ...{ VulnerabilityID: id, PkgName: name, InstalledVersion: "3.0.0", FixedVersion, Severity: "CRITICAL" },
});
const report = (...vulnerabilities: readonly object[]) => ({
  SchemaVersion: 2,
  ArtifactType: "container_image",
  Results: [
    { Target: "web (debian 12)", Class: "os-pkgs", Vulnerabilities: vulnerabilities },
    { Target: "app/package-lock.json", Class: "lang-pkgs" }, // without any
  ],
});

let folder: string;
const { PATH } = process.env;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), "trivy-"));
});
afterEach(() => {
  process.env.PATH = PATH;
  rmSync(folder, { recursive: true });
});

/** Puts a program in Trivy's place. */
function trivy(script: string): void {
  writeFileSync(path.join(folder, "trivy"), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  process.env.PATH = `${folder}:${PATH}`;
}
/** One that prints this. */
const prints = (output: object | string) =>
  trivy(`cat <<'END'\n${typeof output === "string" ? output : JSON.stringify(output)}\nEND`);

describe("Trivy", () => {
  test("is asked for one image, in a folder with no file that hides anything", async () => {
    trivy(`echo "$*" > ${folder}/called; ls -A >> ${folder}/called; echo '${JSON.stringify(report())}'`);
    expect(await criticalIn(IMAGE)).toEqual([]);
    expect(readFileSync(path.join(folder, "called"), "utf8")).toBe(`${ARGUMENTS} ${IMAGE}\n`);
  });

  test("names each vulnerability once", async () => {
    const one = vulnerability("CVE-2027-10000");
    prints(report(one, one, vulnerability("CVE-2027-10000", "libssl3"), vulnerability("CVE-2027-20000", "zlib", "")));
    expect(await criticalIn(IMAGE)).toEqual([
      { id: "CVE-2027-10000", package: "openssl", fixedVersion: "3.0.1" },
      { id: "CVE-2027-10000", package: "libssl3", fixedVersion: "3.0.1" },
      { id: "CVE-2027-20000", package: "zlib", fixedVersion: "" },
    ]);
  });

  test("has found nothing if its report has no results", async () => {
    prints({ SchemaVersion: 2, ArtifactType: "container_image" });
    expect(await criticalIn(IMAGE)).toEqual([]);
  });

  test.each<[string, object | string]>([
    ["nothing", ""],
    ["no JSON", "2027-01-01 INFO vulnerabilities: 0"],
    ["half of its report", JSON.stringify(report(vulnerability("CVE-2027-10000"))).slice(0, 90)],
    ["other JSON", { vulnerabilities: [] }],
    ["a report of another version", { ...report(), SchemaVersion: 3 }],
    ["what it was not asked for", report({ ...vulnerability("CVE-2027-10000"), Severity: "HIGH" })],
    ["a vulnerability without an id", report({ ...vulnerability("CVE-2027-10000"), VulnerabilityID: undefined })],
  ])("that prints %s is refused", async (_what, output) => {
    prints(output);
    await expect(criticalIn(IMAGE)).rejects.toThrow(
      `trivy ${ARGUMENTS} ${IMAGE}\nprints no report of Trivy's (SchemaVersion 2). Install a version from 0.70 on: https://trivy.dev/`,
    );
  });

  test.each<[string, string, string]>([
    [
      "GET https://europe-west1-docker.pkg.dev/v2/token: DENIED: Permission denied",
      "image scan error: GET https://europe-west1-docker.pkg.dev/v2/token: DENIED: Permission denied",
      "Use credentials that read the registry, see docs/releases.md#scan-a-release. npm run bootstrap lets the deployer read it.",
    ],
    ["MANIFEST_UNKNOWN", "image scan error: MANIFEST_UNKNOWN", "The registry does not have the image. Push it again."],
    ["no space left", "image scan error: no space left", "Run the same command again."],
  ])("that fails is quoted without its log, with what to do: %s", async (said, quoted, remedy) => {
    trivy(
      `echo '${JSON.stringify(report())}'; printf 'INFO\\tlog\\n2027\\tFATAL\\timage scan error: ${said}\\n' >&2; exit 1`,
    );
    await expect(criticalIn(IMAGE)).rejects.toThrow(`trivy ${ARGUMENTS} ${IMAGE}\nFATAL\t${quoted}\n${remedy}`);
  });

  test("that is missing is named, with where to get it", async () => {
    process.env.PATH = folder;
    await expect(criticalIn(IMAGE)).rejects.toThrow(
      "trivy is not on PATH. Install it: https://trivy.dev/docs/latest/getting-started/installation/",
    );
  });
});

describe("a scan", () => {
  const [ONE, TWO, THREE] = ["1", "2", "3"].map((digit) => digit.repeat(16)) as [string, string, string];
  const digest = (digit: number) => `sha256:${String(digit).repeat(64)}`;
  const releases: Record<string, Release> = {
    [ONE]: { version: "1.0.0", images: { web: digest(1), worker: digest(2) } },
    [TWO]: { version: "2.0.0", images: { web: digest(3), worker: digest(2) } },
    [THREE]: { version: "3.0.0", images: { web: digest(4) } },
  };
  const REPOSITORY = "europe-west1-docker.pkg.dev/pmcrm-staging/pmcrm";
  const reference = (name: string, digit: number) => `${REPOSITORY}/${name}@${digest(digit)}`;
  const CVE = { id: "CVE-2027-10000", package: "openssl", fixedVersion: "3.0.1" };

  /** Scans staging, with what is found by the images' references. */
  async function scanned(
    found: Readonly<Record<string, readonly (typeof CVE)[] | Error>>,
    { release, until = "2027-06-30", candidate }: { release?: string; until?: string; candidate?: string } = {},
  ) {
    const files = environmentOf(
      configuration(({ system }) => {
        system.vulnerabilityExceptions = [{ id: "CVE-2027-10000", until, reason: "The function is not called" }];
      }),
      "staging",
    );
    const lines: string[] = [];
    const records: Event[] = [];
    const asked: string[] = [];
    const outside: Outside = {
      records: { add: async (event) => void records.push(event) },
      print: { say: (line) => void lines.push(line), doing: () => {}, done: () => {}, passed: "ok  ", failed: "FAIL" },
      criticalIn: async (image) => {
        asked.push(image);
        const answer = found[image] ?? [];
        if (answer instanceof Error) throw answer;
        return answer;
      },
      now: () => new Date("2027-01-01T12:00:00Z"),
    };
    const pointer = { stable: ONE, candidate };
    const subject = { environmentName: "staging", files: { ...files, pointer }, releases, release };
    const result = await scan(subject, outside).catch((error: Error) => error);
    return { result, lines, records, asked };
  }

  test("looks into each image of the release once, and records that nothing was found", async () => {
    const { result, lines, records, asked } = await scanned({});
    expect(asked).toEqual([reference("web", 1), reference("worker", 2)]);
    expect(lines).toEqual([
      `ok   ${reference("web", 1)}: 0 critical`,
      `ok   ${reference("worker", 2)}: 0 critical`,
      `Recorded: ${ONE} is scanned in staging. Critical vulnerabilities without an exception: 0.`,
    ]);
    expect(records).toEqual([
      { kind: "scan", at: "2027-01-01T12:00:00.000Z", by: expect.any(String), release: ONE, vulnerabilities: [] },
    ]);
    expect(result).toEqual({ ok: true, scans: records });
  });

  test("of a release with a candidate has a record for each, and shared images are scanned once", async () => {
    const { result, records, asked } = await scanned(
      { [reference("web", 3)]: [CVE] },
      { candidate: TWO, until: "2026-12-31" },
    );
    expect(asked).toEqual([reference("web", 1), reference("worker", 2), reference("web", 3)]);
    expect(records.map((it) => [it.release, it.kind === "scan" && it.vulnerabilities])).toEqual([
      [ONE, []],
      [TWO, [{ image: "web", ...CVE }]],
    ]);
    expect(result).toMatchObject({ ok: false });
  });

  test("can be of another release than those that the environment runs", async () => {
    const { records, asked } = await scanned({}, { release: THREE });
    expect([asked, records.map((it) => it.release)]).toEqual([[reference("web", 4)], [THREE]]);
  });

  test("prints each vulnerability with the exception that counts, and records it in any case", async () => {
    const other = { id: "CVE-2027-20000", package: "zlib", fixedVersion: "" };
    const found = { [reference("web", 1)]: [CVE], [reference("worker", 2)]: [CVE, other] };
    const { result, lines, records } = await scanned(found);
    const accepted = "CVE-2027-10000 in openssl, fixed in 3.0.1; accepted until 2027-06-30: The function is not called";
    expect(lines).toEqual([
      `ok   ${reference("web", 1)}: 1 critical`,
      `     ${accepted}`,
      `FAIL ${reference("worker", 2)}: 2 critical`,
      `     ${accepted}`,
      "     CVE-2027-20000 in zlib",
      `Recorded: ${ONE} is scanned in staging. Critical vulnerabilities without an exception: 1.`,
    ]);
    expect(records).toMatchObject([
      { vulnerabilities: [{ image: "web", ...CVE }, { image: "worker", ...CVE }, { id: other.id }] },
    ]);
    expect(result).toMatchObject({ ok: false });
    expect((await scanned({ [reference("web", 1)]: [CVE] })).result).toMatchObject({ ok: true });
  });

  test("of which one image cannot be scanned records nothing", async () => {
    const { result, records } = await scanned({ [reference("worker", 2)]: new Error("no network") });
    expect([result, records]).toEqual([new Error("no network"), []]);
  });
});
