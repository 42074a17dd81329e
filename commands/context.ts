import path from "node:path";
import { type Environment, type EnvironmentName, environmentNames } from "../schema/environment";
import { InvalidConfiguration, load, systemName } from "../schema/load";
import type { System } from "../schema/system";

export interface Context {
  readonly systemName: string;
  readonly system: System;
  readonly environmentName: EnvironmentName;
  readonly environment: Environment;
}

/**
 * Runs a command on the environment that its first argument names, or says how to call it: exit 2 for a wrong call,
 * exit 1 for a wrong configuration.
 */
export async function onEnvironment(usage: string, run: (context: Context) => void): Promise<void> {
  const environmentName = environmentNames.find((name) => name === process.argv[2]);
  if (!environmentName || process.argv.length > 3) {
    console.error(usage);
    process.exitCode = 2;
    return;
  }
  const root = path.resolve(__dirname, "..");
  try {
    const name = systemName(root, process.env);
    const { system, environments } = await load(root, name, process.env);
    run({ systemName: name, system, environmentName, environment: environments[environmentName].environment });
  } catch (error) {
    if (!(error instanceof InvalidConfiguration)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
