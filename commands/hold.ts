import { checkRelease, configurationFor } from "./context";
import { person } from "./git";
import { checkReason } from "./reason";
import { standing } from "./records/history";
import { recordsIn } from "./records/records";
import { orRefused } from "./refused";

interface Asked {
  readonly reason: string;
  readonly dryRun?: boolean;
}

/** Keeps a release from being deployed into an environment and those after it, or lifts that. */
async function change(kind: "hold" | "unhold", environmentName: string, release: string, asked: Asked): Promise<void> {
  checkReason("--reason", asked.reason);
  const configuration = await configurationFor(environmentName);
  checkRelease(configuration, environmentName, release);
  const records = recordsIn(configuration, environmentName);
  const { held } = standing(await records.list(), release);
  if ((held !== undefined) === (kind === "hold"))
    return console.log(held ? `${release} is held already: ${held.reason}` : `Nothing holds ${release}.`);
  if (asked.dryRun) return console.log(`${release} would be ${kind === "hold" ? "held" : "free"} (--dry-run).`);
  await records.add({ kind, at: new Date().toISOString(), by: person(), release, reason: asked.reason });
  console.log(`${release} is ${kind === "hold" ? "held" : "free"} in ${environmentName}: ${asked.reason}`);
}

export const main = (...call: Parameters<typeof change>): Promise<void> => orRefused(() => change(...call));
