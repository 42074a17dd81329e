import { isNode, numbers } from "./mutations";
import { type Files, filesOfPmcrm, problems } from "./support";

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

test("a secret in place of a name is not shown", () => {
  const token = `ghp_${"a1B2".repeat(9)}`;
  const lines = problems(({ system }) => Object.assign(system.variables, { [token]: "x" }));
  expect(lines).toEqual([
    expect.stringMatching(/^systems\/pmcrm\.ts \(a name that looks like a secret\) = a string: /),
  ]);
});

test("a mirror in the environment is not shown when it has a password", () => {
  const lines = problems(() => {}, { CHARTS_MIRROR: `https://u:${WORD}@mirror.example/charts` }).join("\n");
  expect(lines).toMatch(/^CHARTS_MIRROR = a string: /);
});

/** `SHOWN_SEED` makes the same changes again, `SHOWN` more of them. */
const SEED = Number(process.env.SHOWN_SEED ?? Math.floor(Math.random() * 1e9));
const COUNT = Number(process.env.SHOWN ?? 200);

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
