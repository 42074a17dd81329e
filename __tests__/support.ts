import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { everyStack, fixedRelease, synthesizeEvery } from "../commands/every-stack";
import pmcrmProduction from "../environments/pmcrm/production";
import pmcrmStaging from "../environments/pmcrm/staging";
import type { EnvironmentInput } from "../schema/environment";
import type { ByEnvironment, Raw } from "../schema/files";
import type { Freeze } from "../schema/freeze";
import { type Configuration, InvalidConfiguration, validate } from "../schema/load";
import { type Release, releaseId } from "../schema/release";
import { type SystemInput, systemSchema } from "../schema/system";
import { synthesize } from "../stacks/synthesize";
import pmcrm from "../systems/pmcrm";

export const ROOT = path.resolve(__dirname, "..");

/** pmcrm's files as written, to be changed by a test. */
export interface Files {
  /** The system's name, when it is not pmcrm. */
  name?: string;
  /** Environments of other systems. */
  elsewhere?: Raw["elsewhere"];
  system: SystemInput & Required<Pick<SystemInput, "database">>;
  staging: EnvironmentFiles;
  production: EnvironmentFiles;
  /** Further environments, by name. */
  others?: Record<string, EnvironmentFiles>;
}

export interface EnvironmentFiles {
  environment: EnvironmentInput & Required<Pick<EnvironmentInput, "database">>;
  release: Release;
  /** The release that runs beside it, and its share in per cent. */
  candidate?: Release;
  share?: number;
  /** The freeze by hand. */
  freeze?: Freeze;
  /** The release that a rollback has left. */
  left?: Release;
  /** Whether the database is that of the release that was left. */
  databaseAhead?: boolean;
  /** Values of variables that the rollback brought back. */
  restored?: Record<string, string>;
}

/** A deep copy that shares nothing, as structuredClone's would where the original repeats an object. */
const copy = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

/** pmcrm's files with the fixed release, to be changed. */
export function filesOfPmcrmOnVercel(): Files {
  const release = fixedRelease(ROOT, systemSchema.parse(pmcrm));
  return {
    system: copy(pmcrm),
    staging: { environment: copy(pmcrmStaging), release: copy(release) },
    production: { environment: copy(pmcrmProduction), release: copy(release) },
  };
}

/** The same without the frontend on Vercel, which has tests of its own. */
export function filesOfPmcrm(): Files {
  const { system, staging, production } = filesOfPmcrmOnVercel();
  const { frontends, vercel, ...others } = system;
  const { CORS_ORIGINS, NEXT_PUBLIC_API_URL, ...variables } = system.variables;
  const { backend } = system.services;
  const without = ({ environment, release }: EnvironmentFiles): EnvironmentFiles => {
    const { frontends, vercel, ...rest } = environment;
    return { environment: rest, release: { version: release.version, images: release.images } };
  };
  Object.assign(backend as object, { variables: backend?.variables?.filter((name) => name !== "CORS_ORIGINS") });
  return { system: { ...others, variables }, staging: without(staging), production: without(production) };
}

/** A release's name; none where a test made something of it that no file can hold. */
function idOf(release: Release): string | undefined {
  try {
    return releaseId(release);
  } catch {
    return undefined;
  }
}

/** The files as a checkout holds them. */
export function rawOf({ system, staging, production, others, elsewhere }: Files): Raw {
  const all = Object.entries({ staging, production, ...others });
  return {
    system,
    environments: Object.fromEntries(all.map(([name, { environment }]) => [name, environment])),
    releases: Object.fromEntries(
      all.flatMap(([name, { release, candidate, share, freeze, left, ...back }], i) => {
        const id = idOf(release) ?? String(i).repeat(16);
        const beside = candidate && releaseId(candidate);
        return [
          [id, release],
          ...(beside ? [[beside, candidate]] : []),
          ...(left ? [[releaseId(left), left]] : []),
          [
            name,
            {
              ...{ stable: id, candidate: beside, share, freeze },
              ...(left && { left: [releaseId(left)], ...(back.databaseAhead && { database: releaseId(left) }) }),
              variables: back.restored,
            },
          ],
        ];
      }),
    ),
    elsewhere,
  };
}

/**
 * Files of a further environment, like another one but for what each must have alone. Its ranges begin with
 * 10.`second`; it takes 16 of the second numbers.
 */
