import { App } from "cdktf";
import { withFixedRelease } from "../commands/every-stack";
import { type ByEnvironment, type Raw, readFiles } from "../schema/files";
import { InvalidConfiguration, validate } from "../schema/load";
import { releasesFolder } from "../schema/release";
import type { EnvironmentStack } from "../stacks/environment-stack";
import { build } from "../stacks/synthesize";
import { numbers } from "./mutations";
import { type Json, ROOT } from "./support";

/** `NAMES_SEED` draws the same names again, `NAMES` more of them. A failure says what was drawn. */
const SEED = Number(process.env.NAMES_SEED ?? Math.floor(Math.random() * 1e9));
const COUNT = Number(process.env.NAMES ?? 200);

type Role = "service" | "task" | "generated" | "supplied";
const ROLES: readonly Role[] = ["service", "task", "generated", "supplied"];
const SYSTEMS = ["pmcrm", "enterprise"] as const;
type System = (typeof SYSTEMS)[number];

/** A name that nothing of ours has. */
const FREE = "zebra";

const files = {} as Record<System, Raw>;
/** Resources of production, by address. */
type Resources = ReadonlyMap<string, string>;
const plain = {} as Record<System, Resources>;
const withFree = {} as Record<System, Record<Role, Resources>>;
let names: string[];

beforeAll(async () => {
  const found = new Set<string>();
  for (const system of SYSTEMS) {
    const { raw } = await readFiles(ROOT, system);
    const { environments } = await withFixedRelease(ROOT, system);
    const running = Object.entries(environments as ByEnvironment<{ release: object }>).map(
      ([name, { release }]) => [name, release] as const,
    );
    files[system] = { ...raw, releases: releasesFolder(Object.fromEntries(running)), protected: undefined };
    const base = built(system, (it) => it);
    plain[system] = base.resources;
    for (const name of namesIn(system, base)) found.add(name);
    withFree[system] = Object.fromEntries(
      ROLES.map((role) => [role, built(system, (it) => added(it, role, FREE)).resources]),
    ) as unknown as Record<Role, Resources>;
  }
  names = [...found].sort();
});

/** Files with a further service, task or variable of this name, which is like others. */
function added(raw: Raw, role: Role, name: string): Raw {
  const { system, environments, ...rest } = structuredClone(raw) as Json;
  const first = Object.keys(system.services)[0] as string;
  if (role === "service") {
    const { rateLimits: _, ...service } = system.services[first];
    system.services[name] = structuredClone(service);
    system.database.connectionsPerPod = 1;
    for (const environment of Object.values<Json>(environments))
      environment.services[name] = { replicas: service.autoscale ? { min: 3, max: 4 } : 3 };
  } else if (role === "task") {
    const [task] = Object.values<Json>(system.tasks ?? {});
    const { image, pool, resources } = system.services[first];
    system.tasks = {
      ...system.tasks,
      [name]: structuredClone(
        task ?? { image, pool, resources, command: ["true"], changesDatabase: false, deadlineSeconds: 60 },
      ),
    };
  } else {
    const variable = name.toUpperCase().replace(/-/g, "_");
    system.variables[variable] = role === "generated" ? { kind: "generated", length: 32 } : { kind: "supplied" };
    for (const service of Object.values<Json>(system.services))
      service.variables = [...(service.variables ?? []), variable];
  }
  return { system, environments, ...rest };
}

/** Production as it would be written, and its resources. */
function built(system: System, change: (raw: Raw) => Raw) {
  const configuration = validate(system, change(files[system]), {});
  const { production } = configuration.environments;
  const [stack] = build(
    new App({ skipValidation: true }),
    { ...configuration, environments: { production } as Json },
    {},
  );
  const { resource, ephemeral } = (stack as EnvironmentStack).toTerraform() as Json;
  const all = {
    ...resource,
    ...Object.fromEntries(Object.entries(ephemeral ?? {}).map(([k, v]) => [`ephemeral.${k}`, v])),
  };
  const resources = new Map<string, string>();
  for (const [type, byName] of Object.entries<Json>(all))
    for (const [id, { "//": _, ...config }] of Object.entries<Json>(byName))
      resources.set(`${type}.${id}`, JSON.stringify(config));
  return { stack: stack as EnvironmentStack, resources };
}

