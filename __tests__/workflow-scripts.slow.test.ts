import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { ROOT } from "./support";

/** The scripts that workflows run. */

const withoutJq = spawnSync("which", ["jq"]).status !== 0;
if (withoutJq) console.warn("SKIPPED: tests of scripts that use jq, which is not on PATH.");
const [testWithJq, each] = withoutJq ? [test.skip, test.skip.each] : [test, test.each];

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), "workflows-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Puts a script on PATH, for what runs with the result as its environment. */
function withProgram(name: string, script: string): NodeJS.ProcessEnv {
  const file = path.join(folder, name);
  writeFileSync(file, `#!/usr/bin/env bash\n${script}\n`);
  chmodSync(file, 0o755);
  return { ...process.env, PATH: `${folder}:${process.env.PATH}` };
}

describe(".ci/plan", () => {
  const SUMMARY = {
    plan: "5c0f3e9a7b21d846",
    changes: true,
    allow: ["network", "destroy:a.b"],
    lines: ["plan 5c0f3e9a7b21d846: 0 to add, 1 to change, 1 to destroy", "  destroys a.b", "  network: 0 to add"],
  };

  /** What it does if slipway diff writes a summary. */
  function planned(more: NodeJS.ProcessEnv = {}, summary: unknown = SUMMARY) {
    writeFileSync(path.join(folder, "plan"), JSON.stringify(summary));
    const diff = `[ "\${*:1:4}" = "slipway diff production --summary-file" ] && cp "${folder}/plan" "$5"`;
    const [output, shown] = ["output", "shown"].map((name) => path.join(folder, name)) as [string, string];
    const env = { ...withProgram("npx", diff), SYSTEM: "pmcrm", GITHUB_OUTPUT: output, GITHUB_STEP_SUMMARY: shown };
    const { status, stdout } = spawnSync(path.join(ROOT, ".ci/plan"), ["production"], {
      env: { ...env, ...more },
      encoding: "utf8",
    });
    return { status, stdout, output: readFileSync(output, "utf8"), shown: readFileSync(shown, "utf8") };
  }

  testWithJq("passes on the hash and whether something changes, and shows the summary", () => {
    expect(planned()).toEqual({
      status: 0,
      stdout: "",
      output: "hash=5c0f3e9a7b21d846\nchanges=true\n",
      shown: `### pmcrm production\n\`\`\`\n${SUMMARY.lines.join("\n")}\n\`\`\`\n`,
    });
    expect(planned({}, { ...SUMMARY, changes: false }).output).toMatch(/changes=false\n$/);
  });

  each<[string, number, string | undefined]>([
    ["", 1, "network destroy:a.b"],
    ["network", 1, "destroy:a.b"],
    ["monitoring network destroy:a.b", 0, undefined],
  ])("fails if the plan needs more than is allowed: %j", (ALLOW, code, named) => {
    const { status, stdout } = planned({ ALLOW });
    expect(status).toBe(code);
    expect(/with allow: (.*)\n/.exec(stdout)?.[1]).toBe(named);
  });
});