export function beside(
  { environment, release }: EnvironmentFiles,
  name = "production-us",
  second = 128,
): EnvironmentFiles {
  const services = Object.entries(environment.services).map(([service, size]) => [
    service,
    { ...size, hosts: size.hosts?.length ? [`${service}.${name}.pmcrm.io`] : [] },
  ]);
  return {
    release,
    environment: {
      ...copy(environment),
      project: `pmcrm-${name}`,
      stateBucket: `pmcrm-${name}-terraform-state`,
      deployer: `deployer@pmcrm-${name}.iam.gserviceaccount.com`,
      network: {
        nodes: `10.${second}.0.0/20`,
        pods: `10.${second + 4}.0.0/14`,
        services: `10.${second + 8}.0.0/20`,
        datastores: `10.${second + 9}.0.0/20`,
      },
      services: Object.fromEntries(services),
    },
  };
}

/** pmcrm's configuration after a change to its files. */
export function configuration(change: (files: Files) => void = () => {}, env: NodeJS.ProcessEnv = {}): Configuration {
  const files = filesOfPmcrm();
  change(files);
  return validate(files.name ?? "pmcrm", rawOf(files), env);
}

/** The lines that a change to pmcrm's files is refused with; none when it is accepted. */
export function problems(change: (files: Files) => void, env: NodeJS.ProcessEnv = {}): string[] {
  try {
    configuration(change, env);
    return [];
  } catch (error) {
    if (error instanceof InvalidConfiguration) return error.message.split("\n");
    throw error;
  }
}

// biome-ignore lint/suspicious/noExplicitAny: Terraform's JSON, looked into by tests
export type Json = any;

/** A synthesized stack. */
export interface Stack {
  readonly json: Json;
  /** The file as written. */
  readonly text: string;
  /** Arguments of a resource, by its address; fails when there is none. */
  resource(address: string): Json;
  /** The one resource whose address begins so and ends with a digest: its address and its arguments. */
  digested(start: string): readonly [string, Json];
  /** Every resource: address and arguments. */
  readonly resources: readonly (readonly [string, Json])[];
}

/**
 * Synthesizes all stacks into a temporary folder and reads them back, for Testing.synth skips what a real synth does.
 */
export function synth(change?: (files: Files) => void, env: NodeJS.ProcessEnv = {}): ByEnvironment<Stack> {
  const outdir = mkdtempSync(path.join(os.tmpdir(), "synth-"));
  try {
    const made = configuration(change, env);
    synthesize(made, env, outdir);
    const names = Object.keys(made.environments);
    return Object.fromEntries(names.map((name) => [name, read(outdir, name)])) as unknown as ByEnvironment<Stack>;
  } finally {
    rmSync(outdir, { recursive: true });
  }
}

/** Every system's stacks as written, by name: those of the environments by default. The first test file that needs them synthesizes them for all. */
export async function synthEvery(stacks = everyStack(ROOT)): Promise<Map<string, Stack>> {
  const folder = path.join(process.env.SHARED_FOLDER as string, "every-stack");
  const done = path.join(folder, "done");
  try {
    mkdirSync(folder);
    await synthesizeEvery(ROOT, folder);
    writeFileSync(done, "");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    const until = Date.now() + 50_000;
    while (!existsSync(done)) {
      if (Date.now() > until)
        throw new Error("the test file that synthesizes every stack has failed, or takes too long");
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  return new Map(stacks.map(({ name, system, environment }) => [name, read(path.join(folder, system), environment)]));
}

/** The one resource whose address is a beginning, an underscore and a digest; fails when there is none, or two. */
export function onlyDigested(resources: Stack["resources"], start: string): readonly [string, Json] {
  const found = resources.filter(([a]) => a.startsWith(`${start}_`) && /^[0-9a-f]{8}$/.test(a.slice(start.length + 1)));
  const [only] = found;
  if (!only || found.length > 1)
    throw new Error(`not one ${start}_<digest> among\n${resources.map(([a]) => a).join("\n")}`);
  return only;
}

export function read(outdir: string, name: string): Stack {
  const text = readFileSync(path.join(outdir, "stacks", name, "cdk.tf.json"), "utf8");
  const json = JSON.parse(text) as Json;
  const resources = Object.entries(json.resource as Record<string, Record<string, Json>>).flatMap(([type, byName]) =>
    Object.entries(byName).map(([id, config]) => [`${type}.${id}`, config] as const),
  );
  return {
    json,
    text,
    resources,
    digested: (start) => onlyDigested(resources, start),
    resource(address) {
      const found = resources.find(([a]) => a === address);
      if (!found) throw new Error(`no ${address} among\n${resources.map(([a]) => a).join("\n")}`);
      return found[1];
    },
  };
}
