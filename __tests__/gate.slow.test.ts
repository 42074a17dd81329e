import { spawn } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import os from "node:os";
import path from "node:path";
import { checkout } from "../commands/checkout";
import { type Approvals, variablesOf } from "../commands/terraform/approvals";
import { kindsIn, type RecordsCloud, startRecords } from "./releasing/cloud";
import { ROOT } from "./support";
import { withTerraform } from "./terraform";

let folder: string;
let stack: string;
let cloud: RecordsCloud;
beforeEach(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), "gate-"));
  cloud = await startRecords(path.join(folder, "cloud"), "pmcrm");
  checkout(folder);
  stack = path.join(folder, "cdktf.out", "stacks", "staging");
  mkdirSync(stack, { recursive: true });
  mkdirSync(path.join(folder, "tmp"));
  mkdirSync(path.join(folder, "bin"));
  symlinkSync(path.join(ROOT, "__tests__", "story", "bin", "crane"), path.join(folder, "bin", "crane"));
  // The state is a file, because there is no bucket.
  writeFileSync(path.join(stack, "backend_override.tf.json"), '{ "terraform": { "backend": { "local": {} } } }');
});
afterEach(async () => {
  await cloud.fake.stop();
  rmSync(folder, { recursive: true });
});

const run = (command: string, args: readonly string[], cwd: string, input = "", more: NodeJS.ProcessEnv = {}) =>
  new Promise<{ code: number | null; out: string }>((resolve) => {
    const settings = { TF_CLI_CONFIG_FILE: "", CHECKPOINT_DISABLE: "1", TMPDIR: path.join(folder, "tmp"), CI: "" };
    const registry = {
      PATH: `${path.join(folder, "bin")}:${process.env.PATH}`,
      STORY_IMAGES: path.join(folder, "images.json"),
    };
    const env = { ...process.env, ...settings, ...registry, ...cloud.env, ...more };
    const child = spawn(command, args, { cwd, env });
    let out = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (out += data));
    child.on("close", (code) => resolve({ code, out }));
    child.stdin.on("error", () => {}).end(input); // the command may end before it reads everything
  });

/** Writes the stack as an environment of pmcrm, with these values by the names of resources. */
const write = (values: Readonly<Record<string, object>>, environment = "staging") =>
  writeFileSync(
    path.join(stack, "cdk.tf.json"),
    JSON.stringify({
      terraform: { backend: { gcs: { bucket: "none", prefix: `pmcrm/${environment}` } } },
      resource: { terraform_data: values },
    }),
  );
/** Runs Terraform as cdktf does for npm run diff, deploy and destroy. What tests of other things change is allowed. */
const terraform = (
  args: readonly string[],
  input?: string,
  approvals: Approvals = { allow: ["data", "unknown"] },
  env = {},
) =>
  run(path.join(folder, "commands", "terraform", "terraform.mjs"), args, stack, input, {
    ...variablesOf(approvals),
    ...env,
  });
const APPLY = ["apply", "-auto-approve", "-parallelism=2"];
const state = () =>
  (
    JSON.parse(readFileSync(path.join(stack, "terraform.tfstate"), "utf8")).resources as {
      name: string;
      instances: { attributes: { input?: { value: string } } }[];
    }[]
  ).map(({ name, instances }) => [name, instances[0]?.attributes.input?.value]);

const refused = (what: string) => ({
  code: 1,
  out: expect.stringContaining(
    `1 problem in the plan; nothing was applied.\nprotected/pmcrm/staging.json addresses = "terraform_data.kinds": would be ${what}; `,
  ),
});

