import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { inspect } from "node:util";
import { checkout } from "../commands/checkout";
import { environmentSchema } from "../schema/environment";
import { environmentFile } from "../schema/files";
import { type Configuration, InvalidConfiguration, validate } from "../schema/load";
import { plain } from "../schema/plain";
import { releaseSchema } from "../schema/release";
import { systemSchema } from "../schema/system";
import { synthesize } from "../stacks/synthesize";
import { environmentsOf, everythingOf, isNode, mutate } from "./mutations";
import { type Files, filesOfPmcrmOnVercel, rawOf } from "./support";

/** `MUTATION_SEED` makes the same mutations again, `MUTATIONS` more of them. A failure names the seed of its own. */
const SEED = Number(process.env.MUTATION_SEED ?? Math.floor(Math.random() * 1e9));
const COUNT = Number(process.env.MUTATIONS ?? 50);
const NAMES = ["staging", "production"] as const;
const seeds = Array.from({ length: COUNT }, (_, i) => SEED + i);

/** pmcrm's files after the mutations of a seed, and how they end: accepted, or refused with problems. */
function outcome(rootsOf: (files: Files) => readonly unknown[], seed: number) {
  const files = filesOfPmcrmOnVercel();
  const how = mutate(rootsOf(files), seed).join(", ");
  try {
    return { files, how, accepted: validate("pmcrm", rawOf(files), {}) };
  } catch (error) {
    if (error instanceof InvalidConfiguration) return { files, how, refused: error };
    throw new Error(
      `MUTATION_SEED=${seed} MUTATIONS=1: ${how} ends in ${error instanceof Error ? error.stack : error}`,
    );
  }
}

const LINE =
  /^(systems\/pmcrm\.ts|environments\/pmcrm\/(staging|production)\.ts|releases\/pmcrm\/[0-9a-f]{16}\.json)( \S.*?)? = .+?: .+; .+$/;
/** Zod's words, and JavaScript's. */
const FOREIGN = /\[object |undefined|invalid input|too (small|big)|expected|zod|Error\b|\bat \S+:\d+/i;

/** What is wrong with a refusal. */
function unreadable({ message, problems }: InvalidConfiguration): string | undefined {
  const lines = message.split("\n");
  if (!problems.length || lines.length !== problems.length) return message;
  if (problems.some(({ rule, remedy }) => !rule.trim() || !remedy.trim())) return message;
  const foreign = problems.find(({ rule, remedy }) => FOREIGN.test(`${rule} ${remedy}`));
  return foreign?.rule ?? lines.find((line) => !LINE.test(line) || /[^ -~]|\[object |undefined/.test(line));
}

/** What of the files an accepted configuration has not, or has otherwise, but for defaults and for escapes. */
function lost(files: Files, { declared, environments }: Configuration): string | undefined {
  return [
    { schema: systemSchema, given: files.system, taken: declared },
    ...NAMES.flatMap((name) => [
      { schema: environmentSchema, given: files[name].environment, taken: environments[name].environment },
      { schema: releaseSchema, given: files[name].release, taken: environments[name].release },
    ]),
  ]
    .map(({ schema, given, taken }) => {
      const again = schema.safeParse(texts(taken, (text) => text.replace(/([$%])\1\{/g, "$1{")));
      return again.success
        ? missing(given, taken, "")
        : `a shape that the schema does not know: ${again.error.message}`;
    })
    .find(Boolean);
}

function missing(given: unknown, taken: unknown, at: string): string | undefined {
  if (!isNode(given)) {
    const same = Object.is(
      texts(given, (text) => text.replace(/([$%])\{/g, "$1$1{")),
      taken,
    );
    return same || given === undefined ? undefined : `${at} = ${inspect(given)}`;
  }
  if (!isNode(taken) || Array.isArray(given) !== Array.isArray(taken)) return at;
  return Object.getOwnPropertyNames(given)
    .filter((key) => given[key] !== undefined)
    .map((key) =>
      Object.hasOwn(taken, key)
        ? missing(given[key], taken[key], `${at}.${key}`)
        : `${at}.${key} = ${inspect(given[key])}`,
    )
    .find(Boolean);
}

/** Why the stacks of an accepted configuration cannot be built. */
function unbuildable(accepted: Configuration): string | undefined {
  const outdir = mkdtempSync(path.join(os.tmpdir(), "mutations-"));
  try {
    synthesize(accepted, {}, outdir);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.stack : String(error);
  } finally {
    rmSync(outdir, { recursive: true });
  }
}

const texts = (value: unknown, change: (text: string) => string): unknown => {
  if (typeof value === "string") return change(value);
  if (Array.isArray(value)) return value.map((v) => texts(v, change));
  return isNode(value) ? Object.fromEntries(Object.entries(value).map(([k, v]) => [k, texts(v, change)])) : value;
};

test.each([
  ["environments", environmentsOf],
  ["files", everythingOf],
] as const)("mutated %s are refused in readable lines, or accepted with all that is in them", (_what, rootsOf) => {
  let refusals = 0;
  for (const seed of seeds) {
    const { files, how, accepted, refused } = outcome(rootsOf, seed);
    const wrong = refused ? unreadable(refused) : (lost(files, accepted) ?? unbuildable(accepted));
    if (wrong) throw new Error(`MUTATION_SEED=${seed} MUTATIONS=1: ${how}: ${wrong}`);
    if (refused) refusals++;
  }
  console.info(`${refusals} of ${COUNT} mutations refused, the others accepted; MUTATION_SEED=${SEED}`);
});

/** A value as a module that exports it; nothing when it is more than text can say. */
function moduleOf(value: unknown): string | undefined {
  if (plain("", value).problems.length) return undefined; // a prototype is not in the text
  const endless = { depth: Infinity, maxArrayLength: Infinity, maxStringLength: Infinity, breakLength: Infinity };
  const text = inspect(value, endless);
  try {
    return inspect(new Function(`return ${text}`)(), endless) === text ? `export default ${text};\n` : undefined;
  } catch {
    return undefined;
  }
}

test("three rejected mutations make the program exit with 1, print the same lines and write nothing", async () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), "mutations-"));
  try {
    checkout(folder);
    const before = readdirSync(folder);
    let left = 3;
    for (let seed = SEED; left > 0; seed++) {
      const { files, refused } = outcome(environmentsOf, seed);
      const modules = NAMES.map((name) => [name, moduleOf(files[name].environment)] as const);
      if (!refused || modules.some(([, text]) => text === undefined)) continue;
      left--;
      for (const [name, text] of modules)
        writeFileSync(path.join(folder, environmentFile("pmcrm", name)), text as string);
      const ended = await new Promise((resolve) => {
        execFile(
          process.execPath,
          ["--import", "tsx", "main.ts"],
          { cwd: folder, env: process.env },
          (error, stdout, stderr) => resolve({ seed, code: error?.code, stdout, stderr }),
        );
      });
      const { length } = refused.problems;
      const heading = `${length} ${length === 1 ? "problem" : "problems"} in the configuration; nothing was changed.`;
      expect(ended).toEqual({ seed, code: 1, stdout: "", stderr: `${heading}\n${refused.message}\n` });
      expect(readdirSync(folder)).toEqual(before.toSorted());
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
