import "../stacks/stack-trace";
import { rmSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { type Finding, Inconclusive, whatMachineLacks } from "@slipway/rehearsal";
import { environmentsIn } from "../schema/files";
import { mustFinish } from "../schema/finish";
import { InvalidConfiguration, systemName } from "../schema/load";
import { report } from "../schema/report";
import { everyStack } from "./every-stack";
import { Bench } from "./knobs/bench";
import { Turning } from "./knobs/turning";
import { filesOf, turnsOf, validated } from "./knobs/turns";
import { whatIsMissing } from "./planner";
import { workFolder } from "./work-folder";

const USAGE = `Applies a stack on this machine as npm run rehearse does, then changes every field of its system and environment, and
changes it back: each optional field, list entry, choice, switch, size and text. One such change is a turn.

  npm run knobs -- production                     makes all turns, in groups that affect nothing in common
  npm run knobs -- production --groups 2 --seed 7 makes two of the groups, chosen by the seed
  npm run knobs -- production --plan              plans each turn, and applies nothing
  npm run knobs -- staging --only 'nodePools'     makes only the turns of matching fields

The argument is the name of a stack of the checkout's system; SYSTEM=<system> names another system. A group passes if, there
and back, the apply succeeds, the next plan is empty, the declared workloads run, and no serving workload has fewer replicas
meanwhile. If a group fails, its halves are tried.

  --plan                plan each turn by itself
  --groups N            only N groups of turns
  --seed N              number that chooses the groups and their turns; random by default, and printed
  --once                leave out the turns of earlier stacks. Stacks are in the order of the names of their systems and
                        environments, with staging and production first
  --only REGEX          only the fields whose name matches
  --list                print the turns, and the changes that validation refuses
  --work DIR            folder of logs, plans and the state
  --timeout SECONDS     limit of one Terraform command (420)

Exit code: 0 if everything passed, 1 if something failed, 2 if the run was inconclusive.`;

const OPTIONS = {
  plan: { type: "boolean", default: false },
  groups: { type: "string" },
  seed: { type: "string", default: String(Math.floor(Math.random() * 1e6)) },
  once: { type: "boolean", default: false },
  only: { type: "string", default: "" },
  list: { type: "boolean", default: false },
  work: { type: "string" },
  timeout: { type: "string", default: "420" },
  help: { type: "boolean", short: "h", default: false },
} as const;

const ROOT = path.resolve(__dirname, "..");

async function main(): Promise<boolean> {
  const { values: options, positionals } = parseArgs({ options: OPTIONS, allowPositionals: true });
  if (options.help) {
    console.log(USAGE);
    return true;
  }
  const [stack = "", ...others] = positionals;
  const system = systemName(ROOT, process.env);
  const known = environmentsIn(ROOT, system);
  if (!known.includes(stack) || others.length) throw new Inconclusive(`name one stack: ${known.join(" or ")}`);
  for (const [name, least] of [
    ["groups", 1], // with none, nothing would be checked, and everything would pass
    ["seed", 0],
    ["timeout", 1],
  ] as const)
    if (options[name] !== undefined && !(/^\d{1,6}$/.test(options[name]) && Number(options[name]) >= least))
      throw new Inconclusive(`--${name} ${options[name]}: is not a whole number from ${least}`);
  const only = expression(options.only);
  const seed = Number(options.seed);

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
  let failed = 0;
  let done = 0;
  const say = (what: string, { wrong, note }: Finding) => {
    const seconds = `${((Date.now() - begun) / 1000).toFixed(0)} s`;
    if (wrong.length) failed++;
    done++;
    console.log(
      wrong.length
        ? `FAIL ${what} (${seconds})\n       ${wrong.join("\n       ")}`
        : `ok   ${what}  ${note} (${seconds})`,
    );
  };
  console.log(`${system}/${stack}: ${chosen.length} of ${turns.length} turns, seed ${seed}`);
  const bench = await Bench.start({ system, stack, configuration, turns, work, timeout: Number(options.timeout) });
  try {
    const turning = new Turning(bench, system, stack, files, say);
    if (options.plan) await turning.planAll(chosen);
    else await turning.turnAll(shuffled(chosen, seed), options.groups ? Number(options.groups) : undefined);
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

function expression(text: string): RegExp {
  try {
    return new RegExp(text);
  } catch (error) {
    throw new Inconclusive(`--only ${text}: ${(error as Error).message}`);
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

for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(130));
const finished = mustFinish();
main()
  .then((ok) => {
    finished();
    process.exit(ok ? 0 : 1);
  })
  .catch((error: unknown) => {
    const inconclusive =
      error instanceof Inconclusive || (error as { code?: string }).code?.startsWith("ERR_PARSE_ARGS");
    if (inconclusive) console.error(`inconclusive: ${(error as Error).message}`);
    else if (error instanceof InvalidConfiguration) report(error);
    else console.error(error);
    process.exit(inconclusive ? 2 : 1);
  });
