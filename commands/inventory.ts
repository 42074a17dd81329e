import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { everyStack, FOLDER, fileOf, inventory, print, stackText, synthesizeEvery } from "../rehearsal/inventory";
import { InvalidConfiguration } from "../schema/load";
import { planFromNothing, whatIsMissing } from "./planner";

const USAGE = `Plans every system's stacks from nothing, and writes what they create into ${FOLDER}. Tests compare plans
with these files. Needs Terraform and the providers, no cloud account.

  npm run inventory`;

const ROOT = path.resolve(__dirname, "..");

async function renew(work: string): Promise<void> {
  const missing = whatIsMissing(work);
  if (missing) {
    console.error(`Nothing was written: ${missing}`);
    process.exitCode = 2;
    return;
  }
  const folderOf = await synthesizeEvery(ROOT, path.join(work, "out"));
  const stacks = everyStack(ROOT);
  mkdirSync(path.join(ROOT, FOLDER), { recursive: true });
  for (const stack of stacks) {
    const folder = folderOf(stack);
    const found = inventory(stackText(folder), (await planFromNothing(folder, work)).json);
    const file = path.join(ROOT, fileOf(stack.name));
    const text = print(found);
    const same = existsSync(file) && readFileSync(file, "utf8") === text;
    writeFileSync(file, text);
    console.log(`${fileOf(stack.name)}: ${found.resources.length} resources${same ? ", unchanged" : ""}`);
  }
  const kept = new Set(stacks.map((stack) => path.basename(fileOf(stack.name))));
  for (const file of readdirSync(path.join(ROOT, FOLDER)).filter((f) => !kept.has(f))) {
    rmSync(path.join(ROOT, FOLDER, file));
    console.log(`${path.join(FOLDER, file)}: removed, because there is no such stack`);
  }
}

if (process.argv.length > 2) {
  console.error(USAGE);
  process.exitCode = 2;
} else {
  const work = mkdtempSync(path.join(os.tmpdir(), "inventory-"));
  renew(work)
    .catch((error: unknown) => {
      console.error(error instanceof InvalidConfiguration || !(error instanceof Error) ? String(error) : error.message);
      process.exitCode = 1;
    })
    .finally(() => rmSync(work, { recursive: true }));
}