withTerraform(
  "a plan that deletes what is protected is refused before anything is applied, and other plans are applied",
  async () => {
    write({ kinds: { input: "1" }, other: {} });
    expect(await terraform(["init"])).toMatchObject({ code: 0 });
    expect(await terraform(APPLY)).toMatchObject({ code: 0 });
    write({ kinds: { input: "2" } }); // nobody protects the other one
    expect(await terraform(APPLY)).toMatchObject({ code: 0 });
    expect(await terraform(APPLY)).toMatchObject({ code: 0, out: expect.stringContaining("No changes") });
    expect(state()).toEqual([["kinds", "2"]]);

    expect(await terraform(["destroy", "-auto-approve"])).toEqual(refused("deleted"));
    write({ kinds: { triggers_replace: "3" } });
    expect(await terraform(APPLY)).toEqual(refused("replaced"));
    write({ another: {} });
    expect(await terraform(APPLY)).toEqual(refused("deleted"));
    expect(await terraform(["plan", "-input=false", "-out", "plan"])).toEqual(refused("deleted"));
    expect(state()).toEqual([["kinds", "2"]]);

    const file = path.join(folder, "protected", "pmcrm", "staging.json");
    const list = JSON.parse(readFileSync(file, "utf8"));
    writeFileSync(file, JSON.stringify({ ...list, removed: { "terraform_data.kinds": "it has moved" } }));
    expect(await terraform(["plan", "-input=false", "-out", "plan"])).toMatchObject({ code: 0 });
    expect(await terraform(APPLY)).toMatchObject({ code: 0 });
    expect(state()).toEqual([["another", undefined]]);
    expect(readdirSync(path.join(folder, "tmp")).filter((name) => name.startsWith("plan-"))).toEqual([]);
  },
  240_000,
);

withTerraform(
  "during a freeze, changes are refused, but neither a rollback nor a destroy",
  async () => {
    write({ other: { input: "1" } });
    await terraform(["init"]);
    expect(await terraform(APPLY)).toMatchObject({ code: 0 });
    const file = path.join(folder, "releases", "pmcrm", "staging.json");
    const freeze = { from: "2025-01-01T00:00:00Z", until: "2025-03-01T00:00:00Z", reason: "An incident" };
    const freezeNow = () => {
      const [from, until] = [-1, 1].map((hours) => new Date(Date.now() + hours * 3_600_000).toISOString());
      const now = { ...freeze, from: from?.replace(/\.\d+/, ""), until: until?.replace(/\.\d+/, "") };
      writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, "utf8")), freeze: now }));
    };
    writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, "utf8")), freeze }));
    write({ other: { input: "2" } });
    expect(await terraform(APPLY)).toMatchObject({ code: 0 }); // it is over

    freezeNow();
    expect(await terraform(APPLY)).toMatchObject({ code: 0, out: expect.stringContaining("No changes") });
    write({ other: { input: "3" } });
    const { code, out } = await terraform(APPLY);
    expect(code).toBe(1);
    expect(out).toContain("1 problem in the plan; nothing was applied.\nreleases/pmcrm/staging.json freeze.until = ");
    expect(out).toContain("An incident");
    expect(state()).toEqual([["other", "2"]]);
    expect(await terraform(["plan", "-input=false", "-out", "plan"])).toMatchObject({ code: 0 });
    const rollback = { allow: ["data", "unknown"], rollback: true };
    expect(await terraform(APPLY, "", rollback)).toMatchObject({ code: 0 });
    expect(state()).toEqual([["other", "3"]]);
    expect(await terraform(["destroy", "-auto-approve"])).toMatchObject({ code: 0 });
  },
  240_000,
);