describe(".ci/promotion", () => {
  const POINTER = '{ "stable": "c94ba9c1f3ed61cd" }\n';

  /** What it does in a checkout if slipway promote runs a script. */
  function promoted(
    promote: string,
    { diff = 0, pointer = '{ "stable": "5993aecfae208e8d" }\n', had = [] as readonly string[] } = {},
  ) {
    const file = path.join(folder, "releases", "pmcrm", "production.json");
    mkdirSync(path.dirname(file), { recursive: true });
    if (pointer) writeFileSync(file, pointer);
    writeFileSync(path.join(path.dirname(file), "staging.json"), POINTER);
    const git = (...args: readonly string[]) =>
      spawnSync("git", ["-c", "user.name=a", "-c", "user.email=a@b", ...args], { cwd: folder });
    for (const args of [
      ["init", "-q"],
      ["add", "-A"],
      ["commit", "-qm", "a"],
    ])
      git(...args);
    writeFileSync(path.join(folder, "plan"), JSON.stringify({ lines: ["plan 5c0f3e9a7b21d846: 1 to change"] }));
    writeFileSync(path.join(folder, "new"), POINTER);
    const events = had.map((id) => ({ kind: "deploy-begun", release: id }));
    writeFileSync(path.join(folder, "events"), JSON.stringify(events));
    const slipway = `case "$*" in
      "slipway history production --json") cat events ;;
      "slipway promote production") ${promote} ;;
      "slipway diff production --summary-file "*) cp plan "$5"; exit ${diff} ;;
      *) exit 9 ;;
    esac`;
    const [output, shown] = ["output", "shown"].map((name) => path.join(folder, name)) as [string, string];
    for (const it of [output, shown]) writeFileSync(it, "");
    const env = { ...withProgram("npx", slipway), SYSTEM: "pmcrm", GITHUB_OUTPUT: output, GITHUB_STEP_SUMMARY: shown };
    const { status } = spawnSync(path.join(ROOT, ".ci/promotion"), { env, cwd: folder, encoding: "utf8" });
    return { status, output: readFileSync(output, "utf8"), shown: readFileSync(shown, "utf8") };
  }
  const NAMES =
    'cp new releases/pmcrm/production.json; echo "staging runs it"; echo "x. Commit the file; y"; echo "  SYSTEM=z"';

  testWithJq("proposes what staging has verified, with the plan", () => {
    const { status, output } = promoted(NAMES);
    expect(status).toBe(0);
    const [, branch, pointer, why] = /^branch=(\S*)\npointer=(\S*)\nwhy<<\S*\n(.*)\n\S*\n$/s.exec(output) ?? [];
    expect([branch, Buffer.from(pointer ?? "", "base64").toString()]).toEqual([
      "promote-pmcrm-c94ba9c1f3ed61cd",
      POINTER,
    ]);
    expect(why).toMatch(/^The merge .*\n```\nstaging runs it\nplan 5c0f3e9a7b21d846: 1 to change\n```$/);
  });

  each<[string, string, object, number]>([
    ["the release is refused", "echo it is held; exit 1", {}, 0],
    ["production runs it already", "true", {}, 0],
    ["production runs nothing yet", "exit 9", { pointer: "" }, 0],
    ["production has had it", NAMES, { had: ["5993aecfae208e8d", "c94ba9c1f3ed61cd"] }, 0],
    ["production cannot be planned", NAMES, { diff: 1 }, 1],
  ])("proposes nothing if %s", (_what, promote, more, code) => {
    const { status, output } = promoted(promote, more);
    expect([status, output]).toEqual([code, ""]);
  });

  testWithJq("shows why a release is refused", () => {
    expect(promoted("echo it is held; exit 1").shown).toContain("it is held\n");
  });
});

describe(".ci/changed-release", () => {
  const deploy = (id: string, at: string, release: string, succeeded?: boolean) => [
    { kind: "deploy-begun", deploy: id, at: `2027-01-0${at}T00:00:00.000Z`, release },
    ...(succeeded === undefined
      ? []
      : [{ kind: "deploy-ended", deploy: id, at: `2027-01-0${at}T01:00:00.000Z`, release, succeeded }]),
  ];
  const before = deploy("1", "1", "good", true);

  each<[string, unknown[], boolean]>([
    ["it failed with another release", [...before, ...deploy("2", "3", "bad", false)], true],
    ["it succeeded with another release", [...before, ...deploy("2", "3", "bad", true)], true],
    ["it has not ended", [...before, ...deploy("2", "3", "bad")], true],
    [
      "an earlier one failed with the same release",
      [...before, ...deploy("2", "1", "bad", false), ...deploy("3", "3", "bad", false)],
      true,
    ],
    ["it began with the release that ran", [...before, ...deploy("2", "3", "good", false)], false],
    ["nothing has begun since", [...before, ...deploy("2", "1", "bad", false)], false],
    ["it is the first one", deploy("1", "3", "bad", false), false],
    ["nothing was ever deployed", [], false],
  ])("whether a deploy can be rolled back: %s", (_what, events, expected) => {
    const { status } = spawnSync(path.join(ROOT, ".ci/changed-release"), ["2027-01-02T00:00:00.000Z"], {
      input: JSON.stringify(events),
    });
    expect(status === 0).toBe(expected);
  });
});
