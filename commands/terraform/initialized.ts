import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { isDeepStrictEqual } from "node:util";

/** What a stack's JSON says of its backend and its providers. */
export interface Initialized {
  readonly terraform: {
    readonly backend?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
    readonly required_providers?: Readonly<Record<string, { readonly source: string; readonly version: string }>>;
  };
}

/** A platform as Terraform names it. {@link https://go.dev/doc/install/source#environment} */
const platform = (): string => {
  const systems: Readonly<Record<string, string>> = { win32: "windows" };
  const machines: Readonly<Record<string, string>> = { x64: "amd64", ia32: "386" };
  return `${systems[process.platform] ?? process.platform}_${machines[process.arch] ?? process.arch}`;
};

/**
 * Whether a folder has the backend and the providers that a stack names, so that `terraform init` would change nothing. It asks
 * the providers' registry even then, which can be out of reach when a rollback is most needed.
 * {@link https://developer.hashicorp.com/terraform/cli/commands/init#plugin-installation}
 */
export function isInitialized({ terraform }: Initialized, folder: string): boolean {
  const { backend = {}, required_providers: providers = {} } = terraform;
  const data = path.join(folder, ".terraform");
  const [state, lock] = [path.join(data, "terraform.tfstate"), path.join(folder, ".terraform.lock.hcl")];
  if (!existsSync(state) || !existsSync(lock)) return false;
  const there = JSON.parse(readFileSync(state, "utf8")).backend;
  const kept = Object.entries(there?.config ?? {}).filter(([, value]) => value !== null);
  const locked = readFileSync(lock, "utf8");
  return (
    isDeepStrictEqual({ [there?.type]: Object.fromEntries(kept) }, backend) &&
    Object.values(providers).every(({ source, version }) => {
      const full = `registry.terraform.io/${source.includes("/") ? source : `hashicorp/${source}`}`;
      const isLocked = locked.includes(`provider "${full}" {\n  version     = "${version}"`);
      return isLocked && existsSync(path.join(data, "providers", full, version, platform()));
    })
  );
}