withTerraform(
  "the images of a release that comes are copied into the environment's registry before anything is applied",
  async () => {
    const images = path.join(folder, "images.json");
    const read = () => Object.keys(JSON.parse(readFileSync(images, "utf8")));
    write({ workload_api_x: { input: "1" } }, "production");
    await terraform(["init"]);
    const tag = /europe-west1-docker\.pkg\.dev\/pmcrm-production\/\S+:release-[0-9a-f]{16}/;
    const { out } = await terraform(APPLY);
    const [to = ""] = tag.exec(out) ?? [];
    expect(read()).toEqual([to]);
    writeFileSync(images, "{}");
    write({ workload_api_x: { input: "2" } }, "production");
    expect(await terraform(APPLY)).toMatchObject({ code: 0, out: expect.not.stringMatching(tag) }); // it runs here

    await cloud.fake.stop();
    cloud = await startRecords(path.join(folder, "another"), "pmcrm");
    writeFileSync(images, JSON.stringify({ [to]: "sha256:0" }));
    write({ workload_api_x: { input: "3" } }, "production");
    expect(await terraform(APPLY)).toMatchObject({
      code: 1,
      out: expect.stringContaining(`${to} is sha256:0, not sha256:`),
    });
    expect(state()).toEqual([["workload_api_x", "2"]]);
  },
  120_000,
);

withTerraform(
  "a deploy leaves the records of its beginning and its end, also if it fails; a plan that is refused leaves none",
  async () => {
    const kinds = () => kindsIn(cloud, "pmcrm", "staging").slice(4); // after those of the beginning
    write({ workload_api_x: { input: "1" } });
    await terraform(["init"]);
    expect(await terraform(APPLY)).toMatchObject({ code: 0 });
    expect(kinds()).toEqual(["deploy-begun", "deploy-ended"]);
    write({ workload_api_x: { provisioner: [{ "local-exec": { command: "false" } }], triggers_replace: "1" } });
    expect(await terraform(APPLY)).toMatchObject({ code: 1 });
    expect(kinds().slice(2)).toEqual(["deploy-begun", "deploy-ended (failed)"]);
    write({ network_ranges: {} });
    expect(await terraform(APPLY, "", {})).toMatchObject({ code: 1 });
    expect(kinds()).toHaveLength(4);

    const unreachable = { GOOGLE_STORAGE_CUSTOM_ENDPOINT: "http://127.0.0.1:1/storage/v1/" };
    const lost = await terraform(APPLY, "", {}, unreachable);
    expect([lost.code, lost.out]).toEqual([1, expect.stringContaining("gs://pmcrm-staging-records cannot be reached")]);
  },
  120_000,
);

withTerraform(
  "a state that an apply could not write comes back before the next plan",
  async () => {
    write({ workload_api_x: { input: "1" } });
    await terraform(["init"]);
    await terraform(APPLY);
    const file = path.join(stack, "terraform.tfstate");
    const before = readFileSync(file, "utf8");
    write({ workload_api_x: { input: "2" } });
    await terraform(APPLY);
    // As if the bucket had not taken the second state.
    renameSync(file, path.join(stack, "errored.tfstate"));
    writeFileSync(file, before);
    const again = await terraform(APPLY);
    expect([again.code, again.out]).toEqual([
      0,
      expect.stringContaining("An earlier deploy could not write the state."),
    ]);
    expect(again.out).toContain("No changes.");
    expect(state()).toEqual([["workload_api_x", "2"]]);
    expect(readdirSync(stack)).not.toContain("errored.tfstate");
  },
  120_000,
);

withTerraform(
  "as many resources are changed at a time as the plan needs, unless somebody chooses the number",
  async () => {
    const waits = (count: number) =>
      write(
        Object.fromEntries(
          Array.from({ length: count }, (_, i) => [
            `wait${i}`,
            { provisioner: [{ "local-exec": { command: "true" } }] },
          ]),
        ),
      );
    waits(20);
    await terraform(["init"]);
    expect(await terraform(["apply", "-auto-approve"])).toMatchObject({
      code: 0,
      out: expect.stringContaining("\nUp to 22 resources are changed at a time."),
    });
    waits(30); // 20 of them are there
    const { code, out } = await terraform(["apply", "-auto-approve"]);
    expect([code, out]).toEqual([0, expect.not.stringContaining("at a time")]);
    waits(50);
    expect(await terraform(APPLY)).toMatchObject({ code: 0, out: expect.not.stringContaining("at a time") });
  },
  120_000,
);

