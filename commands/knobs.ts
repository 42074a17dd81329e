import "../stacks/stack-trace";
import { rmSync } from "node:fs";
import path from "node:path";
import { type Finding, Inconclusive, whatMachineLacks } from "@slipway/rehearsal";
import { InvalidArgumentError } from "commander";
import { environmentsIn } from "../schema/files";
import { mustFinish } from "../schema/finish";
import { InvalidConfiguration, systemName } from "../schema/load";
import { report } from "../schema/report";
import { environmentProblems } from "./context";
import { everyStack } from "./every-stack";
import { Bench } from "./knobs/bench";
import { Turning } from "./knobs/turning";
import { filesOf, turnsOf, validated } from "./knobs/turns";
import { whatIsMissing } from "./planner";
import { printer } from "./terminal";
import { workFolder } from "./work-folder";

/** Options of the command line. */
interface Options {
  readonly plan?: boolean;
  readonly groups?: number;
  readonly seed?: number;
  readonly once?: boolean;
  readonly only?: string;
  readonly list?: boolean;
  readonly work?: string;
  readonly timeout: number;
}

const ROOT = path.resolve(__dirname, "..");

async function turn(stack: string, options: Options): Promise<boolean> {
  const system = systemName(ROOT, process.env);
  const only = expression(options.only);
  const [unknown] = environmentProblems(system, stack, environmentsIn(ROOT, system));
  if (unknown) throw new InvalidArgumentError(unknown);
  const seed = options.seed ?? Math.floor(Math.random() * 1e6);

  const files = await filesOf(system);
  const configuration = validated(system, files, stack);
  if (configuration instanceof InvalidConfiguration) throw configuration;
  const { turns, refused } = turnsOf(system, stack, files);
  const before = options.once ? await turnedBefore(system, stack) : new Set();
  const chosen = turns.filter(({ name }) => only.test(name) && !before.has(name));
  if (options.list) {
    for (const { name, what } of chosen) console.log(`${name}  ${what}`);
    for (const { knob, what, problems } of refused.filter((it) => only.test(it.knob.name)))
      console.log(
        `${knob.name}  ${what}: refused\n       ${problems.map((p) => `${p.path}: ${p.rule}; ${p.remedy}`).join("\n       ")}`,
      );
    return true;
  }
  if (!chosen.length) throw new Inconclusive("--only matches no turn: see --list");

  const work = workFolder(options.work);
  const missing = whatIsMissing(path.join(work, "providers")) ?? whatMachineLacks();
  if (missing) {
    if (!options.work) rmSync(work, { recursive: true });
    throw new Inconclusive(missing);
  }
  const begun = Date.now();
  const print = printer(process.stdout);
  let failed = 0;
  let done = 0;
  const say = (what: string, { wrong, note }: Finding) => {
    const seconds = `${((Date.now() - begun) / 1000).toFixed(0)} s`;
    if (wrong.length) failed++;
    done++;
    console.log(
      wrong.length
        ? `${print.failed} ${what} (${seconds})\n       ${wrong.join("\n       ")}`
        : `${print.passed} ${what}  ${note} (${seconds})`,
    );
  };
  console.log(`${system}/${stack}: ${chosen.length} of ${turns.length} turns, seed ${seed}`);
  const bench = await Bench.start({ system, stack, configuration, turns, work, timeout: options.timeout });
  try {
    const turning = new Turning(bench, system, stack, files, say);
    if (options.plan) await turning.planAll(chosen);
    else await turning.turnAll(shuffled(chosen, seed), options.groups);
  } finally {
    await bench.machine.stop();
  }
  const seconds = (Date.now() - begun) / 1000;
  console.log(`${done} checked in ${seconds.toFixed(0)} s, ${failed} failed; seed ${seed}; logs and plans: ${work}`);
  return !failed;
}

/** Names of the turns of all earlier stacks. */
async function turnedBefore(system: string, stack: string): Promise<Set<string>> {
  const all = everyStack(ROOT);
  const before = all.slice(
    0,
    all.findIndex((it) => it.system === system && it.environment === stack),
  );
  const turned = before.map(async (it) => turnsOf(it.system, it.environment, await filesOf(it.system)).turns);
  return new Set((await Promise.all(turned)).flat().map(({ name }) => name));
}

function expression(text = ""): RegExp {
  try {
    return new RegExp(text);
  } catch (error) {
    throw new InvalidArgumentError(`--only ${text}: ${(error as Error).message}`);
  }
}

/** The list, shuffled by a seed. */
function shuffled<T>(all: readonly T[], seed: number): T[] {
  let state = seed;
  // {@link https://en.wikipedia.org/wiki/Linear_congruential_generator}
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state;
  };
  return all
    .map((item) => ({ item, at: next() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

export async function main(stack: string, options: Options): Promise<void> {
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(130));
  const finished = mustFinish();
  try {
    const ok = await turn(stack, options);
    finished();
    process.exit(ok ? 0 : 1);
  } catch (error) {
    if (error instanceof Inconclusive) console.error(`inconclusive: ${error.message}`);
    else report(error);
    process.exit(error instanceof Inconclusive ? 2 : 1);
  }
}
