import { overlaps, parseCidr } from "../../facts/cidr";
import { githubEnvironment, planEnvironment } from "../bootstrap";
import { type Environment, rangesOf } from "../environment";
import { dotted, type Problem } from "../problem";
import { DATASTORES } from "../variable";

/** An environment's file: its name, its content, and the sections that have the right shape. */
export interface EnvironmentFile {
  readonly name: string;
  readonly file: string;
  readonly value: Environment;
  readonly valid: ReadonlySet<string>;
}

/** An environment of another system, before validation. */
export interface Elsewhere {
  readonly file: string;
  readonly environment: unknown;
}

const OWN = ["project", "stateBucket", "deployer"] as const;
const NAMES = { project: "project", stateBucket: "state bucket", deployer: "deployer" } as const;

/** The project of a service account. */
const projectOf = (email: string): string => email.replace(/^.*@/, "").replace(/\..*$/, "");

/** What must hold between a system's environments, and between them and those of other systems. */
export function between(environments: readonly EnvironmentFile[], elsewhere: readonly Elsewhere[]): Problem[] {
  const problems: Problem[] = [];
  const say: Say = ({ file }, path, value, rule, remedy) =>
    problems.push({ path: `${file} ${dotted(path)}`, value, rule, remedy });

  // If a disposable environment shares a value with production, the problem is that of the disposable one.
  const ranked = [
    ...environments.filter(({ value }) => value.purpose === "production"),
    ...environments.filter(({ value }) => value.purpose !== "production"),
  ];
  for (const [i, mine] of ranked.entries()) {
    const others = ranked.slice(0, i);
    for (const key of OWN) {
      const other = mine.valid.has(key) && others.find(({ value }) => value[key] === mine.value[key]);
      if (other) say(mine, [key], mine.value[key], `is also that of ${other.name}`, "give each environment its own");
    }
    for (const { host, path } of hostsOf(mine)) {
      const other = others.find((it) => hostsOf(it).some((taken) => taken.host === host));
      if (other) say(mine, path, host, `is also a host of ${other.name}`, "choose another name");
    }
    for (const other of others) {
      jobsApart(mine, other, say);
      rangesApart(mine, other, say);
      serversApart(mine, other, say);
    }
  }

  for (const mine of environments) {
    const named: { path: readonly PropertyKey[]; text: string; word?: string }[] = [
      ...OWN.flatMap((key) => (mine.valid.has(key) ? [{ path: [key], text: mine.value[key] }] : [])),
      ...(mine.valid.has("bootstrap") && mine.value.bootstrap.github.environment
        ? [{ path: ["bootstrap", "github", "environment"], text: mine.value.bootstrap.github.environment }]
        : []),
      ...hostsOf(mine).map(({ path, host }) => ({ path, text: host })),
      ...outsideOf(mine).flatMap(({ servers, named }) => [
        ...servers.map(({ path, host }) => ({ path, text: host, word: instanceOf(host) })),
        ...named,
      ]),
    ];
    for (const { path, text, word = text } of named) {
      const other = environments.find(({ name }) => name !== mine.name && isNamedAfter(word, name, mine.name));
      if (other && !problems.some((said) => said.path === `${mine.file} ${dotted(path)}`))
        say(mine, path, text, `contains the name of ${other.name}`, "use a name of this environment");
    }
  }

  for (const mine of environments) {
    const from = mine.valid.has("verifiedIn") ? mine.value.verifiedIn?.environment : undefined;
    if (from === undefined) continue;
    const others = environments.filter(({ name, value }) => name !== mine.name && value.purpose !== "production");
    if (!others.some(({ name }) => name === from))
      say(
        mine,
        ["verifiedIn", "environment"],
        from,
        "is not an environment of the system that comes before this one: another one, which is not a production",
        others.length
          ? `use one of ${others.map(({ name }) => name).join(", ")}`
          : "add an environment, such as staging",
      );
  }

  for (const { file, environment } of elsewhere) {
    const hosts = rawHosts(environment);
    for (const mine of environments) {
      for (const { host, path } of hostsOf(mine))
        if (hosts.includes(host)) say(mine, path, host, `is also a host of ${file}`, "choose another name");
      for (const key of OWN)
        if (mine.valid.has(key) && mine.value[key] === field(environment, key))
          say(mine, [key], mine.value[key], `is also the ${NAMES[key]} of ${file}`, "give each system its own");
      const { project, deployer } = mine.value;
      const theirs = field(environment, "project");
      const said = project === theirs || deployer === field(environment, "deployer");
      if (mine.valid.has("deployer") && !said && projectOf(deployer) === theirs)
        say(
          mine,
          ["deployer"],
          deployer,
          `is an account in the project of ${file}`,
          "use an account of this environment's project",
        );
    }
  }
  return problems;
}

type Say = (
  environment: EnvironmentFile,
  path: readonly PropertyKey[],
  value: unknown,
  rule: string,
  remedy: string,
) => void;