withTerraform(
  "without approval, nothing is applied; a failed plan keeps its exit code",
  async () => {
    write({ kinds: { input: "1" } });
    await terraform(["init"]);
    const asked = { out: expect.stringContaining("Do you want to perform these actions?") }; // cdktf waits for this
    expect(await terraform(["apply"], "no\n")).toMatchObject({ code: 1, ...asked });
    expect(await terraform(["apply"])).toMatchObject({ code: 1, ...asked });
    expect(readdirSync(stack)).not.toContain("terraform.tfstate");
    expect(await terraform(["apply"], "yes\n")).toMatchObject({ code: 0, ...asked });
    expect(state()).toEqual([["kinds", "1"]]);
    write({ kinds: { input: "$" + "{nothing}" } });
    expect(await terraform(APPLY)).toMatchObject({ code: 1, out: expect.stringContaining("Invalid reference") });
  },
  120_000,
);

withTerraform(
  "a deploy changes what a release may and what is allowed, and nothing else",
  async () => {
    const nobody: Approvals = {};
    write({ workload_api_x: { input: "1" }, network_ranges: { input: "1" } });
    await terraform(["init"]);
    expect(await terraform(APPLY, "", nobody)).toMatchObject({ code: 0 }); // the state was empty
    write({ workload_api_x: { input: "2" }, network_ranges: { input: "1" } });
    expect(await terraform(APPLY, "", nobody)).toMatchObject({
      code: 0,
      out: expect.stringMatching(/\nplan [0-9a-f]{16}: 0 to add, 1 to change, 0 to destroy\n {2}release: 0 to add, 1 /),
    });
    write({ workload_api_x: { input: "3" }, network_ranges: { input: "2" }, other: {} });
    const refused = await terraform(["apply"], "yes\n", { allow: ["unknown"] });
    expect(refused).toEqual({
      code: 1,
      out: expect.stringContaining("\n1 problem in the plan; nothing was applied.\n"),
    });
    expect(refused.out).toContain(
      '\nthe plan = "terraform_data.network_ranges": would be updated, and a release changes nothing of the category network; undo the change of the files, or add --allow network, which a yes at the terminal does not replace\n',
    );
    expect(state()).toEqual([
      ["network_ranges", "1"],
      ["workload_api_x", "2"],
    ]);
    const shown = await terraform(["plan", "-input=false", "-out", "plan"], "", nobody);
    expect(shown).toMatchObject({
      code: 0,
      out: expect.stringContaining("\na deploy of it needs\n  network: --allow network\n  unknown: --allow unknown\n"),
    });
    expect(await terraform(APPLY, "", { allow: ["network", "unknown"] })).toMatchObject({ code: 0 });
    expect(state()).toContainEqual(["network_ranges", "2"]);
  },
  240_000,
);

