import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Requirements, StackJson } from "../stack";
import { runSync, terraformEnvironment } from "./run";

/** Seconds that Terraform has to find the providers, which it may have to download. */
const TIMEOUT = 30;

/** Where Terraform looks for providers by default, beside their registry. */
const PLUGINS = "~/.terraform.d/plugins/registry.terraform.io/hashicorp/<name>/<version>/<os>_<arch>";

/** How stacks that have resources on Vercel can be applied. */
export interface OnVercel {
  /** Whether there are such resources, and Terraform finds their provider. */
  readonly vercel: boolean;
  /** Why the resources are left out. */
  readonly whyNot?: string;
}

/** Whether stacks have resources on Vercel, and Terraform finds their provider, which not everybody has. */
export function onVercel(work: string, stacks: readonly StackJson[]): OnVercel {
  const vercel = stacks.map(({ terraform }) => terraform.required_providers?.vercel).find(Boolean);
  if (!vercel) return { vercel: false };
  const whyNot = whatIsMissing(path.join(work, "vercel"), { required_providers: { vercel } });
  return { vercel: !whyNot, whyNot };
}

/**
 * What Terraform does not find of a stack's requirements, or undefined if it finds everything. Then the folder `tf` in
 * `work` is initialized, and `planFromNothing` can plan there.
 */
export function whatIsMissing(
  work: string,
  { required_version, required_providers = {} }: Requirements,
): string | undefined {
  const folder = path.join(work, "tf");
  mkdirSync(folder, { recursive: true });
  const terraform = { required_version, required_providers, backend: { local: { path: "terraform.tfstate" } } };
  writeFileSync(path.join(folder, "main.tf.json"), JSON.stringify({ terraform }));
  const { status, stdout, stderr } = runSync("terraform", ["init", "-no-color"], {
    env: terraformEnvironment(),
    timeout: TIMEOUT,
    cwd: folder,
  });
  if (status === 0) return undefined;
  const words = `${stdout} ${stderr}`.replace(/\s+/g, " ");
  if (words.includes("ENOENT")) return "terraform is not on PATH";
  if (words.includes("ETIMEDOUT")) return `terraform init did not end within ${TIMEOUT} seconds`;
  if (words.includes("Unsupported Terraform Core version")) return `Terraform ${required_version} is needed`;
  const providers = Object.entries(required_providers).filter(([name, { source = name }]) =>
    new RegExp(`Error: [^:]*provider[^:]*? ${source.includes("/") ? source : `hashicorp/${source}`}\\b`).test(words),
  );
  if (!providers.length) return `terraform init fails: ${words.slice(words.indexOf("Error:"), 400)}`;
  const names = providers.map(([name, { version = "" }]) => `${name} ${version}`.trim()).join(", ");
  const reason = /could not connect to \S+(?=:)|no available releases match/.exec(words)?.[0];
  const configured = process.env.TF_CLI_CONFIG_FILE;
  const places =
    configured && existsSync(configured) ? `where ${configured} says` : `in its registry and in ${PLUGINS}`;
  return `Terraform does not find ${names}${reason ? ` (${reason})` : ""}; it looks ${places}`;
}
