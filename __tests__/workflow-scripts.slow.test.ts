import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { parse } from "yaml";
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

/** Runs the step of a workflow or an action that has a text in its script, as GitHub does, in the folder. */
function ranStep(file: string, text: string, env: NodeJS.ProcessEnv) {
  const { jobs, runs } = parse(readFileSync(path.join(ROOT, ".github", file), "utf8"));
  const steps: { run?: string }[] =
    runs?.steps ?? Object.values<{ steps?: [] }>(jobs).flatMap((job) => job.steps ?? []);
  const [script, ...others] = steps.flatMap(({ run }) => (run?.includes(text) ? [run] : []));
  expect([script, others]).toEqual([expect.any(String), []]);
  // https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idstepsshell
  const options = ["--noprofile", "--norc", "-eo", "pipefail", "-c", String(script)];
  const { status, stdout } = spawnSync("bash", options, { env, cwd: folder, encoding: "utf8" });
  return { status, lines: stdout.split("\n").filter(Boolean) };
}

/** What a program on PATH was called with, a line for each call. */
const calls = (): string[] => readFileSync(path.join(folder, "calls"), "utf8").split("\n").filter(Boolean);

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
    { diff = 0, pointer = '{ "stable": "5993aecfae208e8d" }\n', had = [] as readonly string[], unread = "" } = {},
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
      "slipway history ${unread || "nothing"} --json") exit 1 ;;
      "slipway history staging --json") echo "[]" ;;
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
    ["the records of production cannot be read", NAMES, { unread: "production" }, 1],
    ["the records of staging cannot be read", "echo it is refused; exit 1", { unread: "staging" }, 1],
  ])("proposes nothing if %s", (_what, promote, more, code) => {
    const { status, output } = promoted(promote, more);
    expect([status, output]).toEqual([code, ""]);
  });

  testWithJq("shows why a release is refused", () => {
    expect(promoted("echo it is held; exit 1").shown).toContain("it is held\n");
  });
});

describe(".ci/rollback", () => {
  /** What it does in a checkout if slipway rollback runs a script. */
  function rolledBack(rollback: string) {
    const file = path.join(folder, "releases", "pmcrm", "staging.json");
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, "before\n");
    for (const args of ["init -q", "add -A", "-c user.name=a -c user.email=a@b commit -qm a"])
      spawnSync("git", args.split(" "), { cwd: folder });
    const output = path.join(folder, "output");
    writeFileSync(output, "");
    const env = { ...withProgram("npx", `echo "$*" >> calls; ${rollback}`), SYSTEM: "pmcrm", GITHUB_OUTPUT: output };
    const args = ["staging", "--reason", "it fails"];
    const { status } = spawnSync(path.join(ROOT, ".ci/rollback"), args, { env, cwd: folder });
    expect(calls()).toEqual(["slipway rollback staging --reason it fails --auto-approve"]);
    const [, pointer, why] = /^pointer=(\S*)\nwhy=(.*)\n$/.exec(readFileSync(output, "utf8")) ?? [];
    return { status, pointer: pointer && Buffer.from(pointer, "base64").toString(), why };
  }
  const WRITES = "echo after > releases/pmcrm/staging.json";

  test("proposes the file of a rollback that succeeded", () => {
    expect(rolledBack(WRITES)).toEqual({
      status: 0,
      pointer: "after\n",
      why: expect.stringMatching(/^It runs already\./),
    });
  });

  test("says that a rollback that failed has to be run again before the merge", () => {
    expect(rolledBack(`${WRITES}; exit 3`)).toEqual({
      status: 3,
      pointer: "after\n",
      why: expect.stringMatching(
        /^The rollback failed, so staging may not run this release yet\. Before you merge this, /,
      ),
    });
  });

  test("proposes nothing if the rollback was refused", () => {
    expect(rolledBack("exit 1")).toEqual({ status: 1, pointer: undefined, why: undefined });
  });
});

describe("what cancels older runs that wait", () => {
  const replaced = (gh: string) =>
    ranStep("actions/replace-waiting/action.yml", "gh run", {
      ...withProgram("gh", `echo "$*" >> calls; ${gh}`),
      GITHUB_REPOSITORY: "my-company/shop",
      GITHUB_RUN_ID: "30",
    });
  const LISTS = `[ "$2" = cancel ] || { echo '[{"databaseId":20},{"databaseId":40},{"databaseId":10}]'; exit; }`;
  const cancelled = () => calls().flatMap((call) => /^run cancel --repo my-company\/shop (\d+)$/.exec(call)?.[1] ?? []);

  testWithJq("cancels those that are older than its own run", () => {
    expect(replaced(LISTS)).toEqual({ status: 0, lines: [] });
    expect(cancelled()).toEqual(["20", "10"]);
  });

  testWithJq("only warns of a run that cannot be cancelled, and cancels the others", () => {
    const { status, lines } = replaced(`${LISTS}; [ "$5" != 20 ]`);
    expect([status, lines]).toEqual([0, [expect.stringMatching(/^::warning::Run 20 was not cancelled\./)]]);
    expect(cancelled()).toEqual(["20", "10"]);
  });

  testWithJq("only warns if it cannot list the runs", () => {
    const { status, lines } = replaced("exit 1");
    expect([status, lines]).toEqual([0, [expect.stringMatching(/^::warning::The runs of Release .* are not known/)]]);
  });
});