const HERE = `${process.platform}_${process.arch === "x64" ? "amd64" : process.arch}`;
withTerraform(
  "a rollback initializes nothing that is there, because Terraform would ask the registry; another command does",
  async () => {
    const cutOff = path.join(folder, "cut-off.tfrc");
    const mirror = path.join(folder, "nowhere");
    writeFileSync(cutOff, `provider_installation {\n  filesystem_mirror {\n    path = "${mirror}"\n  }\n}\n`);
    const stackOf = (version: string) => ({
      terraform: {
        backend: { gcs: { bucket: "a", prefix: "pmcrm/staging" } },
        required_providers: { thing: { source: "shop/thing", version } },
      },
    });
    const at = (...names: readonly string[]) => path.join(stack, ...names);
    writeFileSync(at("cdk.tf.json"), JSON.stringify(stackOf("1.0.0")));
    mkdirSync(at(".terraform", "providers", "registry.terraform.io", "shop", "thing", "1.0.0", HERE), {
      recursive: true,
    });
    const provider = 'provider "registry.terraform.io/shop/thing" {\n  version     = "1.0.0"\n}\n';
    writeFileSync(at(".terraform.lock.hcl"), provider);
    const backend = { type: "gcs", config: { bucket: "a", prefix: "pmcrm/staging", encryption_key: null } };
    writeFileSync(at(".terraform", "terraform.tfstate"), JSON.stringify({ version: 3, backend }));
    const init = (approvals: Approvals) =>
      terraform(["init"], "", approvals, { TF_CLI_CONFIG_FILE: cutOff }).then(({ code }) => code);
    expect([await init({ rollback: true }), await init({})]).toEqual([0, 1]);
    for (const change of [
      () => writeFileSync(at("cdk.tf.json"), JSON.stringify(stackOf("1.1.0"))),
      () => writeFileSync(at(".terraform.lock.hcl"), ""),
      () =>
        writeFileSync(at(".terraform", "terraform.tfstate"), JSON.stringify({ backend: { ...backend, config: {} } })),
      () => rmSync(at(".terraform", "providers"), { recursive: true }),
    ]) {
      const files = [at("cdk.tf.json"), at(".terraform.lock.hcl"), at(".terraform", "terraform.tfstate")];
      const before = files.map((file) => readFileSync(file, "utf8"));
      change();
      expect(await init({ rollback: true })).toBe(1);
      files.forEach((file, i) => {
        writeFileSync(file, before[i] as string);
      });
    }
  },
  120_000,
);

withTerraform(
  "a dry run says whether the deploy would be refused, and changes nothing",
  async () => {
    write({ workload_api_x: { input: "1" } }, "production");
    await terraform(["init"]);
    const kinds = () => kindsIn(cloud, "pmcrm", "production");
    const dry = { dryRun: true };
    const { code, out } = await terraform(["apply"], "", dry);
    expect([code, out]).toEqual([
      0,
      expect.stringContaining("\nNothing was changed (--dry-run). No rule refuses this deploy.\n"),
    ]);
    expect(out).toMatch(/^It copies \S+ to \S+:release-[0-9a-f]{16}, unless that is there\.$/m);
    expect([kinds(), readdirSync(stack)]).toEqual([[], expect.not.arrayContaining(["terraform.tfstate"])]);
    expect(await terraform(APPLY)).toMatchObject({ code: 0 });
    write({ workload_api_x: { input: "1" }, network_ranges: {} }, "production");
    expect(await terraform(["apply"], "", dry)).toMatchObject({
      code: 1,
      out: expect.stringContaining("1 problem in the plan; nothing was applied."),
    });
    expect(kinds()).toHaveLength(2);
  },
  120_000,
);

withTerraform(
  "a first deploy that fails halfway goes on without an approval, until one has succeeded",
  async () => {
    const made = (command: string, more: object = {}) =>
      write({
        network_ranges: { input: "1" },
        workload_api_x: {
          depends_on: ["terraform_data.network_ranges"],
          provisioner: [{ "local-exec": { command } }],
        },
        ...more,
      });
    made("false");
    await terraform(["init"]);
    expect(await terraform(APPLY, "", {})).toMatchObject({ code: 1 });
    expect(state()).toContainEqual(["network_ranges", "1"]);
    made("false", { monitoring_alert: {} });
    expect(await terraform(APPLY, "", {})).toMatchObject({ code: 1 });
    made("true", { monitoring_alert: {}, network_more: {} });
    expect(await terraform(APPLY, "", {})).toMatchObject({ code: 0 });
    made("true", { monitoring_alert: {} });
    expect(await terraform(APPLY, "", {})).toMatchObject({ code: 1, out: expect.stringContaining("add --allow ") });
  },
  120_000,
);

