import { execFile, execFileSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { everyStack } from "../commands/every-stack";
import { ROOT } from "./support";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), "ci-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** What `.ci/run` prints if `npm` is a script, which gets the rehearsed stack as `$SYSTEM $STACK`. */
function ciRun(rehearse: string, ...args: readonly string[]): Promise<{ code: unknown; lines: string[] }> {
  const npm = path.join(folder, "npm");
  writeFileSync(
    npm,
    `#!/usr/bin/env bash
echo "$*" >> "${folder}/calls"
case "$*" in
  *rehearse*) while [ "$1" != -- ]; do shift; done; STACK=$2; ${rehearse} ;;
  test) echo "Tests:       1 failed, 2 skipped, 30 passed, 33 total" ;;
  *test:applied*) echo "Tests:       40 passed, 40 total" ;;
esac
`,
  );
  chmodSync(npm, 0o755);
  const env = { ...process.env, PATH: `${folder}:${process.env.PATH}`, TMPDIR: folder };
  return new Promise((resolve) => {
    execFile(path.join(ROOT, ".ci/run"), args, { env }, (error, stdout) =>
      resolve({ code: error?.code ?? 0, lines: stdout.trim().split("\n") }),
    );
  });
}

const stacks = everyStack(ROOT).map(({ system, environment }) => `${system} ${environment}`);
const calls = () => readFileSync(path.join(folder, "calls"), "utf8").split("\n");

/** The stacks of which some fields are turned: every tenth one. */
const turned = stacks.toSorted().filter((_, i) => i % 10 === 0);

test("every stack is rehearsed, some fields of every tenth are turned, and the last line sums up both runs of tests", async () => {
  const { code, lines } = await ciRun("true");
  expect(lines.flatMap((line) => /^held (.*): in \d+ s$/.exec(line)?.[1] ?? []).sort()).toEqual(
    [...stacks.map((stack) => `${stack} (rehearse)`), ...turned.map((stack) => `${stack} (knobs)`)].sort(),
  );
  expect(lines.at(-1)).toBe("70 passed, 1 failed, 2 skipped");
  expect(code).toBe(0);
});

test("a stack that cannot be tried is skipped; the others run, and nothing fails", async () => {
  const { code, lines } = await ciRun(
    '[ "$SYSTEM $STACK" != "enterprise staging" ] || { echo "inconclusive: Terraform does not find random" >&2; exit 2; }',
  );
  expect(lines).toContain("skipped enterprise staging (rehearse): Terraform does not find random");
  expect(lines.filter((line) => line.startsWith("held "))).toHaveLength(stacks.length + turned.length - 1);
  expect(code).toBe(0);
});

test("a failed stack is named with the reason, and its output is not mixed with others'", async () => {
  const { code, lines } = await ciRun(
    '[ "$SYSTEM" != pmcrm ] || { for i in 1 2 3; do echo "$STACK $i"; sleep 0.1; done; echo "FAIL apply"; echo "     no quota"; exit 1; }',
  );
  for (const stack of ["production", "staging"]) {
    expect(lines).toContain(`failed pmcrm ${stack} (rehearse): FAIL apply no quota (exit 1, see below)`);
    const from = lines.indexOf(`all that pmcrm ${stack} (rehearse) printed:`);
    expect(lines.slice(from + 1, from + 6)).toEqual([
      ...[1, 2, 3].map((i) => `${stack} ${i}`),
      "FAIL apply",
      "     no quota",
    ]);
  }
  expect(lines.filter((line) => line.startsWith("held "))).toHaveLength(
    stacks.length + turned.length - stacks.filter((stack) => stack.startsWith("pmcrm ")).length,
  );
  expect(lines.at(-1)).toBe("70 passed, 1 failed, 2 skipped");
  expect(code).toBe(1);
});

test("a command line that rehearse refuses is a failure", async () => {
  const { code, lines } = await ciRun("echo \"Unknown option '--again'\" >&2; exit 2");
  expect(lines).toContain("failed pmcrm staging (rehearse): Unknown option '--again' (exit 2, see below)");
  expect(code).toBe(1);
});

test("--full does more with every stack", async () => {
  const { code, lines } = await ciRun("true", "--full");
  expect(lines.filter((line) => line.startsWith("held "))).toHaveLength(6 * stacks.length);
  for (const options of [
    "--release --drift --refuse-destroy --destroy --again",
    "--broken",
    "--shift",
    "--interrupt",
    "--fail-each --sample 10 --jobs 1",
  ])
    expect(calls().filter((call) => call.includes(` ${options} --work `))).toHaveLength(stacks.length);
  const knobs = calls().filter((call) => call.startsWith("run --silent knobs "));
  expect(knobs.filter((call) => !call.includes("--groups"))).toHaveLength(stacks.length);
  expect(lines.at(-1)).toBe("70 passed, 1 failed, 2 skipped");
  expect(code).toBe(0);
});

test("a new system and a new environment are in the workflow's matrix, and in every loop over stacks", () => {
  for (const part of [".ci", "systems", "environments"])
    cpSync(path.join(ROOT, part), path.join(folder, part), { recursive: true });
  writeFileSync(path.join(folder, "environments", "pmcrm", "another.ts"), "");
  writeFileSync(path.join(folder, "systems", "made-up.ts"), "");
  mkdirSync(path.join(folder, "environments", "made-up"));
  for (const name of ["staging", "production"])
    writeFileSync(path.join(folder, "environments", "made-up", `${name}.ts`), "");
  const now = everyStack(folder).map(({ system, environment }) => `${system} ${environment}`);
  expect(now.filter((stack) => !stacks.includes(stack))).toEqual([
    "made-up staging",
    "made-up production",
    "pmcrm another",
  ]);
  expect(
    execFileSync(path.join(folder, ".ci", "stacks"), { encoding: "utf8" })
      .trim()
      .split("\n")
      .sort(),
  ).toEqual(now.toSorted());

  // What the workflow's job runs, and what becomes of its output.
  const workflow = readFileSync(path.join(ROOT, ".github", "workflows", "rehearsal.yml"), "utf8");
  const [, command] = /- id: list\n\s+run: (.*)\n/.exec(workflow) ?? [];
  const output = path.join(folder, "output");
  execFileSync("bash", ["-c", String(command)], { cwd: folder, env: { ...process.env, GITHUB_OUTPUT: output } });
  const [, matrix] = /^stacks=(.*)\n$/.exec(readFileSync(output, "utf8")) ?? [];
  expect(
    (JSON.parse(String(matrix)) as Record<string, string>[]).map(({ system, stack }) => `${system} ${stack}`).sort(),
  ).toEqual(now.toSorted());
  expect(workflow).toMatch(/include: \$\{\{ fromJSON\(needs\.stacks\.outputs\.stacks\) \}\}/);
});

test("an unknown option is rejected before anything runs", async () => {
  const { code } = await ciRun("true", "--ful");
  expect(code).toBe(2);
  expect(existsSync(path.join(folder, "calls"))).toBe(false);
});
