import { AUTOPILOT_MOST, autopilotResources } from "../facts/autopilot";
import { decodedPath, isBelow, normalPath } from "../facts/paths";
import { parseCpu, parseMemory } from "../facts/quantity";
import { refuseUnnamedSystem } from "../schema/refusals";
import type { Anything } from "./bad-inputs/support";
import { addModules } from "./modules";
import { numbers } from "./mutations";
import { configuration, problems } from "./support";

/** `PROPERTY_SEED` makes the same cases again, `PROPERTY_CASES` more of them. A failure names the seed of its own. */
const SEED = Number(process.env.PROPERTY_SEED ?? Math.floor(Math.random() * 1e9));
const CASES = Number(process.env.PROPERTY_CASES ?? 100);

interface Random {
  readonly below: (n: number) => number;
  readonly pick: <T>(from: readonly T[]) => T;
  readonly list: <T>(most: number, make: () => T) => T[];
}

/** Tests a property in many cases. */
const property = (what: string, holds: (random: Random) => void) =>
  test(`${what} (${CASES} cases)`, () => {
    for (let seed = SEED; seed < SEED + CASES; seed++) {
      const random = numbers(seed);
      const below = (n: number) => Math.floor(random() * n);
      const pick = <T>(from: readonly T[]) => from[below(from.length)] as T;
      const list = <T>(most: number, make: () => T) => Array.from({ length: below(most + 1) }, make);
      try {
        holds({ below, pick, list });
      } catch (error) {
        throw new Error(`PROPERTY_SEED=${seed} PROPERTY_CASES=1: ${(error as Error).message}`);
      }
    }
  });

/** One of many spellings of a path: escapes that are needed or not, empty and dotted segments. */
function spelling({ below, pick, list }: Random, segments: readonly string[]): string {
  const spelt = (text: string) =>
    [...text]
      .map((character) => {
        const hex = character.charCodeAt(0).toString(16).padStart(2, "0");
        return below(4) ? character : `%${pick([hex, hex.toUpperCase()])}`;
      })
      .join("");
  const detours = () => list(2, () => pick(["", ".", "x/..", "%2e", "x/%2E%2e"]));
  return `/${[...detours(), ...segments.flatMap((segment) => [spelt(segment), ...detours()])].join("/")}`;
}
const NAMES = ["sales", "saleshealth", "metrics", "a", "a.b", "~x", "v1-2"];

property(
  "an environment has what its modules' services use, and one that connects to another's is refused",
  (random) => {
    const withCore = random.below(2) === 1;
    const on = ["crm", "jobs", ...(withCore ? ["core"] : [])].filter(() => random.below(2));
    const change = (files: Anything) => {
      addModules(files);
      const { system, production } = files;
      if (withCore) system.modules.core = { title: "Core", services: ["backend"] };
      const { environment } = production;
      environment.modules = on;
      for (const [name, { services }] of Object.entries<Anything>(system.modules))
        if (!on.includes(name)) for (const service of services) delete environment.services[service];
      const services = Object.keys(environment.services).map((name) => system.services[name]);
      const run = services.length ? [...services, system.tasks.migrate] : []; // every service waits for it
      const used = run.flatMap(({ variables }) => variables);
      for (const name of Object.keys(environment.variables))
        if (!used.includes(name)) delete environment.variables[name];
    };
    const lines = problems(change);
    const broken = withCore && on.includes("crm") && !on.includes("core");
    expect(lines.map((line) => line.replace(/.* = "backend": (.*), which.*/, "$1"))).toEqual(
      broken ? ["is a service of the module core"] : [],
    );
    if (broken) return;
    const { system } = configuration(change).environments.production;
    const workloads = [...Object.values(system.services), ...Object.values(system.tasks)];
    expect(Object.hasOwn(system.services, "crm-api")).toBe(on.includes("crm"));
    for (const { variables, after } of workloads) {
      expect(Object.keys(system.variables)).toEqual(expect.arrayContaining(variables));
      expect(Object.keys(system.tasks)).toEqual(expect.arrayContaining(after));
    }
    expect(Object.keys(system.images)).toEqual(on.includes("crm") ? ["crm"] : []);
    expect(Object.keys(system.variables).filter((name) => !workloads.some((w) => w.variables.includes(name)))).toEqual(
      [],
    );
  },
);

