import { readFileSync } from "node:fs";
import path from "node:path";
import { PAGE, page, RENEW, section } from "../commands/progress";
import type { Raw } from "../schema/files";
import { InvalidConfiguration } from "../schema/load";
import { type Release, releaseId } from "../schema/release";
import { withStrategy } from "./candidate/support";
import { addModules, withoutCrm } from "./modules";
import { type Files, filesOfPmcrm, ROOT, rawOf } from "./support";

test(`${PAGE} says what the files say`, async () => {
  const committed = readFileSync(path.join(ROOT, PAGE), "utf8");
  if (committed !== (await page(ROOT))) throw new Error(`${PAGE} is stale. Run ${RENEW}, and commit it`);
});

const digest = (digit: string) => `sha256:${digit.repeat(64)}`;
const of = (version: string, digit: string, ...images: string[]): Release => ({
  version,
  images: Object.fromEntries(images.map((image) => [image, digest(digit)])),
});
const [FIRST, NEXT, LATEST] = [
  of("1.9.0", "1", "backend"),
  of("1.10.0", "2", "backend", "crm"),
  of("1.11.0", "3", "backend", "crm"),
];
const [first, next, latest] = [FIRST, NEXT, LATEST].map(releaseId);

/** The page's lines about pmcrm with modules: crm and jobs. */
function lines(change: (files: Files) => void = () => {}, releases: Raw["releases"] = {}): string[] {
  const files = filesOfPmcrm();
  addModules(files);
  const { system, staging, production } = files;
  staging.release = LATEST;
  production.release = NEXT;
  change(files);
  const raw = rawOf({ ...files, system, staging, production });
  const all = Object.fromEntries([FIRST, NEXT, LATEST].map((it) => [releaseId(it), it]));
  return section("pmcrm", { ...raw, releases: { ...raw.releases, ...all, ...releases } });
}

test("a module in production is deployed, with its releases and the way back", () => {
  expect(lines()).toEqual([
    "## pmcrm",
    "",
    "- [x] Deployed: CRM (`crm`)",
    `  - staging: release 1.11.0 (\`${latest}\`)`,
    `  - production: release 1.10.0 (\`${next}\`)`,
    "  - Go back in production: no earlier release has the images, so [disable the module](docs/environments.md#modules) `crm`",
    "- [x] Deployed: Background jobs (`jobs`)",
    `  - staging: release 1.11.0 (\`${latest}\`)`,
    `  - production: release 1.10.0 (\`${next}\`)`,
    "  - Go back in production: no earlier release has the images, so [disable the module](docs/environments.md#modules) `jobs`",
    "",
  ]);
});

test("the way back is to the highest earlier version that has every image, or to one of several", () => {
  const back = (releases: Raw["releases"]) =>
    lines(({ production }) => (production.release = LATEST), releases).filter((line) => line.includes("o back"));
  const command = (id: string) =>
    `\`SYSTEM=pmcrm npm run release -- production --from ${id}\`, then \`SYSTEM=pmcrm npm run deploy -- production\``;
  expect(back({})[0]).toBe(
    `  - [Go back](docs/releases.md#roll-back) in production to 1.10.0 (\`${next}\`), with all modules: ${command(String(next))}`,
  );
  const candidate = of("1.11.0-rc.2", "4", "backend", "crm");
  expect(back({ [releaseId(candidate)]: candidate })[0]).toContain(`--from ${releaseId(candidate)}\``);
  const again = of("1.10.0", "5", "backend", "crm");
  expect(back({ [releaseId(again)]: again })[0]).toMatch(
    new RegExp(
      `to 1.10.0 \\(\`(${next}\`\\), or \`${releaseId(again)}|${releaseId(again)}\`\\), or \`${next})\`, with`,
    ),
  );
});

test("a module that only other environments have is in progress, and production can go back further", () => {
  const found = lines(({ production }) => withoutCrm(production));
  expect(found.slice(2, 4)).toEqual(["- [-] In Progress: CRM (`crm`)", `  - staging: release 1.11.0 (\`${latest}\`)`]);
  expect(found.at(-2)).toContain(`npm run release -- production --from ${first}`);
});

test("a module is planned if no environment has it, or none that has it has a release", () => {
  const nowhere = lines((files) => {
    withoutCrm(files.staging);
    withoutCrm(files.production);
  });
  expect(nowhere.slice(2, 4)).toEqual(["- [ ] Planned: CRM (`crm`)", "- [x] Deployed: Background jobs (`jobs`)"]);
  const unreleased = lines(() => {}, { staging: {}, production: {} });
  expect(unreleased.slice(2, 4)).toEqual(["- [ ] Planned: CRM (`crm`)", "- [ ] Planned: Background jobs (`jobs`)"]);
});

test("a candidate is named beside the stable release", () => {
  const found = lines((files) => {
    withStrategy(files);
    files.system.database.connectionsPerPod = 1;
    Object.assign(files.production, { candidate: LATEST, share: 10 });
  });
  expect(found).toContain(
    `  - production: release 1.10.0 (\`${next}\`), candidate 1.11.0 (\`${latest}\`) with 10 % of the requests`,
  );
});

test("a title stays text", () => {
  const found = lines(({ system }) => {
    if (system.modules?.crm) system.modules.crm.title = "[C]*R*_M_ `x` <b>";
  });
  expect(found[2]).toBe("- [x] Deployed: \\[C\\]\\*R\\*\\_M\\_ \\`x\\` \\<b\\> (`crm`)");
});

test("a system without modules has no section, and wrong files have none either", () => {
  expect(section("pmcrm", rawOf(filesOfPmcrm()))).toEqual([]);
  expect(() => lines(({ production }) => (production.environment.modules = ["hr"]))).toThrow(InvalidConfiguration);
});
