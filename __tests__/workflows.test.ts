import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { ROOT } from "./support";

interface Step {
  readonly id?: string;
  readonly if?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, unknown>>;
}
interface Job {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly environment?: string;
  readonly concurrency?: unknown;
  readonly uses?: string;
  readonly steps?: readonly Step[];
  readonly "timeout-minutes"?: unknown;
}
interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

const GITHUB = path.join(ROOT, ".github");
const textOf = (file: string): string => readFileSync(path.join(GITHUB, file), "utf8");
const WORKFLOWS = readdirSync(path.join(GITHUB, "workflows")).map((name) => `workflows/${name}`);
const ACTIONS = readdirSync(path.join(GITHUB, "actions")).map((name) => `actions/${name}/action.yml`);
const workflow = (file: string): Workflow => parse(textOf(file));

/** Every job, with the permissions that it has in the end. */
const JOBS = WORKFLOWS.flatMap((file) => {
  const { jobs, permissions } = workflow(file);
  return Object.entries(jobs).map(([name, job]) => ({ where: `${file} ${name}`, permissions, steps: [], ...job }));
});
const STEPS: [string, Step][] = [
  ...JOBS.flatMap(({ where, steps }) => steps.map((step): [string, Step] => [where, step])),
  ...ACTIONS.flatMap((file) => parse(textOf(file)).runs.steps.map((step: Step): [string, Step] => [file, step])),
];

const runs = (job: { readonly steps: readonly Step[] }, command: RegExp): boolean =>
  job.steps.some(({ run = "" }) => command.test(run));
/** What changes an environment; its event is in the parentheses. */
const CHANGES = /(?:slipway |\.ci\/)(deploy|rollback)\b/;
const deploys = JOBS.filter((job) => runs(job, CHANGES));
const plans = JOBS.filter((job) => runs(job, /\.ci\/plan\b/));
const federated = JOBS.filter(({ uses, permissions }) => !uses && permissions["id-token"]);
const writers = JOBS.filter(({ uses, permissions }) => !uses && permissions.contents === "write");

