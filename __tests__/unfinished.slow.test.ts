import { execFile } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import os from "node:os";
import path from "node:path";
import { checkout } from "../commands/checkout";
import { writeWhole } from "../schema/write";
import { forgetOtherSystems } from "../stacks/state-memory";
import { whatRehearsalsLack } from "./rehearsable";

/** Exit code 0 says that everything was done, and nothing of an earlier run counts as the result of this one. */

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), "checkout-"));
  checkout(folder);
});
afterAll(() => rmSync(folder, { recursive: true }));

const { TF_CLI_CONFIG_FILE: _, ...outside } = process.env;
const run = (command: string, ...args: string[]) =>
  new Promise<{ code: number; out: string }>((resolve) => {
    const env = { ...outside, CHECKPOINT_DISABLE: "1", DISABLE_VERSION_CHECK: "1" };
    execFile(command, args, { cwd: folder, env }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code ?? 1) : 0, out: stdout + stderr }),
    );
  });
const node = (...args: string[]) => run(process.execPath, "--import", "tsx", ...args);
const slipway = (...args: string[]) => run(process.execPath, "commands/slipway.mjs", ...args);
const cdktf = (...args: string[]) => run(path.join(folder, "node_modules", ".bin", "cdktf"), ...args);

const STAGING = "environments/pmcrm/staging.ts";
const SYSTEM = "systems/pmcrm.ts";
const ELSEWHERE = "environments/enterprise/staging.ts";

/** Runs with a file changed, and changes it back. */
async function changed<T>(file: string, change: (text: string) => string, then: () => Promise<T>): Promise<T> {
  const before = readFileSync(path.join(folder, file), "utf8");
  writeFileSync(path.join(folder, file), change(before));
  try {
    return await then();
  } finally {
    writeFileSync(path.join(folder, file), before);
  }
}

const instead = (text: string) => () => text;
const first = (text: string) => (before: string) => `${text}\n${before}`;

/** Files with which Node exits with 0 before the program is done. */
const ENDS: readonly (readonly [what: string, file: string, (text: string) => string])[] = [
  ["a method then that never answers", STAGING, instead("export default { then() {} };")],
  ["an exported function then", STAGING, instead("export function then() {}\nexport default {};")],
  ["an end of the process", SYSTEM, first("process.exit(0);")],
  ["an end of the process in another system's file", ELSEWHERE, first("process.exit(0);")],
  ["an end of the process that sets the code", STAGING, first("process.exitCode = 0; process.exit();")],
  ["an end of the process past its listeners", STAGING, first("(process as any).reallyExit(0);")],
  ["a promise that never settles", STAGING, instead("export default new Promise(() => {});")],
  ["a promise", STAGING, instead("export default Promise.resolve({});")],
  ["a function", STAGING, instead("export default () => ({});")],
];

test.each(ENDS)("%s in a file is a failure that names the file", async (_what, file, change) => {
  const { code, out } = await changed(file, change, () => node("main.ts"));
  expect(code).toBe(1);
  expect(out).toContain(file);
  expect(out).not.toContain("resources");
});

test.each(["secrets", "bootstrap"])("npm run %s fails too if a file ends the process", async (command) => {
  const { code, out } = await changed(STAGING, first("process.exit(0);"), () => slipway(command, "staging"));
  expect([code, out]).toEqual([1, expect.stringContaining(`${STAGING}: ends the program`)]);
});

test.each([
  ["release", "staging", "--from", "production"],
  ["inventory"],
  ["protected"],
  ["synth"],
  ["knobs", "staging", "--list"],
])("npm run %s fails too if a file ends the process", async (command, ...args) => {
  const { code, out } = await changed(ELSEWHERE, first("process.exit(0);"), () => slipway(command, ...args));
  expect([code, out]).toEqual([1, expect.stringContaining(`${ELSEWHERE}: ends the program`)]);
});

// Without what a rehearsal needs, the command ends before it reads files.
const work = mkdtempSync(path.join(os.tmpdir(), "unfinished-"));
afterAll(() => rmSync(work, { recursive: true }));
const missing = whatRehearsalsLack(work, "a rehearsal whose files end the process");
(missing ? test.skip : test)(
  `npm run rehearse fails too if a file ends the process${missing ? ` (SKIPPED: ${missing.split(";")[0]})` : ""}`,
  async () => {
    const { code, out } = await changed(ELSEWHERE, first("process.exit(0);"), () =>
      slipway("rehearse", "staging", "--list-calls"),
    );
    expect([code, out]).toEqual([1, expect.stringContaining(`${ELSEWHERE}: ends the program`)]);
  },
);

