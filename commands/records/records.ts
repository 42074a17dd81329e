import { randomUUID } from "node:crypto";
import { recordsBucket } from "../../facts/names";
import { type Configuration, environmentOf } from "../../schema/load";
import { npmRun } from "../../schema/npm-run";
import { renew } from "../google/credentials";
import { bucketOf } from "../google/storage";
import { Refused } from "../refused";
import { type Event, eventSchema } from "./event";

/** Records of an environment, which are facts about its releases. */
export interface Records {
  /** All events, in no order. @throws Refused if Google does not answer with them */
  list(): Promise<Event[]>;
  /** Adds an event. @throws Refused if it is not kept */
  add(event: Event): Promise<void>;
}

/** Environment whose records are meant. */
interface Place {
  readonly systemName: string;
  readonly environmentName: string;
  readonly environment: { readonly project: string; readonly deployer: string };
}

/** Requests at a time. */
const AT_A_TIME = 32;

/** Records in the bucket that bootstrap creates: objects that the deployer can create, and neither replace nor delete. */
export function recordsOf(place: Place): Records {
  const { systemName, environmentName, environment } = place;
  const name = recordsBucket(environment.project);
  const bucket = bucketOf(name, (status) => remedyOf(status, place));
  const folder = `${systemName}/${environmentName}/`;

  return {
    async list() {
      const events: Event[] = [];
      const left = await bucket.list(folder);
      const read = async () => {
        for (let object = left.pop(); object !== undefined; object = left.pop())
          events.push(parsed(`gs://${name}/${object}`, (await bucket.read(object))?.text ?? ""));
      };
      await Promise.all(Array.from({ length: AT_A_TIME }, read));
      return events;
    },
    add: (event) =>
      bucket.create(
        `${folder}${event.at}-${event.kind}-${randomUUID().slice(0, 8)}.json`,
        `${JSON.stringify(event, null, 2)}\n`,
      ),
  };
}

/** The records of one of a system's environments. */
export const recordsIn = (configuration: Configuration, environmentName: string): Records =>
  recordsOf({
    systemName: configuration.name,
    environmentName,
    environment: environmentOf(configuration, environmentName).environment,
  });

/** @throws Refused if an object is no record */
function parsed(object: string, text: string): Event {
  try {
    return eventSchema.parse(JSON.parse(text));
  } catch {
    throw new Refused(`${object} is not a record that this program can read. Update the program.`);
  }
}

/** What to do about an error of Cloud Storage's. */
function remedyOf(status: number, { systemName, environmentName, environment: { deployer } }: Place): string {
  if (status === 404)
    return `The bucket of the environment's records is missing. Create it: ${npmRun(systemName, "bootstrap", environmentName)}`;
  if (status === 401)
    return `${renew(deployer)}\nFor a command on another environment than ${environmentName}, log in as that one's deployer.`;
  if (status === 403)
    return `Use the credentials of the environment's deployer, ${deployer}; see docs/first-deploy.md#4-install-the-credential-plugin. The deployer of an environment that takes releases from ${environmentName} reads its records after npm run bootstrap of that environment.`;
  return "Run the same command again.";
}