/** Every name in a stack that a service could have: ids of constructs, parts of addresses, names of objects. */
function namesIn(system: System, { stack, resources }: ReturnType<typeof built>): string[] {
  const ids = stack.node.findAll().flatMap(({ node }) => [node.id, ...node.id.split(/[-_]/)]);
  const parts = [...resources.keys()].flatMap((address) => address.split(/[._]/));
  const inside = [...resources.values()].flatMap((text) =>
    [...text.matchAll(/"(?:name|account_id|secret_id|namespace)\\?":\\?"([\w.-]+)/g)].flatMap(([, name = ""]) => [
      name,
      name.replace(`${system}-`, ""),
      ...name.split("."),
    ]),
  );
  return [...ids, ...parts, ...inside]
    .map((name) => name.toLowerCase().replace(/[^a-z0-9]+/g, "-"))
    .filter((name) => /^[a-z]([-a-z0-9]{0,38}[a-z0-9])?$/.test(name));
}

/** What is wrong with the outcome of a further thing of this name. */
function wrong(system: System, role: Role, name: string): string | undefined {
  const { services, tasks } = files[system].system as Json;
  // A file cannot have a name twice: this would replace the system's own service or task.
  if (Object.hasOwn({ service: services, task: tasks ?? {} }[role as string] ?? {}, name)) return undefined;
  let after: Resources;
  try {
    after = built(system, (raw) => added(raw, role, name)).resources;
  } catch (error) {
    if (!(error instanceof InvalidConfiguration)) return error instanceof Error ? error.stack : String(error);
    return error.problems.every(({ path, rule, remedy }) => path && rule && remedy) ? undefined : error.message;
  }
  const free = withFree[system][role];
  // What a free name leaves as it is, this name must leave as it is, too.
  for (const [address, before] of plain[system])
    if (free.get(address) === before && after.get(address) !== before)
      return `${address} ${after.has(address) ? "has changed" : "is lost"}`;
  return after.size === free.size ? undefined : `${after.size} resources in place of ${free.size}`;
}

test("no service, task or variable takes a name of ours: it is refused, or nothing of ours is lost or changed", () => {
  expect(names.length).toBeGreaterThan(200);
  const random = numbers(SEED);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const tried = new Map<string, string | undefined>();
  const failed = new Map<string, string>();
  for (let i = 0; i < COUNT; i++) {
    const [system, role, name] = [pick(SYSTEMS), pick(ROLES), pick(names)];
    const what = `${system}: a ${role} ${name}`;
    if (!tried.has(what)) tried.set(what, wrong(system, role, name));
    const said = tried.get(what);
    if (said) failed.set(what, said);
  }
  console.info(`${COUNT} names drawn from ${names.length}, ${tried.size} different; NAMES_SEED=${SEED}`);
  if (failed.size)
    throw new Error(
      `NAMES_SEED=${SEED} NAMES=${COUNT}\n${[...failed].map(([what, how]) => `${what}: ${how}`).join("\n")}`,
    );
}, 3_600_000);

test.each<[System, Role, string]>([
  ["enterprise", "service", "postgresql-backup"],
  ["pmcrm", "service", "postgresql-backup"],
  ["pmcrm", "service", "stored"],
  ["pmcrm", "service", "dumps"],
  ["enterprise", "task", "acme-solver"],
  ["enterprise", "service", "certificate"],
  ["pmcrm", "task", "default"],
  ["pmcrm", "service", "workload"],
  ["pmcrm", "supplied", "database-password"],
])("%s: a %s of the name %s is refused", (system, role, name) => {
  expect(() => built(system, (raw) => added(raw, role, name))).toThrow(InvalidConfiguration);
});

test.each<[System, Role, string]>([
  ["pmcrm", "service", "postgresql"],
  ["pmcrm", "service", "identity"],
  ["pmcrm", "task", "migration"],
  ["pmcrm", "service", "config"],
  ["enterprise", "service", "traefik"],
  ["enterprise", "task", "redis"],
  ["pmcrm", "generated", "stored"],
  ["pmcrm", "supplied", "backend"],
])("%s: a %s of the name %s is accepted, and nothing of ours changes", (system, role, name) => {
  expect(() => built(system, (raw) => added(raw, role, name))).not.toThrow();
  expect(wrong(system, role, name)).toBeUndefined();
});
