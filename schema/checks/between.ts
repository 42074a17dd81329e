import { overlaps, parseCidr } from "../../facts/cidr";
import { type Environment, environmentNames, rangesOf } from "../environment";
import { dotted, type Problem } from "../problem";

/** An environment's file: what is in it, and which of its sections have the right shape. */
export interface EnvironmentFile {
  readonly file: string;
  readonly value: Environment;
  readonly valid: ReadonlySet<string>;
}

/** An environment of another system, as read: nobody has validated it. */
export interface Elsewhere {
  readonly file: string;
  readonly environment: unknown;
}

const OWN = ["project", "stateBucket", "deployer"] as const;

/** What must hold between a system's environments, and between them and those of other systems. */
export function between(
  staging: EnvironmentFile,
  production: EnvironmentFile,
  elsewhere: readonly Elsewhere[],
): Problem[] {
  const problems: Problem[] = [];
  const say = ({ file }: EnvironmentFile, path: readonly PropertyKey[], value: unknown, rule: string, remedy: string) =>
    problems.push({ path: `${file} ${dotted(path)}`, value, rule, remedy });

  for (const key of OWN)
    if (staging.valid.has(key) && staging.value[key] === production.value[key])
      say(staging, [key], staging.value[key], "is production's too", "give each environment its own");

  const taken = new Set(hostsOf(production).map(({ host }) => host));
  for (const { host, path } of hostsOf(staging))
    if (taken.has(host)) say(staging, path, host, "is a host of production too", "choose another name");

  if (staging.valid.has("network") && production.valid.has("network"))
    for (const { path, text } of rangesOf(staging.value.network))
      for (const { name: other, text: otherText } of rangesOf(production.value.network)) {
        const [range, before] = [parseCidr(text), parseCidr(otherText)];
        if (range && before && overlaps(range, before))
          say(
            staging,
            path,
            text,
            `must not overlap production's ${other} (${before.canonical}): the two networks could never be connected`,
            "choose another range",
          );
      }

  for (const [i, environment] of [staging, production].entries()) {
    const others = environmentNames.filter((_, other) => other !== i);
    const named = [
      ...OWN.flatMap((key) => (environment.valid.has(key) ? [{ path: [key], text: environment.value[key] }] : [])),
      ...hostsOf(environment).map(({ path, host }) => ({ path, text: host })),
    ];
    for (const { path, text } of named)
      for (const other of others)
        if (
          text.split(/[^a-z0-9]/).includes(other) &&
          !problems.some((said) => said.path === `${environment.file} ${dotted(path)}`)
        )
          say(environment, path, text, `is ${other}'s by its name`, "use this environment's own");
  }

  for (const { file, environment } of elsewhere) {
    const hosts = rawHosts(environment);
    for (const mine of [staging, production]) {
      for (const { host, path } of hostsOf(mine))
        if (hosts.includes(host)) say(mine, path, host, `is a host of ${file} too`, "choose another name");
      if (mine.valid.has("project") && mine.value.project === field(environment, "project"))
        say(mine, ["project"], mine.value.project, `is the project of ${file} too`, "give each system its own");
    }
  }
  return problems;
}

const hostsOf = ({ valid, value }: EnvironmentFile) =>
  valid.has("services")
    ? Object.entries(value.services).flatMap(([service, { hosts }]) =>
        hosts.map((host, i) => ({ host, path: ["services", service, "hosts", i] })),
      )
    : [];

const field = (value: unknown, key: string): unknown =>
  value !== null && typeof value === "object" && Object.hasOwn(value, key)
    ? (value as Readonly<Record<string, unknown>>)[key]
    : undefined;

function rawHosts(environment: unknown): unknown[] {
  const services = field(environment, "services");
  return services !== null && typeof services === "object"
    ? Object.values(services).flatMap((service) => field(service, "hosts"))
    : [];
}
