import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import pmcrmProduction from "../environments/pmcrm/production";
import pmcrmStaging from "../environments/pmcrm/staging";
import { everyStack, synthesizeEvery } from "../rehearsal/inventory";
import productionRelease from "../releases/pmcrm/production.json";
import stagingRelease from "../releases/pmcrm/staging.json";
import type { EnvironmentInput, EnvironmentName } from "../schema/environment";
import { type Configuration, InvalidConfiguration, type Raw, validate } from "../schema/load";
import type { Release } from "../schema/release";
import type { SystemInput } from "../schema/system";
import { synthesize } from "../stacks/synthesize";
import pmcrm from "../systems/pmcrm";

export const ROOT = path.resolve(__dirname, "..");

/** pmcrm's files as written, to be changed by a test. */
export interface Files {
  /** The system's name, when it is not pmcrm. */
  name?: string;
  /** Environments of other systems. */
  elsewhere?: Raw["elsewhere"];
  system: SystemInput;
  staging: { environment: EnvironmentInput; release: Release };
  production: { environment: EnvironmentInput; release: Release };
}

export const FILE_NAMES = {
  system: "systems/pmcrm.ts",
  staging: { environment: "environments/pmcrm/staging.ts", release: "releases/pmcrm/staging.json" },
  production: { environment: "environments/pmcrm/production.ts", release: "releases/pmcrm/production.json" },
};

/** A deep copy that shares nothing, as structuredClone's would where the original repeats an object. */
const copy = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

/** pmcrm's files, to be changed. */
export const filesOfPmcrm = (): Files => ({
  system: copy(pmcrm),
  staging: { environment: copy(pmcrmStaging), release: copy(stagingRelease) },
  production: { environment: copy(pmcrmProduction), release: copy(productionRelease) },
});

/** pmcrm's configuration after a change to its files. */
export function configuration(change: (files: Files) => void = () => {}, env: NodeJS.ProcessEnv = {}): Configuration {
  const files = filesOfPmcrm();
  change(files);
  return validate(files.name ?? "pmcrm", FILE_NAMES, files, env);
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
 * Synthesizes both stacks into a temporary folder and reads them back, for Testing.synth skips what a real synth does.
 */
export function synth(change?: (files: Files) => void, env: NodeJS.ProcessEnv = {}): Record<EnvironmentName, Stack> {
  const outdir = mkdtempSync(path.join(os.tmpdir(), "synth-"));
  const quiet = jest.spyOn(console, "error").mockImplementation(() => {});
  try {
    synthesize(configuration(change, env), env, outdir);
    return { staging: read(outdir, "staging"), production: read(outdir, "production") };
  } finally {
    quiet.mockRestore();
    rmSync(outdir, { recursive: true });
  }
}

/** Every system's stacks as written, by name. */
export async function synthEvery(): Promise<Map<string, Stack>> {
  const outdir = mkdtempSync(path.join(os.tmpdir(), "synth-every-"));
  const quiet = jest.spyOn(console, "error").mockImplementation(() => {});
  try {
    await synthesizeEvery(ROOT, outdir);
    return new Map(
      everyStack(ROOT).map(({ name, system, environment }) => [name, read(path.join(outdir, system), environment)]),
    );
  } finally {
    quiet.mockRestore();
    rmSync(outdir, { recursive: true });
  }
}

/** The one resource whose address is a beginning, an underscore and a digest; fails when there is none, or two. */
export function onlyDigested(resources: Stack["resources"], start: string): readonly [string, Json] {
  const found = resources.filter(([a]) => a.startsWith(`${start}_`) && /^[0-9a-f]{8}$/.test(a.slice(start.length + 1)));
  const [only] = found;
  if (!only || found.length > 1)
    throw new Error(`not one ${start}_<digest> among\n${resources.map(([a]) => a).join("\n")}`);
  return only;
}

export function read(outdir: string, name: EnvironmentName): Stack {
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
