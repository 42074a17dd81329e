import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";

/** What a stack's JSON says of its backend and its providers. */
export interface Initialized {
  readonly terraform: {
    readonly backend?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
    readonly required_providers?: Readonly<Record<string, { readonly source: string; readonly version: string }>>;
  };
}

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
  const there = JSON.parse(readFileSync(state, "utf8")).backend ?? {};
  const sameBackend = Object.entries(backend).every(
    ([type, config]) =>
      there.type === type && Object.entries(config).every(([key, value]) => there.config?.[key] === value),
  );
  const locked = readFileSync(lock, "utf8");
  return (
    sameBackend &&
    Object.values(providers).every(({ source, version }) => {
      const full = `registry.terraform.io/${source.includes("/") ? source : `hashicorp/${source}`}`;
      const installed = path.join(data, "providers", full, version);
      const isLocked = locked.includes(`provider "${full}" {\n  version     = "${version}"`);
      return isLocked && existsSync(installed) && readdirSync(installed).length > 0;
    })
  );
}
