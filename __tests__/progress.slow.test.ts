import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { checkout } from "../commands/checkout";
import { PAGE } from "../commands/progress";
import { addModules, withoutCrm } from "./modules";
import { filesOfPmcrm, rawOf } from "./support";

const folder = mkdtempSync(path.join(os.tmpdir(), "progress-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Writes the system shop into the checkout: pmcrm with modules, under another name. */
function addShop(): void {
  const files = filesOfPmcrm();
  addModules(files);
  withoutCrm(files.production);
  const { system, environments, releases } = rawOf(files);
  const write = (file: string, before: string, content: unknown) => {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    writeFileSync(path.join(folder, file), before + JSON.stringify(content).replaceAll("pmcrm", "shop"));
  };
  write("systems/shop.ts", "export default ", system);
  for (const [name, content] of Object.entries(environments))
    write(`environments/shop/${name}.ts`, "export default ", content);
  for (const [name, content] of Object.entries(releases)) write(`releases/shop/${name}.json`, "", content);
}

test("npm run progress writes the page once, and nothing if a file is wrong", () => {
  checkout(folder);
  const run = () =>
    execFileSync(process.execPath, ["commands/slipway.mjs", "progress"], {
      cwd: folder,
      encoding: "utf8",
      stdio: "pipe",
    });
  addShop();
  expect(run()).toBe(`${PAGE}: written\n`);
  const text = readFileSync(path.join(folder, PAGE), "utf8");
  expect(text).toContain("\n## shop\n\n- [-] In Progress: CRM (`crm`)\n  - staging: release ");
  expect(text).toContain("\n- [x] Deployed: Background jobs (`jobs`)\n");
  expect(run()).toBe(`${PAGE}: as before\n`);

  rmSync(path.join(folder, PAGE));
  writeFileSync(path.join(folder, "systems/shop.ts"), "export default {};");
  expect(run).toThrow(/systems\/shop.ts namespace/);
  expect(existsSync(path.join(folder, PAGE))).toBe(false);
}, 60_000);
