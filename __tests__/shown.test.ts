import { inspect } from "node:util";
import { describe as line } from "../schema/problem";
import { isNode, numbers } from "./mutations";
import { configuration, type Files, filesOfPmcrm, problems } from "./support";

// biome-ignore lint/suspicious/noExplicitAny: the changes write values that the types refuse
type Anything = any;

/** A secret that looks like none. */
const WORD = "correct-horse";

const SECRET_MANAGER = "remove it: npm run secrets prints the commands that put a secret into Secret Manager";

/** Likely mistakes, each with what the line says about it. */
const MISTAKES: Readonly<Record<string, readonly [change: (files: Files) => void, says: string]>> = {
  "the value of a supplied variable": [
    ({ system }) => Object.assign(system.variables.OPENAI_API_KEY as object, { value: WORD }),
    `variables.OPENAI_API_KEY.value = a string: is not a known key; ${SECRET_MANAGER}`,
  ],
  "the number of a supplied variable": [
    ({ system }) => Object.assign(system.variables.OPENAI_API_KEY as object, { value: 12345678 }),
    `variables.OPENAI_API_KEY.value = a number: is not a known key; ${SECRET_MANAGER}`,
  ],
  "a receiver's key": [
    ({ production }) => Object.assign(production.environment.monitoring.receiver as object, { key: WORD }),
    `monitoring.receiver.key = a string: is not a known key; ${SECRET_MANAGER}`,
  ],
  "a receiver's URL": [
    ({ production }) => Object.assign(production.environment.monitoring.receiver as object, { url: WORD }),
    "monitoring.receiver.url = a string: is not a known key",
  ],
  "a database's password under another name": [
    ({ production }) => Object.assign(production.environment.database, { pass: WORD }),
    `database.pass = a string: is not a known key; ${SECRET_MANAGER}`,
  ],
  "a password of the wrong type": [
    ({ production }) => Object.assign(production.environment.database, { password: WORD }),
    "database.password = a string: must be an object",
  ],
  "a password that is a number": [
    ({ production }) => Object.assign(production.environment.database, { password: 12345678 }),
    "database.password = a number: must be an object",
  ],
  "a variable of a kind that is unknown": [
    ({ system }) => Object.assign(system.variables, { LOG_LEVEL: { kind: WORD, value: WORD } }),
    "variables.LOG_LEVEL.kind = a string: is not a known kind",
  ],
  "a variable that is a list": [
    ({ system }) => Object.assign(system.variables, { LOG_LEVEL: [WORD] }),
    "variables.LOG_LEVEL = a list: must be text or say where the value comes from",
  ],
  "a variable that the system does not have": [
    ({ production }) => Object.assign(production.environment.variables as object, { DB: WORD }),
    "variables.DB = a string: is not a variable of the system",
  ],
  "a word of a command": [
    ({ system }) => (system.services.worker as Anything).command.push(`${WORD}\u0000`),
    "command.2 = a string: must be plain text",
  ],
  "an object in place of a text": [
    ({ production }) => Object.assign(production.environment, { region: { name: WORD } }),
    "region = an object: must be a region",
  ],
  "an object with a getter": [
    ({ production }) => Object.defineProperty(production.environment.database, "login", { get: () => WORD }),
    "database.login = nothing: must be a value, not a getter",
  ],
  "a class's instance": [
    ({ production }) =>
      Object.assign(production.environment, {
        cache: new (class {
          login = WORD;
        })(),
      }),
    "cache = an object: must be a plain object or list",
  ],
  "a key of a service in a field of another type": [
    ({ production }) => Object.assign(production.environment, { region: `0${"1a".repeat(16)}` }),
    "region = a string: is not a known region",
  ],
  "a mirror with a password": [
    ({ production }) =>
      Object.assign(production.environment, { chartsMirror: `https://u:${WORD}@mirror.example/charts` }),
    "chartsMirror = a string: ",
  ],
};

test.each(Object.entries(MISTAKES))("%s is not shown", (_what, [change, says]) => {
  const lines = problems(change).join("\n");
  expect(lines).toContain(says);
  expect(lines).not.toMatch(/horse|12345678|1a1a/);
});

/** Passwords, as people choose them. */
const PASSWORDS = [
  "hunter2",
  "Tr0ub4dor&3",
  "s3cr3t",
  "letmein",
  "Summer2024!",
  "correct-horse-battery-staple",
  "12345678",
];

/** Fields in which a pasted password is wrong, of every kind: choices, names, places, lists and names of records. */
const FIELDS: Readonly<Record<string, (files: Files, password: string) => void>> = {
  "a choice": ({ production }, password) => Object.assign(production.environment, { purpose: password }),
  "a kind": ({ production }, kind) => Object.assign(production.environment.monitoring, { receiver: { kind } }),
  "a channel": ({ production }, channel) =>
    Object.assign(production.environment.monitoring, { receiver: { kind: "slack", channel } }),
  "Datadog's site": ({ production }, site) => Object.assign(production.environment, { datadog: { site } }),
  "an object": ({ production }, password) => Object.assign(production.environment, { datadog: password }),
  "an e-mail address": ({ production }, email) => Object.assign(production.environment.monitoring, { email }),
  "a range": ({ production }, pods) => Object.assign(production.environment.network, { pods }),
  "a database's name": ({ system }, word) => Object.assign(system.database, { name: `${word}!`, user: `${word}!` }),
  "a connection": ({ system }, word) => (system.services.worker as Anything).connects.push(word),
  "a list of variables": ({ system }, word) =>
    (system.services.worker as Anything).variables.push(word, `DB_PASSWORD=${word}`),
  "an image": ({ system }, word) => Object.assign(system.services.worker as Anything, { image: `u:${word}@host/x` }),
  "a repository": ({ production }, word) =>
    Object.assign(production.environment, {
      repository: `u:${word}@h.example/r`,
      registries: [`u:${word}@h.example/`],
    }),
  "a host": ({ production }, word) =>
    Object.assign(production.environment.services.backend as Anything, { hosts: [`u:${word}@h.example.com`] }),
  "a release's digest": ({ production }, word) => Object.assign(production.release.images, { backend: word }),
  "names of records": ({ system, production }, word) => {
    Object.assign(production.environment, { generations: { [`${word}!`]: 2 } });
    Object.assign(production.environment.cluster, { authorizedNetworks: { [`office:${word}`]: "10.0.0.0/8" } });
    Object.assign(system.services, { [`${word} `]: {} });
  },
  "names that are unknown": ({ system }, word) =>
    Object.assign(system, { [`DB_PASSWORD=${word}`]: true, [`DB_PASSWORD: ${word}`]: true, [`token:${word}`]: 1 }),
};

