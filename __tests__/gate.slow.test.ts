import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { checkout } from "../commands/checkout";
import { withTerraform } from "./terraform";

let folder: string;
let stack: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), "gate-"));
  checkout(folder);
  stack = path.join(folder, "cdktf.out", "stacks", "staging");
  mkdirSync(stack, { recursive: true });
  mkdirSync(path.join(folder, "tmp"));
  // The state is a file, because there is no bucket.
  writeFileSync(path.join(stack, "backend_override.tf.json"), '{ "terraform": { "backend": { "local": {} } } }');
});
afterEach(() => rmSync(folder, { recursive: true }));

const run = (command: string, args: readonly string[], cwd: string, input = "") =>
  new Promise<{ code: number | null; out: string }>((resolve) => {
    const env = { ...process.env, TF_CLI_CONFIG_FILE: "", CHECKPOINT_DISABLE: "1", TMPDIR: path.join(folder, "tmp") };
    const child = spawn(command, args, { cwd, env });
    let out = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (out += data));
    child.on("close", (code) => resolve({ code, out }));
    child.stdin.on("error", () => {}).end(input); // the command may end before it reads everything
  });

/** Writes the stack as staging of pmcrm, with these values by the names of resources. */
const write = (values: Readonly<Record<string, object>>) =>
  writeFileSync(
    path.join(stack, "cdk.tf.json"),
    JSON.stringify({
      terraform: { backend: { gcs: { bucket: "none", prefix: "pmcrm/staging" } } },
      resource: { terraform_data: values },
    }),
  );
/** Runs Terraform as cdktf does for npm run diff, deploy and destroy. */
const terraform = (args: readonly string[], input?: string) =>
  run(path.join(folder, "commands", "terraform", "terraform.mjs"), args, stack, input);
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

/** Writes a stack without the protected resource, in place of everything else. */
const PROGRAM = `
import { App, DataResource, GcsBackend, TerraformStack } from "cdktf";
const app = new App({ skipValidation: true });
const stack = new TerraformStack(app, "staging");
new GcsBackend(stack, { bucket: "none", prefix: "pmcrm/staging" });
new DataResource(stack, "another");
app.synth();
`;

withTerraform(
  "npm run deploy refuses such a plan",
  async () => {
    write({ kinds: {} });
    await terraform(["init"]);
    await terraform(APPLY);
    writeFileSync(path.join(folder, "main.ts"), PROGRAM);
    const deploy = ["run", "--silent", "deploy", "--", "staging", "--auto-approve"];
    const { code, out } = await run("npm", deploy, folder);
    expect(out).toContain("1 problem in the plan; nothing was applied.");
    expect(code).toBe(1);
    expect(state()).toEqual([["kinds", undefined]]);
  },
  240_000,
);

withTerraform(
  "a task that changes the database runs only after a snapshot, which can be left out",
  async () => {
    const bin = path.join(folder, "bin");
    mkdirSync(bin);
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
