import { execFile, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { EXIT_CODES } from "../commands/cli/exit-codes.mjs";
import { ROOT } from "./support";

const SLIPWAY = path.join(ROOT, "commands", "slipway.mjs");

/** What a call without a terminal prints, and how it ends. */
function slipway(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [SLIPWAY, ...args], { cwd: ROOT, encoding: "utf8" });
  return { status, stdout, stderr };
}

const COMMANDS = [...slipway("--help").stdout.matchAll(/^ {2}([a-z]+) [[< ]/gm)].map(([, name]) => name as string);

const { scripts } = JSON.parse(readFileSync(path.join(ROOT, "package.json"), "utf8"));

test("every command is an npm script, and every npm script that runs slipway is a command", () => {
  const called = Object.entries<string>(scripts).filter(([, script]) => script.includes("slipway.mjs"));
  expect(called.map(([name]) => name).sort()).toEqual(["slipway", ...COMMANDS.filter((it) => it !== "help")].sort());
  for (const [name, script] of called.filter(([name]) => name !== "slipway"))
    expect(script).toBe(`node commands/slipway.mjs ${name}`);
});

test("the help of every command has examples that call it, the exit codes and no colour", () => {
  expect(COMMANDS.length).toBeGreaterThan(10);
  for (const command of COMMANDS.filter((it) => it !== "help")) {
    const { status, stdout, stderr } = slipway(command, "--help");
    expect([command, status, stderr]).toEqual([command, 0, ""]);
    expect(stdout).toMatch(new RegExp(`^Usage: slipway ${command} `));
    expect(stdout).toMatch(new RegExp(`\nExamples:\n {2}npx slipway ${command}\\b`));
    for (const code of Object.keys(EXIT_CODES)) expect(stdout).toMatch(new RegExp(`^ {2}${code} `, "m"));
    expect(stdout).not.toContain("\x1b");
  }
});

test("docs/command-line.md has the same exit codes as the help", () => {
  const page = readFileSync(path.join(ROOT, "docs", "command-line.md"), "utf8");
  const rows = [...page.matchAll(/^\| (\d+) +\| (.*?) +\|$/gm)].map(([, code, meaning]) => [code, meaning]);
  expect(rows).toEqual(
    Object.entries(EXIT_CODES).map(([code, text]) => [code, `${text[0]?.toUpperCase()}${text.slice(1)}.`]),
  );
});

test.each<[string, string[], string]>([
  [
    "a command that is to be explained",
    ["help", "relase"],
    "unknown command 'relase'; did you mean release?\nSee npx slipway --help\n",
  ],
  ["a command", ["deplyo"], "unknown command 'deplyo'; did you mean deploy?\nSee npx slipway --help\n"],
  ["an option", ["parity", "--jsno"], "unknown option '--jsno'; did you mean --json?\nSee npx slipway parity --help\n"],
  [
    "an option of cdktf",
    ["deploy", "staging", "--auto-aprove"],
    "unknown option '--auto-aprove'; did you mean --auto-approve?\nSee npx slipway deploy --help\n",
  ],
  [
    "an environment",
    ["deploy", "stagin"],
    "stagin: is not an environment of pmcrm; did you mean staging? use one of staging, production\nSee npx slipway deploy --help\n",
  ],
  [
    "the beginning of an environment",
    ["secrets", "prod"],
    "prod: is not an environment of pmcrm; did you mean production? use one of staging, production\nSee npx slipway secrets --help\n",
  ],
])("a misspelling of %s ends with exit 2 and what was probably meant", (_what, args, stderr) => {
  expect(slipway(...args)).toEqual({ status: 2, stdout: "", stderr });
});

test("an approval that is none is misuse, with all that is wrong", () => {
  const call = [
    "deploy",
    "staging",
    "production",
    "--approved",
    "3f2a",
    "--allow",
    "netwrok",
    "--allow",
    "destroy:all",
  ];
  const known = "data, network, cluster, identity, secrets, monitoring, unknown, destroy:<address>";
  expect(slipway(...call)).toEqual({
    status: 2,
    stdout: "",
    stderr: [
      "--approved: is not the hash of a plan, 16 hexadecimal digits; copy it from npx slipway diff",
      "--approved: is about the plan of one environment; name this one alone",
      `--allow netwrok: cannot be allowed; did you mean network? use one of ${known}`,
      `--allow destroy:all: cannot be allowed; use one of ${known}`,
      "See npx slipway deploy --help\n",
    ].join("\n"),
  });
});

test("a misspelt system ends with exit 2 and what was probably meant, in the option and in the variable", () => {
  const known = "did you mean pmcrm? use one of django-erp, ";
  const option = slipway("secrets", "staging", "--system", "pmcmr");
  expect([option.status, option.stderr]).toEqual([
    2,
    expect.stringContaining(`--system pmcmr: is not a system; ${known}`),
  ]);
  const { status, stderr } = spawnSync(process.execPath, [SLIPWAY, "secrets", "staging"], {
    cwd: ROOT,
    encoding: "utf8",
    env: { ...process.env, SYSTEM: "pmcmr" },
  });
  expect([status, stderr]).toEqual([2, expect.stringContaining(`SYSTEM pmcmr: is not a system; ${known}`)]);
});

test("--system names the system in place of the variable", () => {
  const { stdout } = slipway("bootstrap", "staging", "--print", "--system", "enterprise");
  expect(stdout).toContain("\nSYSTEM=enterprise npm run deploy -- staging\n");
});

test.each<[string, string[], string]>([
  ["no command", [], "Usage: slipway <command>"],
  ["too many arguments", ["parity", "staging"], "too many arguments for 'parity'"],
  ["no environment", ["verify"], "missing required argument 'environment'"],
  [
    "a deploy of no environment",
    ["deploy"],
    "deploy: names no environment; use one of staging, production\nSee npx slipway deploy",
  ],
  ["a required option without a value", ["hold", "staging", "x", "--reason", ""], "--reason: has no value; give one\n"],
  ["an option without its value", ["release", "staging", "--from"], "--from: has no value; leave it out or give one"],
])("%s is misuse, and exits with 2", (_what, args, message) => {
  expect(slipway(...args)).toEqual({ status: 2, stdout: "", stderr: expect.stringContaining(message) });
});

test("from another folder, it works on its own checkout", () => {
  const { status, stdout } = spawnSync(process.execPath, [SLIPWAY, "progress", "--json"], {
    cwd: "/",
    encoding: "utf8",
  });
  expect([status, stdout]).toEqual([0, expect.stringContaining('"system": "nexus"')]);
});

test.each(["--help", "parity"])("a pipe that is closed early is no failure of %s", async (call) => {
  const command = `"${process.execPath}" "${SLIPWAY}" ${call} | head -c 1 >/dev/null; echo "\${PIPESTATUS[0]}"`;
  const { stdout, stderr } = await promisify(execFile)("bash", ["-c", command], { cwd: ROOT });
  expect({ stdout, stderr }).toEqual({ stdout: "0\n", stderr: "" });
});

test.each<[string[], string]>([
  [["parity"], "differences"],
  [["progress"], "module"],
])("%j --json prints nothing but JSON", (args, key) => {
  const { status, stdout, stderr } = slipway(...args, "--json");
  expect([status, stderr]).toEqual([0, ""]);
  expect(JSON.parse(stdout)[0]).toHaveProperty(key);
});

test("--help loads neither tsx nor cdktf nor the schema, and takes at most three times as long as Node.js", () => {
  const time = (...args: string[]) => {
    const begun = process.hrtime.bigint();
    const { status } = spawnSync(process.execPath, args, { cwd: ROOT });
    expect(status).toBe(0);
    return Number(process.hrtime.bigint() - begun);
  };
  // The fastest of several: noise of the machine only adds.
  const rounds = Array.from({ length: 10 }, () => [time(SLIPWAY, "--help"), time("-e", "0")] as const);
  const [help, node] = [0, 1].map((i) => Math.min(...rounds.map((round) => round[i as 0 | 1]))) as [number, number];
  expect(help / node).toBeLessThanOrEqual(3);

  const loaded = `process.on("exit", () => console.error(Object.keys(require.cache).join("\\n")));`;
  const { stderr } = spawnSync(
    process.execPath,
    ["--eval", `${loaded} import(${JSON.stringify(SLIPWAY)})`, "--", "--help"],
    {
      cwd: ROOT,
      encoding: "utf8",
    },
  );
  expect(stderr).toContain("/commander/");
  expect(stderr).not.toMatch(/tsx|cdktf|zod|\.ts$/m);
});
