import { mkdirSync } from "node:fs";
import path from "node:path";
import { type Configuration, environmentOf, load, systemName } from "../schema/load";
import { synthesize } from "../stacks/synthesize";
import type { BrokenVersions } from "./rehearsal";

const ROOT = path.resolve(__dirname, "..");

type Files = Configuration["environments"]["production"];

/** A stack of the checkout's system and further versions of it, synthesized as they are asked for. */
export interface Versions {
  readonly system: string;
  /** As its files say. */
  readonly first: string;
  /** With another digest of every image. */
  release(): string;
  /** With variables that pods crash with, and with others that they do not. */
  broken(): BrokenVersions;
  /** With protections lifted. */
  destroyable(): string;
}

/** Synthesizes a stack by its name, below a folder. */
export async function versionsOf(name: string, outdir: string, env: NodeJS.ProcessEnv): Promise<Versions> {
  const configuration = await load(ROOT, systemName(ROOT, env), env);
  const files = environmentOf(configuration, name);
  const write = (version: string, changed: Partial<Files>): string => {
    const out = path.join(outdir, version);
    mkdirSync(out, { recursive: true });
    const environments = { ...configuration.environments, [name]: { ...files, ...changed } };
    synthesize({ ...configuration, environments }, env, out);
    return path.join(out, "stacks", name);
  };
  const { environment, release } = files;
  return {
    system: configuration.name,
    first: write("first", {}),
    release: () =>
      write("release", {
        release: {
          version: `${release.version}-next`,
          images: Object.fromEntries(Object.keys(release.images).map((image) => [image, DIGEST])),
        },
      }),
    broken: () => {
      const migrations = Object.values(configuration.system.migrations).flatMap(({ variables }) => variables);
      const withVariables = (version: string, value: string, which: (name: string) => boolean = () => true) => {
        const variables = Object.fromEntries(
          Object.entries(environment.variables).map(([name, before]) => [name, which(name) ? value : before]),
        );
        return write(version, { environment: { ...environment, variables } });
      };
      return {
        services: withVariables("broken-services", "crashing", (name) => !migrations.includes(name)),
        everything: withVariables("broken", "crashing-too"),
        next: withVariables("next", "changed"),
      };
    },
    destroyable: () => write("destroyable", { environment: { ...environment, allowDestroy: true } }),
  };
}

/** Of an image that nobody made. */
const DIGEST = `sha256:${"f".repeat(64)}`;
