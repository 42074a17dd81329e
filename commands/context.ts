import path from "node:path";
import type { Environment } from "../schema/environment";
import { environmentsIn } from "../schema/files";
import { environmentOf, load, systemName } from "../schema/load";
import { report } from "../schema/report";
import type { System } from "../schema/system";

export interface Context {
  readonly systemName: string;
  readonly system: System;
  readonly environmentName: string;
  readonly environment: Environment;
}

const ROOT = path.resolve(__dirname, "..");

/**
 * Runs a command on the environment that its first argument names. Exits with 2 and prints the usage for a wrong call, and
 * exits with 1 for a wrong configuration.
 */
export async function onEnvironment(usage: string, run: (context: Context) => void): Promise<void> {
  const [environmentName = "", ...others] = process.argv.slice(2);
  try {
    const name = systemName(ROOT, process.env);
    const known = environmentsIn(ROOT, name);
    if (!known.includes(environmentName) || others.length) {
      const wrong =
        environmentName && !known.includes(environmentName) ? `${environmentName}: is not an environment\n\n` : "";
      console.error(`${wrong}${usage}\n\nEnvironments of ${name}: ${known.join(", ")}.`);
      process.exitCode = 2;
      return;
    }
    const configuration = await load(ROOT, name, process.env);
    const { environment } = environmentOf(configuration, environmentName);
    run({ systemName: name, system: configuration.system, environmentName, environment });
  } catch (error) {
    report(error);
  }
}