withTerraform(
  "a step of a walk needs no hash in CI, and changes shares alone; the step back changes what a release may",
  async () => {
    const CI = { CI: "true" };
    write({ workload_api_x: { input: "1" } }, "production");
    await terraform(["init"]);
    expect(await terraform(APPLY)).toMatchObject({ code: 0 });
    expect(await terraform(APPLY, "", { step: "on" }, CI)).toMatchObject({ code: 0 }); // nothing has changed
    write({ workload_api_x: { input: "2" } }, "production");
    expect(await terraform(APPLY, "", { step: "on" }, CI)).toEqual({
      code: 1,
      out: expect.stringContaining(
        '1 problem in the plan; nothing was applied.\nthe plan = "terraform_data.workload_api_x": would be updated, and a step of a candidate changes only its share; ',
      ),
    });
    expect(await terraform(APPLY, "", { step: "back" }, CI)).toMatchObject({ code: 0 });
    expect(state()).toEqual([["workload_api_x", "2"]]);
  },
  240_000,
);

withTerraform(
  "exactly the approved plan is applied, and CI applies no other to production",
  async () => {
    const hashOf = ({ out }: { out: string }) => /^plan ([0-9a-f]{16}):/m.exec(out)?.[1] as string;
    const planned = async () => hashOf(await terraform(["plan", "-input=false", "-out", "plan"]));
    const [CI, allow] = [{ CI: "true" }, ["unknown"]];
    const values = (input: string) => ({
      workload_api_x: { input },
      made: { input: "$" + "{terraform_data.workload_api_x.id}" },
    });
    write(values("1"), "production");
    await terraform(["init"]);
    const first = await planned();
    expect(await planned()).toBe(first);
    const unapproved = await terraform(APPLY, "", { allow }, CI);
    expect(unapproved).toEqual({
      code: 1,
      out: expect.stringContaining(
        `\n--approved = nothing: must name the plan when CI deploys production; let somebody look at the plan; if it is right, add --approved ${first}\n`,
      ),
    });
    write(values("2"), "production");
    const second = await planned();
    expect(second).not.toBe(first);
    expect(await terraform(["apply"], "yes\n", { approved: first, allow }, CI)).toEqual({
      code: 1,
      out: expect.stringContaining(`\n--approved = "${first}": is another plan than this one, ${second}: `),
    });
    expect(readdirSync(stack)).not.toContain("terraform.tfstate");
    const approved = await terraform(["apply"], "", { approved: second, allow }, CI);
    expect(approved).toMatchObject({ code: 0, out: expect.not.stringContaining("Do you want") });
    expect(state()).toContainEqual(["workload_api_x", "2"]);

    write(values("3"), "production");
    expect(await terraform(["apply", "-auto-approve"])).toMatchObject({ code: 0 }); // not in CI
    write(values("4"), "staging");
    expect(await terraform(["apply", "-auto-approve"], "", { allow }, CI)).toMatchObject({ code: 0 });
  },
  240_000,
);

/** Writes a stack of resources, by name and input, in place of everything else. */
const program = (resources: Readonly<Record<string, string>>) =>
  writeFileSync(
    path.join(folder, "main.ts"),
    `
import { App, DataResource, GcsBackend, TerraformStack } from "cdktf";
const app = new App({ skipValidation: true });
const stack = new TerraformStack(app, "staging");
new GcsBackend(stack, { bucket: "none", prefix: "pmcrm/staging" });
for (const [name, input] of Object.entries(${JSON.stringify(resources)})) new DataResource(stack, name, { input: { value: input } });
app.synth();
`,
  );
const npm = (command: string, ...args: readonly string[]) =>
  run("npm", ["run", "--silent", command, "--", "staging", ...args], folder);