test("each action of others is pinned by its commit, with its version beside it, and has one version everywhere", () => {
  const used = [...WORKFLOWS, ...ACTIONS].flatMap((file) =>
    [...textOf(file).matchAll(/uses: ([^.\s]\S*)(.*)/g)].map(([, action, comment]) => `${action}${comment}`),
  );
  expect(used.filter((it) => !/^[\w.-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(it))).toEqual([]);
  const pins = [...new Set(used)];
  expect(pins.map((it) => it.split("@")[0])).toEqual([...new Set(pins.map((it) => it.split("@")[0]))]);
});

test("each action and workflow of this repository that is used exists", () => {
  const used = [...STEPS.map(([, { uses }]) => uses), ...JOBS.map(({ uses }) => uses)].filter((it) =>
    it?.startsWith("./"),
  );
  expect(used).not.toEqual([]);
  expect(used.filter((it) => !existsSync(path.join(ROOT, String(it))))).toEqual([]);
});

describe.each(WORKFLOWS)("%s", (file) => {
  const { on, permissions, jobs } = workflow(file);

  test("by itself, its token reads the repository at most", () => {
    expect([{}, { contents: "read" }]).toContainEqual(permissions);
  });

  test("runs for no event that gives a pull request the rights of the branch", () => {
    expect(Object.keys(on)).not.toContain("pull_request_target");
    expect(Object.keys(on)).not.toContain("issue_comment");
  });

  test("its jobs that run steps have a limit of time", () => {
    expect(Object.values(jobs).filter((job) => job.steps && !Number.isInteger(job["timeout-minutes"]))).toEqual(
      file === "workflows/ci.yml" ? [jobs.test] : [], // an expression
    );
  });
});

test("a workflow that a pull request starts has no credentials: no secret, no environment, no token of GitHub's for others", () => {
  const started = WORKFLOWS.filter((file) => "pull_request" in workflow(file).on);
  expect(started).toEqual(["workflows/ci.yml", "workflows/pull-request.yml", "workflows/rehearsal.yml"]);
  for (const file of started) {
    expect(textOf(file)).not.toMatch(/secrets[.[]|secrets:|id-token|write-all|accounts:/);
    for (const { environment, permissions, uses } of Object.values(workflow(file).jobs))
      expect({ environment, permissions, uses }).toEqual({});
  }
});

test("a job that acts as a service account reads the repository, and writes nothing there", () => {
  expect(federated.map(({ where }) => where)).not.toEqual([]);
  const changing = deploys.map(({ where }) => where);
  for (const { where, permissions } of federated)
    expect({ where, ...permissions }).toEqual({
      where,
      contents: "read",
      "id-token": "write",
      ...(changing.includes(where) && { actions: "read" }), // who holds the state's lock
    });
});

const NOTIFY = "./.github/actions/notify";

test("each message goes to the channels, and says where, what and how it stands", () => {
  const messages = STEPS.filter(([, { uses }]) => uses === NOTIFY);
  expect(messages.length).toBeGreaterThan(deploys.length * 2);
  const place = `(system:\\$\\{\\{ \\S+ }} environment:(\\w+|\\$\\{\\{ \\S+ }}) )?`;
  for (const [, { with: message = {} }] of messages)
    expect(message).toEqual({
      channels: `\${{ secrets.NOTIFICATIONS }}`,
      tags: expect.stringMatching(new RegExp(`^${place}event:(\\w+|\\$\\{\\{ inputs.command }})$`)),
      state: expect.stringMatching(/^(begin|failure|cancelled|\$\{\{ .*(job\.status|outcome) }})$/),
      text: expect.any(String),
    });
});

test("a message is sent when a deploy or a rollback begins, and when it has ended", () => {
  for (const { where, steps } of deploys) {
    const changes = steps.filter(({ run = "" }) => CHANGES.test(run));
    for (const change of changes) {
      const event = CHANGES.exec(change.run ?? "")?.[1];
      const at = steps.indexOf(change);
      const told = steps.flatMap((step, i) =>
        String(step.with?.tags).endsWith(` event:${event}`)
          ? [{ before: i < at, state: step.with?.state, always: step.if?.startsWith("always()") ?? false }]
          : [],
      );
      expect({ where, event, told }).toEqual({
        where,
        event,
        told: [
          { before: true, state: "begin", always: false },
          { before: false, state: expect.stringMatching(/status|outcome/), always: true },
        ],
      });
    }
  }
});

test("what deploys can ask GitHub about the job that holds the state's lock, and records its own", () => {
  const steps = STEPS.filter(([, { run = "" }]) => CHANGES.test(run));
  expect(steps.length).toBeGreaterThanOrEqual(deploys.length);
  for (const [, { env }] of steps)
    expect(env).toMatchObject({ GITHUB_TOKEN: `\${{ github.token }}`, JOB_ID: `\${{ job.check_run_id }}` });
});

test("the token of Vercel goes to what plans, deploys or rolls back, and to nothing else", () => {
  const without = (env: Step["env"]) => !JSON.stringify(env ?? {}).includes("VERCEL_API_TOKEN");
  const asks = ({ run = "" }: Step) => CHANGES.test(run) || /^\.ci\/(plan|promotion)\b/.test(run);
  const askers = STEPS.filter(([, step]) => asks(step));
  expect(askers).toHaveLength(7);
  for (const [where, { env }] of askers)
    expect([where, env?.VERCEL_API_TOKEN]).toEqual([where, `\${{ secrets.VERCEL_API_TOKEN }}`]);
  expect(STEPS.filter(([, step]) => !asks(step) && !without(step.env)).map(([where]) => where)).toEqual([]);
  const elsewhere = WORKFLOWS.filter((file) => {
    const { jobs, ...rest } = parse(textOf(file));
    const wide = Object.values<{ env?: Step["env"] }>(jobs).some(({ env }) => !without(env));
    return wide || !without(rest.env);
  });
  expect(elsewhere).toEqual([]);
});

// https://github.com/actions/runner/issues/1490
test("a called workflow declares the secrets that it uses, and its caller passes each", () => {
  const used = (file: string) => [
    ...new Set([...textOf(file).matchAll(/\bsecrets\.([A-Z_]+)/g)].map(([, name]) => name as string)),
  ];
  const calls = WORKFLOWS.flatMap((file) =>
    Object.values<{ uses?: string; secrets?: object }>(parse(textOf(file)).jobs).flatMap(({ uses, secrets = {} }) =>
      uses?.startsWith("./") ? [{ called: uses.replace("./.github/", ""), passed: secrets }] : [],
    ),
  );
  expect(calls.map(({ called }) => called)).toContain("workflows/release-system.yml");
  for (const { called, passed } of calls) {
    const names = used(called).sort();
    expect([called, Object.keys(parse(textOf(called)).on.workflow_call.secrets ?? {}).sort()]).toEqual([called, names]);
    expect([called, passed]).toEqual([called, Object.fromEntries(names.map((it) => [it, `\${{ secrets.${it} }}`]))]);
  }
});

test("the checks that docs/ci.md lets GitHub require are those of pull requests", () => {
  const page = readFileSync(path.join(ROOT, "docs", "ci.md"), "utf8");
  const required = [...page.matchAll(/"context": "(.*)"/g)].map(([, name]) => name);
  const jobs = WORKFLOWS.filter((file) => "pull_request" in workflow(file).on).flatMap((file) =>
    Object.entries<{ needs?: string; strategy?: { matrix: { node?: number[] } } }>(parse(textOf(file)).jobs),
  );
  const needed = jobs.flatMap(([, { needs = [] }]) => needs); // what needs them is required in their place
  const checks = jobs
    .filter(([name]) => !needed.includes(name))
    .flatMap(([name, { strategy }]) => strategy?.matrix.node?.map((it) => `${name} (${it})`) ?? name);
  expect(required.toSorted()).toEqual(checks.toSorted());
});

test("one check says whether every stack could be rehearsed", () => {
  const { if: condition, needs, steps } = Object(workflow("workflows/rehearsal.yml").jobs.rehearsed);
  expect([condition, needs]).toEqual(["always()", "rehearse"]);
  expect(steps[0]).toEqual({ run: 'test "$RESULT" = success', env: { RESULT: `\${{ needs.rehearse.result }}` } });
});

test("a rollback by hand does not wait for the success of what cancels older runs", () => {
  const { if: condition, needs } = Object(workflow("workflows/operate.yml").jobs.rollback);
  expect([needs, condition]).toEqual(["replace", `\${{ !cancelled() && inputs.command == 'rollback' }}`]);
});

test("each command that can be chosen by hand has a job", () => {
  const { on, jobs } = parse(textOf("workflows/operate.yml"));
  const conditions = Object.values<{ if?: string }>(jobs).map((job) => job.if ?? "");
  const { options } = on.workflow_dispatch.inputs.command;
  expect(options).toEqual(["rollback", "hold", "unhold", "freeze", "unfreeze"]);
  for (const it of options)
    expect([it, conditions.some((condition) => condition.includes(`inputs.command == '${it}'`))]).toEqual([it, true]);
});

test("a command without an input that it needs fails at once, and says which", () => {
  const { jobs } = workflow("workflows/operate.yml");
  for (const [name, condition, input] of [
    ["freeze", "inputs.command == 'freeze' && inputs.until == ''", "until"],
    ["hold", "inputs.release == ''", "release"],
  ] as const) {
    const [first] = jobs[name]?.steps ?? [];
    expect(first?.if).toBe(condition);
    expect(first?.run).toMatch(new RegExp(`^echo "::error::.* with ${input},.*"\nexit 1\n$`));
  }
});

test("the log says when a run only watches, and can be cancelled", () => {
  const steps = workflow("workflows/release-system.yml").jobs.production?.steps ?? [];
  const watches = steps.findIndex(({ run }) => run?.includes("slipway watch"));
  expect(steps[watches]?.run).toMatch(
    /^echo "::notice::.* cancelled safely.*"\nnpx slipway watch production --minutes 15\n$/,
  );
  expect(steps[watches - 1]).toMatchObject({ run: "npx slipway verify production" });
});

test("a job that acts as a service account has an environment of GitHub, except the one of application repositories", () => {
  expect(federated.filter(({ environment }) => !environment).map(({ where }) => where)).toEqual([
    "workflows/image.yml push",
  ]);
});

test("what plans without deploying is in the environment of the planner, and what deploys in that of the deployer", () => {
  expect(plans.map(({ environment }) => environment)).toEqual([`\${{ matrix.stack }}-plan`, "production-plan"]);
  expect(deploys.map(({ environment }) => environment)).toEqual([
    `\${{ inputs.environment }}`,
    "staging",
    "production",
  ]);
});

test("what scans can add records: it acts as the deployer of staging, and installs Trivy before there are credentials", () => {
  const scans = JOBS.filter((job) => runs(job, /slipway scan staging/));
  expect(scans.map(({ where, environment }) => [where, environment])).toEqual([
    ["workflows/drift.yml scan", "staging"],
    ["workflows/release-system.yml staging", "staging"],
  ]);
  for (const { steps } of scans) {
    const at = (action: string) => steps.findIndex(({ uses }) => uses?.startsWith(action));
    expect(at("aquasecurity/setup-trivy@")).toBeGreaterThan(-1);
    expect(at("aquasecurity/setup-trivy@")).toBeLessThan(at("./.github/actions/setup"));
  }
});

test("a scan that fails neither rolls staging back nor keeps a hotfix from production", () => {
  const steps = workflow("workflows/release-system.yml").jobs.staging?.steps ?? [];
  const at = (id: string) => steps.findIndex((step) => step.id === id);
  expect(steps[at("scan")]).toMatchObject({ run: "npx slipway scan staging", "continue-on-error": true });
  expect(at("scan")).toBeGreaterThan(at("verify"));
  expect(at("scan")).toBeLessThan(at("changed")); // a rollback is the last
  for (const id of ["changed", "rollback"]) expect(steps[at(id)]?.if).not.toContain("scan");
});

test("the planner takes no lock, which it could not write", () => {
  for (const { steps } of plans)
    expect(steps.find(({ run }) => run?.startsWith(".ci/plan"))?.env?.TF_CLI_ARGS_plan).toBe("-lock=false");
});

test("a job that writes to the repository has no cloud credentials, and runs no code of the repository", () => {
  expect(writers.map(({ where }) => where)).toEqual(["workflows/propose.yml propose"]);
  for (const { permissions, steps, environment } of writers) {
    expect({ permissions, environment }).toEqual({ permissions: { contents: "write", "pull-requests": "write" } });
    expect(steps.flatMap(({ uses = [] }) => uses)).toEqual([]);
    expect(steps.map(({ run }) => run).join("\n")).not.toMatch(/\b(npm|npx|node|\.ci)\b/);
  }
});

test("one job at a time changes an environment, none is cancelled for another, and those that come wait", () => {
  const groups = deploys.map(({ concurrency }) => concurrency);
  expect(groups).toEqual(
    [`\${{ inputs.environment }}`, "staging", "production"].map((environment) => ({
      group: `\${{ inputs.system }}-${environment}`,
      "cancel-in-progress": false,
      queue: "max",
    })),
  );
});

test("production is deployed with the hash of the plan that was approved, and no plan leaves its job", () => {
  const { jobs } = workflow("workflows/release-system.yml");
  const deploy = jobs.production?.steps?.find(({ run }) => run?.includes("slipway deploy"));
  expect(deploy?.run).toContain('deploy production --approved "$APPROVED"');
  expect(deploy?.env?.APPROVED).toBe(`\${{ needs.plan.outputs.hash }}`);
  expect(Object.keys(Object(jobs.plan).outputs)).toEqual(["hash", "changes"]);
  for (const { where, steps } of federated)
    expect([where, ...steps.filter(({ uses }) => /artifact|cache@/.test(uses ?? ""))]).toEqual([where]);
});

test("no text that somebody else can choose becomes a part of a script", () => {
  const expressions = STEPS.flatMap(([where, { run = "" }]) =>
    [...run.matchAll(/\$\{\{\s*([\w.-]+)/g)].map(([, name]) => `${where}: ${name}`),
  );
  expect(expressions.filter((it) => !/: (matrix\.\w+|github\.event_name)$/.test(it))).toEqual([]);
});

test("no checkout leaves a token on the disk", () => {
  const checkouts = STEPS.filter(([, { uses }]) => uses?.startsWith("actions/checkout@"));
  expect(checkouts.filter(([, step]) => step.with?.["persist-credentials"] !== false)).toEqual([]);
});

test("packages are installed before there are credentials, and without their scripts", () => {
  const setup: Step[] = parse(textOf("actions/setup/action.yml")).runs.steps;
  const installs = setup.findIndex(({ run }) => run?.startsWith("npm ci --ignore-scripts"));
  const authenticates = setup.findIndex(({ uses }) => uses?.startsWith("google-github-actions/auth@"));
  expect(installs).toBeGreaterThan(-1);
  expect(authenticates).toBeGreaterThan(installs);
});

test("each command of slipway that a workflow runs exists", () => {
  const known = readdirSync(path.join(ROOT, "commands", "cli")).map((file) => path.parse(file).name);
  const scripts = readdirSync(path.join(ROOT, ".ci")).map((name) => readFileSync(path.join(ROOT, ".ci", name), "utf8"));
  const named = [...WORKFLOWS.map(textOf), ...scripts].flatMap((text) =>
    [...text.matchAll(/npx slipway ([a-z]+)/g)].map(([, command]) => command as string),
  );
  expect([...new Set(named)].sort()).toEqual([
    "deploy",
    "diff",
    "freeze",
    "history",
    "promote",
    "release",
    "rollback",
    "scan",
    "verify",
    "watch",
  ]);
  expect(named.filter((command) => !known.includes(command))).toEqual([]);
});

test("the workflows whose cancelled runs are reported exist by these names", () => {
  const { on } = workflow("workflows/cancelled.yml");
  const names = WORKFLOWS.map((file) => parse(textOf(file)).name);
  const { workflows } = on.workflow_run as { readonly workflows: readonly string[] };
  expect(workflows.filter((name) => !names.includes(name))).toEqual([]);
});

const withoutActionlint = spawnSync("which", ["actionlint"]).status !== 0;
(withoutActionlint ? test.skip : test)(
  `actionlint finds nothing${withoutActionlint ? " (skipped: actionlint is not on PATH)" : ""}`,
  () => {
    const { stdout, stderr } = spawnSync("actionlint", ["-no-color"], { cwd: ROOT, encoding: "utf8" });
    expect(`${stdout}${stderr}`).toBe("");
  },
);
