import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { bootstrapLines } from "../commands/bootstrap/lines";
import type { Context } from "../commands/context";
import { addLines } from "../commands/secrets";
import { environmentOf } from "../schema/load";
import { configuration, type Files } from "./support";

/** The commands that bootstrap and secrets print: which projects they change, and what becomes a secret's value. */

function context(change: (files: Files) => void = () => {}): Context {
  const files = configuration(change);
  return {
    systemName: files.name,
    environmentName: "staging",
    ...environmentOf(files, "staging"),
  };
}
type Staging = Record<string, unknown>;
const printed = (change: (environment: Staging) => void) =>
  bootstrapLines(context(({ staging }) => change(staging.environment as unknown as Staging)));

describe("the deployer's account", () => {
  test("is created in the environment's project if its address says so", () => {
    const lines = printed(() => {}).filter((line) => line.includes("service-accounts"));
    expect(lines).toHaveLength(2);
    for (const line of lines) expect(line).toContain("--project=pmcrm-staging");
  });

  test("is created in the project that its address names, and its roles are in the environment's project", () => {
    const lines = printed((e) => (e.deployer = "deployer@company-ci.iam.gserviceaccount.com"));
    expect(lines).toContain(
      "gcloud services enable iam.googleapis.com iamcredentials.googleapis.com --project=company-ci",
    );
    const accounts = lines.filter((line) => line.includes("service-accounts"));
    expect(accounts[0]).toMatch(/ service-accounts create deployer --project=company-ci$/);
    for (const line of accounts) expect(line).not.toContain("--project=pmcrm-staging");
    expect(lines).toContain(
      `role() { gcloud projects add-iam-policy-binding pmcrm-staging --member=serviceAccount:deployer@company-ci.iam.gserviceaccount.com --role="$1" --condition="\${2:-None}" --format=none; }`,
    );
  });
});

describe("registries", () => {
  const NODES = "serviceAccount:pmcrm-staging-nodes@pmcrm-staging.iam.gserviceaccount.com";
  const grants = (lines: string[]) => lines.filter((line) => line.includes("--role=roles/artifactregistry.reader"));

  test("of the environment's own project need no grant", () => expect(grants(printed(() => {}))).toEqual([]));

  test("are not created if the folder names no repository of a project", () => {
    const lines = printed((e) => {
      e.repository = "europe-west1-docker.pkg.dev/pmcrm-staging";
    });
    expect(lines).toContain("# The images come from europe-west1-docker.pkg.dev/pmcrm-staging.");
    expect(lines.join("\n")).not.toMatch(/repositories create|undefined/);
  });

  test("of the images' mirror get one in place of Bitnami's publisher", () => {
    const lines = printed((e) => {
      e.imagesMirror = "europe-west1-docker.pkg.dev/company-images/third-party";
    });
    expect(grants(lines)).toEqual([
      `#   gcloud artifacts repositories add-iam-policy-binding third-party --location=europe-west1 --project=company-images --member=${NODES} --role=roles/artifactregistry.reader`,
    ]);
  });

  test("of other projects get one each, also if they are not the first", () => {
    const lines = printed((e) => {
      e.repository = "europe-west1-docker.pkg.dev/company-images/pmcrm/services";
      e.registries = [
        "europe-west1-docker.pkg.dev/pmcrm-staging/",
        "europe-west1-docker.pkg.dev/company-images/pmcrm/",
        "us-docker.pkg.dev/company-tools/",
        "quay.io/company/",
      ];
    });
    expect(lines).toContain(
      "gcloud artifacts repositories create pmcrm --repository-format=docker --location=europe-west1 --project=company-images",
    );
    expect(lines).toContain("gcloud auth configure-docker europe-west1-docker.pkg.dev,us-docker.pkg.dev");
    expect(grants(lines)).toEqual([
      `#   gcloud artifacts repositories add-iam-policy-binding pmcrm --location=europe-west1 --project=company-images --member=${NODES} --role=roles/artifactregistry.reader`,
      `#   gcloud projects add-iam-policy-binding company-tools --member=${NODES} --role=roles/artifactregistry.reader --condition=None`,
    ]);
  });
});

describe("a secret's value", () => {
  const [, add = ""] = addLines(context(), { name: "pmcrm-key" });
  const script = ['gcloud() { echo "added $(cat)"; }', add, "echo the next line"].join("\n");

  test("is never the line that follows in a pipe", async () => {
    // Detached, bash has no terminal, as in a job of CI.
    const child = spawn("bash", [], { detached: true, stdio: ["pipe", "pipe", "ignore"] });
    let out = "";
    child.stdout.on("data", (data) => {
      out += data;
    });
    child.stdin.on("error", () => {}).end(script); // the command may end before it reads everything
    await new Promise((resolve) => child.on("close", resolve));
    expect(out).not.toContain("added");
    expect(out).toContain("the next line");
  });

  const terminal = (keys: string) =>
    spawnSync("bash", ["-c", `(${keys}; sleep 1; echo exit) | script -qec 'bash --norc -i' /dev/null`], {
      encoding: "utf8",
      env: { ...process.env, SCRIPT: script },
    }).stdout;
  const onTerminal = existsSync("/usr/bin/script") && process.platform === "linux" ? test : test.skip;

  onTerminal("is never the line that follows in a paste", () => {
    const out = terminal(`sleep 0.5; printf '%s\\n' "$SCRIPT"; sleep 2`);
    expect(out).toContain("pmcrm-key is not added: more lines were pasted. Run this line by itself.\r\n");
    expect(out).not.toContain("added echo");
  });

  onTerminal("is what is typed at the prompt", () => {
    const out = terminal(`sleep 0.5; printf '%s\\n' "$SCRIPT" | head -2; sleep 2.5; echo s3cr3t`);
    expect(out).toContain("pmcrm-key: added s3cr3t");
  });
});
