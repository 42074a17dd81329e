import { everyStack } from "../commands/every-stack";
import { knobs } from "../commands/knobs/knobs";
import { HANDS } from "../commands/knobs/table";
import { filesOf, handsOf, keysOf, type Turned, turnsOf } from "../commands/knobs/turns";
import { ROOT } from "./support";

/** The fewest stacks that have a place for each knob. */
const STACKS = everyStack(ROOT).filter(
  ({ system, environment }) =>
    ["pmcrm", "enterprise"].includes(system) ||
    ["pharmassist staging", "django-erp production"].includes(`${system} ${environment}`),
);

describe("the language", () => {
  const turned: Turned[] = [];
  beforeAll(async () => {
    for (const { system, environment } of STACKS) turned.push(turnsOf(system, environment, await filesOf(system)));
  });

  test("has a turn for each of its knobs", () => {
    const done = new Set(
      turned.flatMap(({ turns, said }) => [...turns.map(({ knob }) => knob.name), ...said.map(({ name }) => name)]),
    );
    const missing = knobs()
      .filter((knob) => !done.has(knob.name) && !handsOf(knob).some(({ refused }) => refused))
      .map(({ name }) => {
        const problems = turned.flatMap(({ refused }) => refused.filter(({ knob }) => knob.name === name));
        const why = problems.at(-1)?.problems.map((p) => `${p.path} ${p.rule}`) ?? ["no stack has a place for it"];
        return `${name} is never turned (${why.join("; ")}): say in commands/knobs/table.ts what to turn it to`;
      });
    expect(missing).toEqual([]);
  });

  test("has every knob that the table turns", () => {
    const used = new Set(knobs().flatMap(keysOf));
    const stale = Object.keys(HANDS).filter((key) => !used.has(key));
    expect(stale.map((key) => `${key} turns no knob: take it out of commands/knobs/table.ts, or correct it`)).toEqual(
      [],
    );
  });

  test("refuses every change that the table says it refuses, and always says what to do", () => {
    const always = new Set(knobs().flatMap((knob) => (handsOf(knob).every((hand) => hand.refused) ? knob.name : [])));
    expect(always.size).toBeGreaterThan(0);
    expect(turned.flatMap(({ turns }) => turns).filter(({ knob }) => always.has(knob.name))).toEqual([]);
    const problems = turned.flatMap(({ refused }) => refused.flatMap((it) => it.problems));
    expect(problems.filter(({ remedy }) => !remedy)).toEqual([]);
  });
});
