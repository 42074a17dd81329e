import { configurationFor } from "./context";
import type { Event } from "./records/event";
import { deploys, inTime } from "./records/history";
import { recordsIn } from "./records/records";
import { orRefused } from "./refused";
import { counted } from "./words";

interface Asked {
  readonly json?: boolean;
  readonly last?: number;
}

/** Lines that say what happened to an environment's releases, the newest first. */
export function historyLines(events: readonly Event[], versions: Readonly<Record<string, string>>): string[] {
  const ends = new Map(deploys(events).map(({ begun, ended }) => [begun.deploy, ended]));
  const named = (id: string) => `${id}${versions[id] ? ` (${versions[id]})` : ""}`;
  return inTime(events)
    .reverse()
    .flatMap((event): string[] => {
      const line = (what: string) => [`${event.at.slice(0, 19)}Z  ${what}, by ${event.by}`];
      switch (event.kind) {
        case "deploy-ended":
          return []; // its deploy's line says it
        case "deploy-begun": {
          const { release, candidate, share, rollback, migrates, approved } = event;
          const ended = ends.get(event.deploy);
          const outcome = ended
            ? `${ended.succeeded ? "succeeded" : "FAILED"} after ${counted(ended.minutes, "minute")}`
            : "has not ended";
          return line(
            [
              `${rollback ? "rollback to" : "deploy of"} ${named(release)}`,
              ...(candidate ? [`with ${share} % for ${named(candidate)}`] : []),
              outcome,
              ...(migrates.length ? [`ran ${migrates.join(" and ")}`] : []),
              ...(approved ? [`without a verification (${approved.reason})`] : []),
            ].join(", "),
          );
        }
        case "verification": {
          const failed = event.checks.filter(({ result }) => result !== "ok").map(({ name }) => name);
          return line(
            `verification of ${named(event.release)} ${event.passed ? "passed" : `did NOT pass: ${failed.join(", ")}`}`,
          );
        }
        case "scan": {
          const found = event.vulnerabilities.map(({ id, image }) => `${id} in ${image}`);
          return line(
            `scan of ${named(event.release)} found ${found.length ? found.join(", ") : "no critical vulnerability"}`,
          );
        }
        default:
          return line(`${event.kind} of ${named(event.release)}: ${event.reason}`);
      }
    });
}

async function history(environmentName: string, { json, last }: Asked): Promise<void> {
  const configuration = await configurationFor(environmentName);
  const events = await recordsIn(configuration, environmentName).list();
  if (json) return console.log(JSON.stringify(inTime(events).slice(-(last ?? events.length)), null, 2));
  const versions = Object.fromEntries(Object.entries(configuration.releases).map(([id, { version }]) => [id, version]));
  const lines = historyLines(events, versions).slice(0, last);
  console.log(lines.length ? lines.join("\n") : `Nothing was deployed to ${environmentName} yet.`);
}

export const main = (...call: Parameters<typeof history>): Promise<void> => orRefused(() => history(...call));