test.each(Object.keys(FIELDS))("a password in place of %s is not shown", (field) => {
  for (const password of PASSWORDS) {
    const lines = problems((files) => FIELDS[field]?.(files, password));
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.join("\n")).not.toContain(password);
  }
});

test("the variable of a pasted line is shown", () => {
  expect(problems(({ system }) => Object.assign(system, { "DB_PASSWORD=hunter2": true }))).toEqual([
    `systems/pmcrm.ts ["DB_PASSWORD=..."] = true: is not a known key; ${SECRET_MANAGER}`,
  ]);
});

test("a rule and a remedy show no word that looks like a secret, and no problem needs to say so", () => {
  const token = `ghp_${"a1B2".repeat(9)}`;
  expect(line({ path: "file", value: 1, rule: `collides with ${token}`, remedy: `rename ${token} here` })).toBe(
    "file = 1: collides with ...; rename ... here",
  );
});

test.each([
  ...["europe-west", "e2-standard-5", "10.4.0.0/33", "0.5Gi", "1.33.5-gke.1000", "POSTGRES_14", "24:00", "prod"],
  ...["api.internal", "https://charts.example.com/stable", "oncall@pmcrm", "2026-01-31", "/health", "worker2"],
  ...["pmcrm-production-terraform-state", "Web_API", "kube-system", "STRIPE_KEY", "europe-west1-docker.pkg.dev/p/r"],
])("%s is shown: it is no password, and the line is clearer with it", (value) => {
  const problem = { path: "environments/pmcrm/production.ts field", value, rule: "is wrong", remedy: "use worker" };
  expect(line(problem)).toContain(JSON.stringify(value));
});

test("a secret in place of a name is not shown", () => {
  const token = `ghp_${"a1B2".repeat(9)}`;
  const lines = problems(({ system }) => Object.assign(system.variables, { [token]: "x" }));
  expect(lines).toEqual([expect.stringMatching(/^systems\/pmcrm\.ts variables\["..."\] = a string: /)]);
});

test("a secret is not shown where the error is printed as an object, as one that nobody catches is", () => {
  try {
    configuration(({ staging }) => Object.assign(staging.environment as Anything, { logLocation: { password: WORD } }));
  } catch (error) {
    expect(inspect(error)).toBe((error as Error).message);
    expect(inspect({ cause: error })).not.toContain(WORD);
  }
  expect.assertions(2);
});

test("a mirror in the environment is not shown when it has a password", () => {
  const lines = problems(() => {}, { CHARTS_MIRROR: `https://u:${WORD}@mirror.example/charts` }).join("\n");
  expect(lines).toMatch(/^CHARTS_MIRROR = a string: /);
});

/** `SHOWN_SEED` makes the same changes again, `SHOWN` more of them. */
const SEED = Number(process.env.SHOWN_SEED ?? Math.floor(Math.random() * 1e9));
const COUNT = Number(process.env.SHOWN ?? 100);

const KEYS = ["value", "key", "pass", "url", "dsn", "login", "token", "x", "password", "auth", "kind2", "0", "Value"];

/** Records whose names are free, so that no name in them is unknown. */
const FREE = ["images", "services", "tasks", "nodePools", "authorizedNetworks", "generations", "parameters"];

/** Puts a secret into an object of the files: under a name that it does not know, or in an object in place of a value. */
function plant(files: Files, seed: number): string {
  const random = numbers(seed);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const nodes: Record<string, unknown>[] = [];
  const collect = (node: Record<string, unknown>): void => {
    nodes.push(node);
    for (const [key, value] of Object.entries(node)) if (isNode(value) && !FREE.includes(key)) collect(value);
  };
  for (const { environment, release } of [files.production, files.staging]) {
    collect(environment as Anything);
    collect(release as Anything);
  }
  collect(files.system as Anything);
  const node = pick(nodes);
  const secret = pick<unknown>([WORD, { a: WORD }, [WORD], [{ [pick(KEYS)]: WORD }], 12345678]);
  const known = Object.keys(node).filter((name) => !Array.isArray(node) && !FREE.includes(name));
  const key = random() < 0.5 || known.length === 0 ? pick(KEYS) : pick(known);
  const value = known.includes(key) ? { [pick(KEYS)]: secret } : secret;
  if (Array.isArray(node)) node.push({ [key]: secret });
  else node[key] = value;
  return key;
}

test("a secret under any unknown name of any object is not shown", () => {
  for (let seed = SEED; seed < SEED + COUNT; seed++) {
    const files = filesOfPmcrm();
    const key = plant(files, seed);
    const lines = problems((target) => Object.assign(target, files)).join("\n");
    if (!lines || /horse|12345678/.test(lines)) throw new Error(`SHOWN_SEED=${seed} SHOWN=1: ${key}: ${lines}`);
  }
});
