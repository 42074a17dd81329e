import { type Configuration, environmentOf } from "../../schema/load";
import type { Event } from "../records/event";
import { recordsIn } from "../records/records";

/** What is known of an environment, and of the one that verifies its releases. */
export interface Facts {
  readonly here: readonly Event[];
  readonly before?: readonly Event[];
}

/** Reads what is known. @throws Refused if the records cannot be read */
export async function factsOf(configuration: Configuration, environmentName: string): Promise<Facts> {
  const source = environmentOf(configuration, environmentName).environment.verifiedIn?.environment;
  const [here, before] = await Promise.all([
    recordsIn(configuration, environmentName).list(),
    source === undefined ? undefined : recordsIn(configuration, source).list(),
  ]);
  return { here, before };
}
