import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import path from "node:path";
import { addSecretByHand, startFakeCloud } from "@slipway/fake-google-cloud";
import { BOOTSTRAP_APIS } from "../facts/apis";
import { PROVIDER_VERSIONS, TERRAFORM_VERSION } from "../stacks/providers";
import { SUPPLIED } from "./machine";
import { madeByHand, prepare, readStack } from "./stack";
import { run, runSync, terraformEnvironment } from "./terraform";

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

/** Seconds that Terraform has to find the providers, which it may have to download, and for any other command. */
const INIT_TIMEOUT = 30;
const TIMEOUT = 120;

/** Where Terraform looks for providers unless it is told otherwise. */
const PLUGINS = "~/.terraform.d/plugins/registry.terraform.io/hashicorp/<name>/<version>/<os>_<arch>";

/**
 * Initialises Terraform with the pinned providers, for every stack that {@link planFromNothing} plans in the same folder.
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
  const { status, stdout, stderr } = runSync("terraform", ["init", "-no-color"], {
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

/**
 * Plans a synthesized stack from nothing with the real providers, in a folder where {@link whatIsMissing} found that
 * nothing is. A cluster that is not there yet needs no Kubernetes API. Fails with Terraform's own words.
 */
export async function planFromNothing(stack: string, work: string): Promise<Plan> {
  const google = await startFakeCloud({
    folder: work,
    enabledApis: BOOTSTRAP_APIS.map((api) => `${api}.googleapis.com`),
  });
  const terraform = async (...args: readonly string[]): Promise<string> => {
    const { status, stdout, stderr } = await run("terraform", [...args, "-no-color"], {
      env: { ...terraformEnvironment(), ...google.env },
      timeout: TIMEOUT,
      cwd: path.join(work, "tf"),
    });
    if (status !== 0) throw new Error(`terraform ${args[0]} fails\n${stdout.slice(-500)}${stderr}`);
    return stdout;
  };
  try {
    prepare(stack, work, Number.POSITIVE_INFINITY);
    for (const { project, secret, version } of madeByHand(readStack(stack)).secrets)
      addSecretByHand(google.cloud, project, secret, version, SUPPLIED);
    const validation = await terraform("validate");
    await terraform("plan", "-out=plan.bin");
    const text = await terraform("show", "-json", "plan.bin");
    const file = path.join(mkdtempSync(path.join(work, "plan-")), "plan.json");
    writeFileSync(file, text);
    return { validation, file, json: JSON.parse(text) };
  } finally {
    await google.stop();
  }
}