withTerraform(
  "npm run deploy refuses a plan that deletes what is protected, and applies the one whose hash npm run diff printed",
  async () => {
    write({ kinds: {} });
    await terraform(["init"]);
    await terraform(APPLY);
    program({ workload_api_x: "1" });
    const refused = await npm("deploy", "--auto-approve", "--allow", "data");
    expect(refused.out).toContain("1 problem in the plan; nothing was applied.");
    expect(refused.code).toBe(1);
    expect(state()).toEqual([["kinds", undefined]]);

    program({ kinds: "1", workload_api_x: "1" });
    const diff = await npm("diff", "--summary-file", "summary.json");
    expect(diff).toEqual({ code: 0, out: expect.stringMatching(/a deploy of it needs\n *data: --allow data\n/) });
    const [, hash = ""] = /plan ([0-9a-f]{16}):/.exec(diff.out) ?? [];
    const { lines, ...summary } = JSON.parse(readFileSync(path.join(folder, "summary.json"), "utf8"));
    expect(summary).toEqual({ plan: hash, changes: true, allow: ["data"] });
    expect(lines[0]).toBe(`plan ${hash}: 1 to add, 1 to change, 0 to destroy`);
    const { code, out } = await npm("deploy", "--approved", hash, "--allow", "data");
    expect([code, out]).toEqual([0, expect.stringContaining(`plan ${hash}: 1 to add, 1 to change, 0 to destroy`)]);
    expect(state()).toEqual([
      ["kinds", { value: "1" }],
      ["workload_api_x", { value: "1" }],
    ]);
  },
  400_000,
);

withTerraform(
  "a task that changes the database runs only after a snapshot, which can be left out",
  async () => {
    const bin = path.join(folder, "bin");
    /** gcloud that fails, or that lists a backup as the call described it. */
    const gcloud = (exit: number) =>
      writeFileSync(
        path.join(bin, "gcloud"),
        `#!/bin/sh
echo "gcloud $*" >&2
for arg in "$@"; do case "$arg" in --description=*) echo "$arg" | cut -d= -f2- > ${folder}/description ;; esac; done
case "$*" in "sql backups list"*)
  printf '[{"description":"%s","status":"SUCCESSFUL","startTime":"%s"}]' "$(cat ${folder}/description)" "$(date -u +%Y-%m-%dT%H:%M:%S.999Z)" ;;
esac
exit ${exit}
`,
        { mode: 0o755 },
      );
    const environment = { ...process.env };
    process.env.PATH = `${bin}:${process.env.PATH}`;
    try {
      // A plan with the addresses of the real stack: shown in place of Terraform's own.
      const shown = {
        resource_changes: [
          {
            address: "google_sql_database_instance.database",
            change: { actions: ["no-op"], before: { name: "db-1" } },
          },
          {
            address: "kubernetes_job_v1.workload_migrate_migration_job",
            change: { actions: ["delete", "create"], before: {} },
          },
        ],
      };
      writeFileSync(path.join(folder, "shown.json"), JSON.stringify(shown));
      const real = (await run("sh", ["-c", "command -v terraform"], folder)).out.trim();
      writeFileSync(
        path.join(bin, "terraform"),
        `#!/bin/sh\nif [ "$1" = show ]; then exec cat ${folder}/shown.json; fi\nexec ${real} "$@"\n`,
        { mode: 0o755 },
      );
      write({ kinds: { input: "1" } });
      await terraform(["init"]);
      gcloud(1);
      const failed = await terraform(APPLY);
      expect(failed.code).toBe(1);
      expect(failed.out).toContain("gcloud sql backups create --instance=db-1 --project=pmcrm-staging");
      expect(failed.out).toContain("Nothing was applied, because there is no snapshot.");
      expect(readdirSync(stack)).not.toContain("terraform.tfstate");
      gcloud(0);
      const kept = await terraform(APPLY);
      expect(kept).toMatchObject({ code: 0, out: expect.stringContaining("because migrate will change the database") });
      expect(kept.out).toContain("gcloud sql backups list --instance=db-1 --project=pmcrm-staging");
      gcloud(1);
      process.env.SKIP_SNAPSHOT = "1";
      write({ kinds: { input: "2" } });
      expect(await terraform(APPLY)).toMatchObject({ code: 0, out: expect.stringContaining("(SKIP_SNAPSHOT)") });
    } finally {
      process.env.PATH = environment.PATH;
      delete process.env.SKIP_SNAPSHOT;
    }
  },
  120_000,
);