/**
 * Otherwise, jobs that deploy or plan one environment could get tokens of the other one's deployer. Environments of GitHub
 * have the same name if they differ only in capitals.
 */
function jobsApart(mine: EnvironmentFile, other: EnvironmentFile, say: Say): void {
  if (!mine.valid.has("bootstrap") || !other.valid.has("bootstrap")) return;
  if (mine.value.bootstrap.github.repositoryId !== other.value.bootstrap.github.repositoryId) return;
  const [here, there] = [mine, other].map(({ name, value: { bootstrap } }) =>
    [githubEnvironment(bootstrap, name), planEnvironment(bootstrap, name)].map((it) => it.toLowerCase()),
  );
  if (here?.some((it) => there?.includes(it)))
    say(
      mine,
      ["bootstrap", "github", "environment"],
      mine.value.bootstrap.github.environment,
      `is also the GitHub environment in which jobs of ${other.name} deploy or plan`,
      "give each environment its own",
    );
}

function rangesApart(mine: EnvironmentFile, other: EnvironmentFile, say: Say): void {
  if (!mine.valid.has("network") || !other.valid.has("network")) return;
  for (const { path, text } of rangesOf(mine.value.network))
    for (const { name, text: otherText } of rangesOf(other.value.network)) {
      const [range, before] = [parseCidr(text), parseCidr(otherText)];
      if (range && before && overlaps(range, before))
        say(
          mine,
          path,
          text,
          `must not overlap ${other.name}'s ${name} (${before.canonical}): the two networks could never be connected`,
          "choose another range in the newer of the two files",
        );
    }
}

/**
 * Two environments must not have one datastore outside, because each would change and empty the other's data. One server can
 * have several databases, but the keys of a cache and the indexes of a search have the same names in both environments.
 */
function serversApart(mine: EnvironmentFile, other: EnvironmentFile, say: Say): void {
  const taken = outsideOf(other).flatMap(({ servers }) => servers.map(({ address }) => address));
  for (const { store, servers } of outsideOf(mine))
    for (const { path, host, address } of servers)
      if (taken.includes(address))
        say(mine, path, host, `is also the ${store} of ${other.name}`, "give each environment its own");
}

/** The datastores that somebody else runs: their servers, and other names that say whose they are. */
const outsideOf = ({ valid, value }: EnvironmentFile) =>
  DATASTORES.flatMap((store) => {
    const choice = valid.has(store) ? value[store] : undefined;
    if (choice?.kind !== "external") return [];
    const login = { name: "", user: "", pooler: undefined, ...choice };
    const servers = [
      { path: [store, "host"], host: login.host, port: login.port },
      ...(login.pooler ? [{ path: [store, "pooler", "host"], ...login.pooler }] : []),
    ].map((server) => ({ ...server, address: `${store} ${server.host}:${server.port}/${login.name}` }));
    return [
      { store, servers, named: (["name", "user"] as const).map((key) => ({ path: [store, key], text: login[key] })) },
    ];
  });

/** The part of a provider's host that its customer can choose: the first label, without a region such as eu-central-1. */
const instanceOf = (host: string): string => (host.split(".")[0] ?? "").replace(/\b[a-z]{2}-[a-z]+-\d+/, "");

/**
 * Whether a text contains all words of another environment's name. A text that contains all words of this environment's
 * name does not count if that name contains the other: `acme-production-us` names production in staging, but not in
 * production-us.
 */
function isNamedAfter(text: string, other: string, mine: string): boolean {
  const words = new Set(text.split(/[^a-z0-9]/));
  const has = (name: string) => name.split("-").every((word) => words.has(word));
  const within = other.split("-").every((word) => mine.split("-").includes(word));
  return has(other) && !(within && has(mine));
}

const hostsOf = ({ valid, value }: EnvironmentFile) => [
  ...(valid.has("services")
    ? Object.entries(value.services).flatMap(([service, { hosts }]) =>
        hosts.map((host, i) => ({ host, path: ["services", service, "hosts", i] })),
      )
    : []),
  ...(valid.has("frontends")
    ? Object.entries(value.frontends).flatMap(([frontend, hosts]) =>
        hosts.map((host, i) => ({ host, path: ["frontends", frontend, i] })),
      )
    : []),
  ...(valid.has("buckets")
    ? Object.entries(value.buckets).flatMap(([bucket, { host }]) =>
        host === undefined ? [] : [{ host, path: ["buckets", bucket, "host"] }],
      )
    : []),
];

const field = (value: unknown, key: string): unknown =>
  value !== null && typeof value === "object" && Object.hasOwn(value, key)
    ? (value as Readonly<Record<string, unknown>>)[key]
    : undefined;

function rawHosts(environment: unknown): unknown[] {
  const within = (key: string) => Object.values(Object(field(environment, key)) as object);
  return [
    ...within("services").flatMap((service) => field(service, "hosts")),
    ...within("frontends").flat(),
    ...within("buckets").map((bucket) => field(bucket, "host")),
  ];
}