test("cdktf does not go on with the stacks of an earlier synthesis, whatever a file does to the exit code", async () => {
  expect((await cdktf("synth")).code).toBe(0);
  const stacks = path.join(folder, "cdktf.out", "stacks");
  const names = ["bootstrap-production", "bootstrap-staging", "production", "staging"];
  expect(readdirSync(stacks).sort()).toEqual(names);
  for (const [file, text] of [
    [STAGING, "process.exit(0);"],
    [ELSEWHERE, 'process.on("exit", () => { process.exitCode = 0; }); process.exit(0);'],
    [SYSTEM, "(process as any).reallyExit(0);"],
  ] as const) {
    const { code } = await changed(file, first(text), () => cdktf("diff", "staging"));
    expect([text, code]).toEqual([text, 1]);
  }
  expect((await cdktf("diff", "staging", "--skip-synth")).out).toContain("Could not find manifest file");
  expect(readdirSync(stacks).sort()).toEqual(names);
}, 120_000);

describe("after a disk was full", () => {
  let out: string;
  beforeEach(() => {
    out = mkdtempSync(path.join(os.tmpdir(), "full-"));
    mkdirSync(path.join(out, "stacks", "staging", ".terraform"), { recursive: true });
  });
  afterEach(() => rmSync(out, { recursive: true }));

  const stack = (name: string) => path.join(out, "stacks", "staging", name);
  const ours = JSON.stringify({ terraform: { backend: { gcs: { prefix: "pmcrm/staging" } } } });

  test.each(["", ours.slice(0, 20), "null", '"text"', "[]"])(
    "a stack's file with the content %j counts as another system's",
    (text) => {
      writeFileSync(stack("cdk.tf.json"), text);
      forgetOtherSystems(out, { staging: "pmcrm/staging" });
      expect(existsSync(stack(".terraform"))).toBe(false);
    },
  );

  test("Terraform's memory counts as another system's if it is truncated, and else stays", () => {
    writeFileSync(stack("cdk.tf.json"), ours);
    writeFileSync(stack(".terraform/terraform.tfstate"), "{}");
    forgetOtherSystems(out, { staging: "pmcrm/staging" });
    expect(existsSync(stack(".terraform"))).toBe(true);
    writeFileSync(stack(".terraform/terraform.tfstate"), '{"ver');
    forgetOtherSystems(out, { staging: "pmcrm/staging" });
    expect(existsSync(stack(".terraform"))).toBe(false);
  });

  test("a synthesis works, and lists its stacks again", async () => {
    const file = path.join(folder, "cdktf.out", "stacks", "staging", "cdk.tf.json");
    expect((await node("main.ts")).code).toBe(0);
    const before = readFileSync(file, "utf8");
    mkdirSync(path.join(path.dirname(file), ".terraform"), { recursive: true });
    writeFileSync(file, before.slice(0, 1000));
    expect((await node("main.ts")).code).toBe(0);
    expect(readFileSync(file, "utf8")).toBe(before);
    expect(existsSync(path.join(folder, "cdktf.out", "manifest.json"))).toBe(true);
  });

  test("a file that could not be written is as it was, and nothing lies beside it", () => {
    const file = path.join(out, "a.json");
    writeWhole(file, "before");
    symlinkSync("/dev/full", path.join(out, `.a.json.${process.pid}`)); // writes there fail as on a full disk
    expect(() => writeWhole(file, "after")).toThrow("ENOSPC");
    expect(readFileSync(file, "utf8")).toBe("before");
    expect(readdirSync(out).sort()).toEqual(["a.json", "stacks"]);
  });
});

test("what a command writes is written whole", () => {
  const commands = readdirSync(path.join(__dirname, "..", "commands")).filter((file) => file.endsWith(".ts"));
  const direct = commands.filter((file) =>
    /\bwriteFileSync\(path\.join\((root|ROOT)\b/.test(
      readFileSync(path.join(__dirname, "..", "commands", file), "utf8"),
    ),
  );
  expect(direct).toEqual([]);
});
