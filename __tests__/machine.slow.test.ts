import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { checkout } from "../commands/checkout";
import { systemsIn } from "../schema/files";
import { ROOT } from "./support";

const CONFIGURATION = "1 problem in the configuration; nothing was changed.";
const FILE = "1 problem with a file or a folder.";
const NO_FOLDER = "is not in a folder, or is a file that must be a folder; move the file away";

/** What is wrong with a checkout's files and folders, and the two lines that the program ends with. */
const CASES: Readonly<Record<string, readonly [spoil: (at: (file: string) => string) => void, ...lines: string[]]>> = {
  "a file in place of the output's folder": [
    (at) => writeFileSync(at("cdktf.out"), ""),
    FILE,
    `cdktf.out/stacks: ${NO_FOLDER}`,
  ],
  "a folder in place of a file of the output": [
    (at) => mkdirSync(at("cdktf.out/manifest.json"), { recursive: true }),
    FILE,
    "cdktf.out/manifest.json: is a folder, and must be a file; move it away",
  ],
  "no folder of systems": [
    (at) => renameSync(at("systems"), at("s")),
    FILE,
    "systems: does not exist; create it, or correct the path",
  ],
  "a file in place of the releases' folder": [
    (at) => {
      rmSync(at("releases/pmcrm"), { recursive: true });
      writeFileSync(at("releases/pmcrm"), "");
    },
    FILE,
    `releases/pmcrm: ${NO_FOLDER}`,
  ],
  "no cdktf.json": [
    (at) => rmSync(at("cdktf.json")),
    CONFIGURATION,
    "cdktf.json: cannot be read: it does not exist; correct the file",
  ],
  "a broken cdktf.json": [
    (at) => writeFileSync(at("cdktf.json"), "{"),
    CONFIGURATION,
    "cdktf.json: cannot be read: Expected property name or '}' in JSON at position 1",
  ],
  "a cdktf.json with a byte order mark": [
    (at) => writeFileSync(at("cdktf.json"), '\ufeff{ "context": { "system": "pmcrm" } }'),
    CONFIGURATION,
    "cdktf.json: cannot be read: it begins with a byte order mark, which JSON must not have; correct the file",
  ],
  "a cdktf.json that is null": [
    (at) => writeFileSync(at("cdktf.json"), "null"),
    CONFIGURATION,
    `cdktf.json context.system = nothing: is not a system; use one of ${systemsIn(ROOT).join(", ")}`,
  ],
  "a folder in place of cdktf.json": [
    (at) => {
      rmSync(at("cdktf.json"));
      mkdirSync(at("cdktf.json"));
    },
    CONFIGURATION,
    "cdktf.json: cannot be read: it is not a file; correct the file",
  ],
};

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), "machine-"));
  checkout(folder);
});
afterEach(() => rmSync(folder, { recursive: true }));

test.each(Object.entries(CASES))("%s ends with one problem line", (_what, [spoil, ...lines]) => {
  spoil((file) => path.join(folder, file));
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--import", "tsx", "main.ts"], {
    cwd: folder,
    env: process.env,
    encoding: "utf8",
  });
  const said = stderr.trimEnd().split("\n");
  expect({ status, stdout, said }).toEqual({
    status: 1,
    stdout: "",
    said: lines.map((l) => expect.stringContaining(l)),
  });
});
