import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Approvals } from "../commands/terraform/approvals";
import { APPLY, inGate } from "./gated";
import { kindsIn } from "./releasing/cloud";
import { withTerraform } from "./terraform";

/** What a deploy does around a plan and its apply. */

const { at, inStack, run, cloud, forget, write, terraform, state } = inGate();

withTerraform(
  "during a freeze, changes are refused, but neither a rollback nor a destroy",
  async () => {
    write({ other: { input: "1" } });
    await terraform(["init"]);
    expect(await terraform(APPLY)).toMatchObject({ code: 0 });
    const file = at("releases", "pmcrm", "staging.json");
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
    const images = at("images.json");
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

    await forget();
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
    const kinds = () => kindsIn(cloud(), "pmcrm", "staging").slice(4); // after those of the beginning
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
    const file = inStack("terraform.tfstate");
    const before = readFileSync(file, "utf8");
    write({ workload_api_x: { input: "2" } });
    await terraform(APPLY);
    // As if the bucket had not taken the second state.
    renameSync(file, inStack("errored.tfstate"));
    writeFileSync(file, before);
    const again = await terraform(APPLY);
    expect([again.code, again.out]).toEqual([
      0,
      expect.stringContaining("An earlier deploy could not write the state."),
    ]);
    expect(again.out).toContain("No changes.");
    expect(state()).toEqual([["workload_api_x", "2"]]);
    expect(readdirSync(inStack())).not.toContain("errored.tfstate");
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

const HERE = `${process.platform}_${process.arch === "x64" ? "amd64" : process.arch}`;
withTerraform(
  "a rollback initializes nothing that is there, because Terraform would ask the registry; another command does",
  async () => {
    const cutOff = at("cut-off.tfrc");
    const mirror = at("nowhere");
    writeFileSync(cutOff, `provider_installation {\n  filesystem_mirror {\n    path = "${mirror}"\n  }\n}\n`);
    const stackOf = (version: string) => ({
      terraform: {
        backend: { gcs: { bucket: "a", prefix: "pmcrm/staging" } },
        required_providers: { thing: { source: "shop/thing", version } },
      },
    });
    writeFileSync(inStack("cdk.tf.json"), JSON.stringify(stackOf("1.0.0")));
    mkdirSync(inStack(".terraform", "providers", "registry.terraform.io", "shop", "thing", "1.0.0", HERE), {
      recursive: true,
    });
    const provider = 'provider "registry.terraform.io/shop/thing" {\n  version     = "1.0.0"\n}\n';
    writeFileSync(inStack(".terraform.lock.hcl"), provider);
    const backend = { type: "gcs", config: { bucket: "a", prefix: "pmcrm/staging", encryption_key: null } };
    writeFileSync(inStack(".terraform", "terraform.tfstate"), JSON.stringify({ version: 3, backend }));
    const init = (approvals: Approvals) =>
      terraform(["init"], "", approvals, { TF_CLI_CONFIG_FILE: cutOff }).then(({ code }) => code);
    expect([await init({ rollback: true }), await init({})]).toEqual([0, 1]);
    for (const change of [
      () => writeFileSync(inStack("cdk.tf.json"), JSON.stringify(stackOf("1.1.0"))),
      () => writeFileSync(inStack(".terraform.lock.hcl"), ""),
      () =>
        writeFileSync(
          inStack(".terraform", "terraform.tfstate"),
          JSON.stringify({ backend: { ...backend, config: {} } }),
        ),
      () => rmSync(inStack(".terraform", "providers"), { recursive: true }),
    ]) {
      const files = [
        inStack("cdk.tf.json"),
        inStack(".terraform.lock.hcl"),
        inStack(".terraform", "terraform.tfstate"),
      ];
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
    const kinds = () => kindsIn(cloud(), "pmcrm", "production");
    const dry = { dryRun: true };
    const { code, out } = await terraform(["apply"], "", dry);
    expect([code, out]).toEqual([
      0,
      expect.stringContaining("\nNothing was changed (--dry-run). No rule refuses this deploy.\n"),
    ]);
    expect(out).toMatch(/^It copies \S+ to \S+:release-[0-9a-f]{16}, unless that is there\.$/m);
    expect([kinds(), readdirSync(inStack())]).toEqual([[], expect.not.arrayContaining(["terraform.tfstate"])]);
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
  "a task that changes the database runs only after a snapshot, which can be left out",
  async () => {
    const bin = at("bin");
    /** gcloud that fails, or that lists a backup as the call described it. */
    const gcloud = (exit: number) =>
      writeFileSync(
        path.join(bin, "gcloud"),
        `#!/bin/sh
echo "gcloud $*" >&2
for arg in "$@"; do case "$arg" in --description=*) echo "$arg" | cut -d= -f2- > ${at()}/description ;; esac; done
case "$*" in "sql backups list"*)
  printf '[{"description":"%s","status":"SUCCESSFUL","startTime":"%s"}]' "$(cat ${at()}/description)" "$(date -u +%Y-%m-%dT%H:%M:%S.999Z)" ;;
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
      writeFileSync(at("shown.json"), JSON.stringify(shown));
      const real = (await run("sh", ["-c", "command -v terraform"], at())).out.trim();
      writeFileSync(
        path.join(bin, "terraform"),
        `#!/bin/sh\nif [ "$1" = show ]; then exec cat ${at()}/shown.json; fi\nexec ${real} "$@"\n`,
        { mode: 0o755 },
      );
      write({ kinds: { input: "1" } });
      await terraform(["init"]);
      gcloud(1);
      const failed = await terraform(APPLY);
      expect(failed.code).toBe(1);
      expect(failed.out).toContain("gcloud sql backups create --instance=db-1 --project=pmcrm-staging");
      expect(failed.out).toContain("Nothing was applied, because there is no snapshot.");
      expect(readdirSync(inStack())).not.toContain("terraform.tfstate");
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
