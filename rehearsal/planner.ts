import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { PROVIDER_VERSIONS, TERRAFORM_VERSION } from "../stacks/providers";
import { startGoogle } from "./google";
import { prepare } from "./stack";
import { run, terraformEnvironment } from "./terraform";

/** A plan as `terraform show -json` prints it, as far as it is looked into. */
export interface PlanJson {
  readonly resource_changes?: readonly PlannedChange[];
}

export interface PlannedChange {
  readonly address: string;
  readonly mode: "managed" | "data";
  readonly type: string;
  readonly name: string;
  readonly change: {
    readonly actions: readonly string[];
    readonly after: unknown;
    /** Shaped like `after`: true where a value is known after apply. */
    readonly after_unknown: unknown;
    /** Shaped like `after`: true where a value is sensitive. */
    readonly after_sensitive: unknown;
  };
}

export interface Plan {
  /** What `terraform validate` says. */
  readonly validation: string;
  /** The file of `terraform show -json`. */
  readonly file: string;
  readonly json: PlanJson;
}

/** Plans stacks from nothing with the real providers. A cluster that is not there yet needs no Kubernetes API. */
export interface Planner {
  /** Plans a synthesized stack; fails with Terraform's own words. */
  plan(stack: string): Plan;
  stop(): Promise<unknown>;
}

/** Seconds that Terraform has to find the providers, which it may have to download, and for any other command. */
const INIT_TIMEOUT = 30;
const TIMEOUT = 120;

/** Where Terraform looks for providers unless it is told otherwise. */
const PLUGINS = "~/.terraform.d/plugins/registry.terraform.io/hashicorp/<name>/<version>/<os>_<arch>";

/**
 * Initialises Terraform with the pinned providers, for every stack that {@link startPlanner} plans in the same folder.
 * Where that cannot be done, the answer is what is missing.
 */
export function whatIsMissing(work: string): string | undefined {
  const folder = path.join(work, "tf");
  mkdirSync(folder, { recursive: true });
  const terraform = {
    required_version: TERRAFORM_VERSION,
    required_providers: Object.fromEntries(
      Object.entries(PROVIDER_VERSIONS).map(([name, version]) => [name, { source: `hashicorp/${name}`, version }]),
    ),
    backend: { local: { path: "terraform.tfstate" } },
  };
  writeFileSync(path.join(folder, "main.tf.json"), JSON.stringify({ terraform }));
  const { status, stdout, stderr } = run("terraform", ["init", "-no-color"], {
    env: terraformEnvironment(),
    timeout: INIT_TIMEOUT,
    cwd: folder,
  });
  if (status === 0) return undefined;
  const words = `${stdout} ${stderr}`.replace(/\s+/g, " ");
  if (words.includes("ENOENT")) return "terraform is not on PATH";
  if (words.includes("ETIMEDOUT")) return `terraform init did not end within ${INIT_TIMEOUT} seconds`;
  if (words.includes("Unsupported Terraform Core version")) return `Terraform ${TERRAFORM_VERSION} is needed`;
  const providers = Object.entries(PROVIDER_VERSIONS).filter(([name]) =>
    new RegExp(`Error: [^:]*provider[^:]*? hashicorp/${name}\\b`).test(words),
  );
  if (!providers.length) return `terraform init fails: ${words.slice(words.indexOf("Error:"), 400)}`;
  const reason = /could not connect to \S+(?=:)|no available releases match/.exec(words)?.[0];
  const configured = process.env.TF_CLI_CONFIG_FILE;
  const places =
    configured && existsSync(configured) ? `where ${configured} says` : `in its registry and in ${PLUGINS}`;
  return `Terraform does not find ${providers.map((p) => p.join(" ")).join(", ")}${reason ? ` (${reason})` : ""}; it looks ${places}`;
}

/** Starts what planning needs, in a folder where {@link whatIsMissing} found that nothing is. */
export async function startPlanner(work: string): Promise<Planner> {
  const google = await startGoogle({ work, seedSecrets: true });
  const env = { ...terraformEnvironment(), ...google.env };
  const terraform = (...args: readonly string[]): string => {
    const { status, stdout, stderr } = run("terraform", [...args, "-no-color"], {
      env,
      timeout: TIMEOUT,
      cwd: path.join(work, "tf"),
    });
    if (status !== 0) throw new Error(`terraform ${args[0]} fails\n${stdout.slice(-500)}${stderr}`);
    return stdout;
  };
  let count = 0;
  return {
    plan(stack) {
      prepare(stack, work);
      const validation = terraform("validate");
      terraform("plan", "-out=plan.bin");
      const file = path.join(work, `plan-${++count}.json`);
      writeFileSync(file, terraform("show", "-json", "plan.bin"));
      return { validation, file, json: JSON.parse(readFileSync(file, "utf8")) };
    },
    stop: google.stop,
  };
}
