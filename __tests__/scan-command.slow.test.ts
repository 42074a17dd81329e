import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { inCheckout } from "./cli-checkout";
import { kindsIn, type RecordsCloud, startRecords } from "./releasing/cloud";
import { ROOT } from "./support";

const { slipway, at, spoil } = inCheckout();
let cloud: RecordsCloud;
beforeEach(async () => {
  cloud = await startRecords(at("cloud"), "pmcrm");
  mkdirSync(at("bin"));
  symlinkSync(path.join(ROOT, "__tests__", "story", "bin", "trivy"), at("bin", "trivy"));
});
afterEach(() => cloud.fake.stop());

const run = (...args: readonly string[]) =>
  slipway(args, {
    ...{ ...cloud.env, SYSTEM: "pmcrm", CI: "", STORY_VULNERABILITIES: at("vulnerabilities.json") },
    PATH: `${at("bin")}:${path.dirname(process.execPath)}:/usr/bin:/bin`,
  });
const becomesKnown = (...ids: readonly string[]) => writeFileSync(at("vulnerabilities.json"), JSON.stringify(ids));
const scans = () => kindsIn(cloud, "pmcrm", "staging").filter((kind) => kind === "scan").length - 1; // without the first

test("a scan is recorded, whatever it finds, and the history shows it", async () => {
  expect(await run("scan", "staging")).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^ok {3}\S+\/backend@sha256:\S+: 0 critical\nRecorded: \w+ is scanned in staging\./),
  });
  becomesKnown("CVE-2027-10000");
  const found = await run("scan", "staging", "--json");
  expect([found.code, scans()]).toEqual([1, 2]);
  expect(JSON.parse(found.out.slice(found.out.indexOf("{\n"), found.out.lastIndexOf("}") + 1))).toMatchObject({
    ok: false,
    scans: [{ kind: "scan", vulnerabilities: [{ image: "backend", id: "CVE-2027-10000", package: "openssl" }] }],
  });
  expect((await run("history", "staging")).out).toMatch(/ scan of \w+ \(\S+\) found CVE-2027-10000 in backend, by /);
}, 120_000);

test("a vulnerability with an exception in the system's file does not fail it", async () => {
  becomesKnown("CVE-2027-10000");
  const accepted = '{ id: "CVE-2027-10000", until: "2099-12-31", reason: "It is not called" }';
  spoil("systems/pmcrm.ts", "\n  auditLogs:", `\n  vulnerabilityExceptions: [${accepted}],\n  auditLogs:`);
  expect(await run("scan", "staging")).toMatchObject({
    code: 0,
    out: expect.stringContaining("CVE-2027-10000 in openssl, fixed in 3.0.1; accepted until 2099-12-31: It is not"),
  });
}, 120_000);

test("without Trivy, nothing is recorded; a dry run needs none", async () => {
  rmSync(at("bin", "trivy"));
  expect(await run("scan", "staging")).toEqual({
    code: 1,
    out: expect.stringMatching(/^trivy is not on PATH\. Install it: https:\/\/trivy\.dev\/\S+\n$/),
  });
  expect(await run("scan", "staging", "--dry-run")).toEqual({
    code: 0,
    out: expect.stringMatching(/^trivy image .*\/backend@sha256:\w{64}\nNothing was scanned \(--dry-run\)\.\n$/),
  });
  const { out } = await run("scan", "staging", "--dry-run", "--json");
  expect(JSON.parse(out)).toEqual({ calls: [expect.stringMatching(/^trivy image .*\/backend@sha256:\w{64}$/)] });
  expect(scans()).toBe(0);
}, 120_000);

test("if the records cannot be read, Trivy does not start", async () => {
  rmSync(at("bin", "trivy"));
  cloud.env.GOOGLE_OAUTH_ACCESS_TOKEN = "ended";
  const { code, out } = await run("scan", "staging");
  expect([code, out]).toEqual([1, expect.stringContaining(" cannot be used: 401 ")]);
  expect(out).not.toContain("trivy");
}, 120_000);

test("the status of all environments shows those whose records can be read, and why others' cannot", async () => {
  cloud.fake.store.delete("storage/b/pmcrm-production-records");
  const { code, out } = await run("status");
  expect([code, out]).toEqual([1, expect.stringMatching(/^staging runs \w{16} /)]);
  expect(out).toMatch(/^production: gs:\/\/pmcrm-production-records cannot be used: 404 /m);
  const answer = await run("status", "--json");
  expect(JSON.parse(answer.out.slice(0, answer.out.lastIndexOf("]") + 1))).toEqual([
    expect.objectContaining({ environment: "staging", runs: expect.any(String) }),
    { environment: "production", refused: expect.stringContaining("SYSTEM=pmcrm npm run bootstrap -- production") },
  ]);
}, 120_000);

test("a release that the system does not have is misuse", async () => {
  const { code, out } = await run("scan", "staging", "0".repeat(16));
  expect([code, out]).toEqual([2, expect.stringContaining("0000: is not a release of pmcrm; ")]);
}, 120_000);