describe("what opens a pull request", () => {
  const BRANCH = "promote-pmcrm-c94ba9c1f3ed61cd";
  const ADDRESS = "https://github.invalid/my-company/shop/pull/7";

  /** What it does if these pull requests of the branch are open, and if the branch is there; the calls that change something. */
  function proposed(open: readonly object[], hasBranch: boolean) {
    const gh = `echo "$*" >> calls
      case "$*" in
        "pr list "*) echo '${JSON.stringify(open)}' ;;
        *"/git/ref/heads/${BRANCH} --silent") ${hasBranch} ;;
      esac`;
    const env = { GITHUB_REPOSITORY: "my-company/shop", GITHUB_SHA: "5993aec", GITHUB_REF_NAME: "main", BRANCH };
    const shown = path.join(folder, "shown");
    const step = { FILE: "releases/pmcrm/production.json", POINTER: "e30K", TITLE: "a", WHY: "b", RUN: "c" };
    const { status } = ranStep("workflows/propose.yml", "gh pr create", {
      ...withProgram("gh", gh),
      ...env,
      ...step,
      GITHUB_STEP_SUMMARY: shown,
    });
    expect(status).toBe(0);
    const reads = /^pr list |\/git\/ref\/|^api \S+\?ref=/;
    return { changes: calls().filter((it) => !reads.test(it)), shown: readFileSync(shown, "utf8") };
  }
  const OPENS = [
    expect.stringMatching(`^api repos/my-company/shop/git/refs -f ref=refs/heads/${BRANCH} -f sha=5993aec`),
    expect.stringMatching(/^api --method PUT repos\/my-company\/shop\/contents\/releases\/pmcrm\/production.json /),
    expect.stringMatching(`^pr create --repo my-company/shop --base main --head ${BRANCH} `),
  ];

  testWithJq("opens it on a new branch", () => {
    expect(proposed([], false).changes).toEqual(OPENS);
  });

  testWithJq("begins anew if the branch is left of one that is not open", () => {
    const deletes = `api --method DELETE repos/my-company/shop/git/refs/heads/${BRANCH} --silent`;
    expect(proposed([], true).changes).toEqual([deletes, ...OPENS]);
  });

  testWithJq("changes nothing if one is open", () => {
    expect(proposed([{ url: ADDRESS, isCrossRepository: false }], true)).toEqual({
      changes: [],
      shown: `It is proposed already: ${ADDRESS}\n`,
    });
  });

  testWithJq("does not count a pull request of a fork", () => {
    expect(proposed([{ url: ADDRESS, isCrossRepository: true }], false).changes).toEqual(OPENS);
  });
});

describe("what is refused before an image is scanned", () => {
  test.each([
    [[], []],
    [[".trivyignore.yaml"], []],
    [["trivy.yaml"], ["trivy.yaml"]],
    [[".trivyignore"], [".trivyignore"]],
    [
      ["trivy.yaml", ".trivyignore"],
      ["trivy.yaml", ".trivyignore"],
    ],
  ])("of %j it refuses %j", (files, refused) => {
    for (const file of files) writeFileSync(path.join(folder, file), "");
    const { status, lines } = ranStep("workflows/image.yml", "trivy.yaml .trivyignore", process.env);
    expect(lines.map((line) => /^::error file=([^:]*)::/.exec(line)?.[1])).toEqual(refused);
    expect(status).toBe(refused.length ? 1 : 0);
  });

  test("it comes before the scan", () => {
    const { jobs } = parse(readFileSync(path.join(ROOT, ".github", "workflows", "image.yml"), "utf8"));
    const steps: { run?: string; uses?: string }[] = jobs.push.steps;
    const refuses = steps.findIndex(({ run }) => run?.includes("trivy.yaml .trivyignore"));
    expect(refuses).toBeLessThan(steps.findIndex(({ uses }) => uses?.startsWith("aquasecurity/trivy-action@")));
  });
});

describe("what freezes an environment, or lifts its freeze", () => {
  /** What is called for a command. */
  function frozen(COMMAND: string) {
    mkdirSync(path.join(folder, "releases", "pmcrm"), { recursive: true });
    writeFileSync(path.join(folder, "releases", "pmcrm", "production.json"), "{}\n");
    const output = path.join(folder, "output");
    const inputs = { COMMAND, ENVIRONMENT: "production", SYSTEM: "pmcrm", UNTIL: "3d", REASON: "a sale" };
    const env = { ...withProgram("npx", `echo "$*" >> calls`), ...inputs, GITHUB_OUTPUT: output };
    expect(ranStep("workflows/operate.yml", "slipway freeze", env).status).toBe(0);
    expect(readFileSync(output, "utf8")).toBe("pointer=e30K\n");
    return calls();
  }

  test.each([
    ["freeze", "slipway freeze production --until 3d --reason a sale"],
    ["unfreeze", "slipway freeze production --lift"],
  ])("%s runs %s", (command, call) => expect(frozen(command)).toEqual([call]));
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
