import { mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { bootstrapStackName } from "../facts/names";
import { environmentsIn, readFiles, systemsIn } from "../schema/files";
import { type Configuration, InvalidConfiguration, validate } from "../schema/load";
import { type Release, releasesFolder, uniformRelease } from "../schema/release";
import { type System, systemSchema } from "../schema/system";
import { synthesize } from "../stacks/synthesize";

/** A stack of some system: `<system>.<environment>`. */
export interface Stack {
  readonly name: string;
  readonly system: string;
  readonly environment: string;
}

/** Every system's stacks. */
export const everyStack = (root: string): Stack[] =>
  systemsIn(root).flatMap((system) =>
    environmentsIn(root, system).map((environment) => ({ name: `${system}.${environment}`, system, environment })),
  );

/** The bootstrap stack of every environment. */
export const everyBootstrapStack = (root: string): Stack[] =>
  everyStack(root).map(({ system, environment }) => {
    const name = bootstrapStackName(environment);
    return { name: `${system}.${name}`, system, environment: name };
  });

/** The version and the digest of every image in inventories, so that no release changes them. */
const FIXED_RELEASE = path.join("__tests__", "release.json");

/** A release of the images that a system runs. */
export function fixedRelease(root: string, system: System): Release {
  const { version, digest } = JSON.parse(readFileSync(path.join(root, FIXED_RELEASE), "utf8"));
  return uniformRelease(system, version, digest);
}

/** A system as its files say, with the fixed release in every environment in place of those in releases/. */
export async function withFixedRelease(root: string, name: string): Promise<Configuration> {
  const { raw, problems } = await readFiles(root, name);
  if (problems.length) throw new InvalidConfiguration(problems);
  const system = systemSchema.safeParse(raw.system);
  const release = system.success ? fixedRelease(root, system.data) : undefined;
  const running = Object.fromEntries(Object.keys(raw.environments).map((environment) => [environment, release]));
  return validate(name, { ...raw, releases: { ...raw.releases, ...(release && releasesFolder(running)) } }, {});
}

/**
 * Synthesizes every system below a folder with the fixed release, as from a shell that sets nothing; the answer finds a
 * stack's folder there. Protected lists are not compared, because nobody deploys these stacks.
 */
export async function synthesizeEvery(root: string, outdir: string): Promise<(stack: Stack) => string> {
  mkdirSync(outdir, { recursive: true });
  for (const system of systemsIn(root))
    synthesize(withoutLists(await withFixedRelease(root, system)), {}, path.join(outdir, system));
  return ({ system, environment }) => path.join(outdir, system, "stacks", environment);
}

function withoutLists(configuration: Configuration): Configuration {
  const environments = Object.entries(configuration.environments).map(([name, files]) => [
    name,
    { ...files, protectedList: undefined },
  ]);
  return { ...configuration, environments: Object.fromEntries(environments) };
}

export const stackText = (folder: string): string => readFileSync(path.join(folder, "cdk.tf.json"), "utf8");