property(
  "metrics on the public port are accepted only where no server reads the path below the public one",
  (random) => {
    const prefix = `/${[random.pick(NAMES), ...random.list(1, () => random.pick(NAMES))].join("/")}`;
    const within = random.below(2) ? prefix.slice(1).split("/") : [];
    const path = spelling(random, [...within, ...random.list(2, () => random.pick(NAMES))]);
    const accepted = !problems(({ system }: Anything) => {
      const service = system.services.backend;
      Object.assign(service, {
        paths: [prefix],
        rateLimits: [],
        metrics: { ...service.metrics, port: service.port, path },
      });
    }).length;
    // Node's parser resolves the dots, escaped ones too.
    const read = decodeURIComponent(new URL(path.replace(/\/{2,}/g, "/"), "http://host").pathname).replace(/\/+/g, "/");
    if (accepted && (read === prefix || read.startsWith(`${prefix}/`)))
      throw new Error(`${path} is read as ${read}, below ${prefix}`);
    const normal = normalPath(path);
    if (!accepted && normal === path && !isBelow(read, prefix)) throw new Error(`${path} is refused below ${prefix}`);
  },
);

property("a path's normal form is its own, and means the same", (random) => {
  const path = spelling(
    random,
    random.list(3, () => random.pick(NAMES)),
  );
  const normal = normalPath(path);
  if (normalPath(normal) !== normal) throw new Error(`${path}: ${normal} and ${normalPath(normal)}`);
  if (decodedPath(normal) !== decodedPath(path)) throw new Error(`${path}: ${normal} means something else`);
});

property("a quantity is read exactly, or not at all, and Autopilot has room for what validation accepts", (random) => {
  const digits = String(random.below(10)).padEnd(1 + random.below(random.pick([3, 8, 400])), "1234567890");
  const [cpu, memory] = [digits + random.pick(["", "m"]), digits + random.pick(["Mi", "Gi"])];
  for (const read of [parseCpu(cpu), parseMemory(memory)])
    if (read !== undefined && (!Number.isSafeInteger(read) || read <= 0))
      throw new Error(`${digits} is read as ${read}`);
  const resources = { cpu, cpuLimit: cpu, memory, memoryLimit: memory };
  const refusedLines = problems((files: Anything) => {
    files.production.environment.cluster = { mode: "autopilot", channel: "REGULAR", maintenance: "03:00" };
    delete files.production.environment.monitoring.pool;
    files.system.services.backend.resources = resources;
  }).filter((line) => line.includes(".resources."));
  if (refusedLines.length) return;
  const given = autopilotResources(resources);
  if ((parseCpu(given.cpu) ?? 0) > AUTOPILOT_MOST.cpu || (parseMemory(given.memory) ?? 0) > AUTOPILOT_MOST.memory)
    throw new Error(`${cpu} and ${memory} are given ${given.cpu} and ${given.memory}`);
});

const { environments } = configuration();
const OPTIONS = [
  "--auto-approve",
  "--parallelism",
  "3",
  "-o",
  "out",
  "--var",
  "a=b",
  "--",
  "--no-color=true",
  "staging",
];

/** A text that cdktf takes for production, in quotes or as an option or not. */
function meaningProduction({ below, pick }: Random): string {
  const at = below("production".length);
  const [before, letter, after] = ["production".slice(0, at), "production".charAt(at), "production".slice(at + 1)];
  const pattern = pick([
    "production",
    `${before}?${after}`,
    `${before}*`,
    `*${after}`,
    `${before}[${letter}x]${after}`,
    `${before}{${letter},x}${after}`,
    `${before}@(${letter}|x)${after}`,
    `${before}+(${letter})${after}`,
    `${before}[!x]${after}`,
    `{x,${before}${letter}${after}}`,
    "!staging",
    "!(staging)",
  ]);
  return pick([pattern, `"${pattern}"`, `'${pattern}'`, `--stacks=${pattern}`]);
}

property(
  "in CI without SYSTEM, no command line that means production is accepted, and none that does not is refused",
  (random) => {
    const { pick, list } = random;
    const [before, after] = [list(4, () => pick(OPTIONS)), list(4, () => pick(OPTIONS))];
    const changing = ["deploy", "apply", "destroy", "watch"];
    const refused = (...args: string[]) => {
      const line = [
        pick(["node", "/usr/bin/node"]),
        pick(["/a/.bin/cdktf", "cdktf", "/a/bundle/bin/cdktf.js"]),
        ...args,
      ];
      try {
        refuseUnnamedSystem({ environments }, { CI: "true" }, () => [["sh", "-c", "x"], line, ["bash"]]);
        return false;
      } catch {
        return true;
      }
    };
    const meant = meaningProduction(random);
    const line = [...list(2, () => pick(["--log-level", "INFO"])), pick(changing), ...before, meant, ...after];
    if (!refused(...line)) throw new Error(`${line.join(" ")} is accepted`);
    const harmless = pick([
      "staging",
      "stag*",
      "!production",
      "prod",
      "Production",
      "productions",
      "#production",
      "production-us",
    ]);
    for (const args of [
      [pick(changing), ...before, harmless, ...after],
      [pick(["diff", "plan", "synth", "list", "output"]), ...before, meant],
    ])
      if (refused(...args)) throw new Error(`${args.join(" ")} is refused`);
  },
);
