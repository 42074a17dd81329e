import path from "node:path";
import type { Environment } from "../schema/environment";
import { environmentsIn } from "../schema/files";
import { toTheEnd } from "../schema/finish";
import { environmentOf, load, systemName } from "../schema/load";
import type { System } from "../schema/system";
import { asksForHelp } from "./help";

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
export function onEnvironment(usage: string, run: (context: Context) => void | Promise<void>): Promise<void> {
  return toTheEnd(async () => {
    const args = process.argv.slice(2);
    if (asksForHelp(args)) return console.log(usage);
    const [environmentName = "", ...others] = args;
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
    const { system, environment } = environmentOf(configuration, environmentName);
    await run({ systemName: name, system, environmentName, environment });
  });
}
