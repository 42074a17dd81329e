import type { Event } from "../../commands/records/event";
import { type Outside, stepsOf, type Walk, walk, watchedAt } from "../../commands/releases/walk";
import type { Step } from "../../commands/terraform/approvals";
import { environmentOf } from "../../schema/load";
import { withCandidate } from "../candidate/support";
import { configuration, type Files } from "../support";
import { at, deployed, hold } from "./events";
import { type Answers, fakePrometheus } from "./prometheus";

const [STABLE, NEXT] = ["1", "2"].map((digit) => digit.repeat(16)) as [string, string];

const systemOf = (change?: (files: Files) => void) =>
  environmentOf(configuration(withCandidate(0, change)), "production").system;
const system = systemOf();

const plan = (more: Partial<Walk> = {}): Walk => ({
  ...{ systemName: "pmcrm", system, environmentName: "production", stable: STABLE, candidate: NEXT, share: 0 },
  ...{ limits: { requests: 100, successes: 2, failures: 0 }, patience: 20 },
  ...more,
});

/** Which figure a query asks for, and of which release. */
const asked = (query: string) => ({
  track: query.includes('track="candidate"') ? ("candidate" as const) : ("stable" as const),
  metric: query.includes("histogram_quantile") ? "latency" : query.endsWith("* 300") ? "requests" : "failed",
});
const GOOD: Readonly<Record<string, string>> = { requests: "1234.5", failed: "0.002", latency: "0.21" };

interface World extends Answers {
  readonly events?: readonly Event[];
  /** Exit codes of the deploys, one after the other; then 0. */
  readonly codes?: readonly number[];
  /** What a person answers, one after the other; then there is no terminal. */
  readonly answers?: readonly string[];
  /** Whether Prometheus can be reached. */
  readonly reachable?: boolean;
}

/** Walks in a world where each deploy takes a minute, and says what has happened. */
async function walked(made: Walk, { events, codes = [], answers = [], reachable = true, ...metrics }: World = {}) {
  const prometheus = await fakePrometheus({ value: (query) => GOOD[asked(query).metric], ...metrics });
  const records: Event[] = [...(events ?? deployed(0, STABLE, { candidate: NEXT, share: made.share }))];
  const [lines, done, questions]: [string[], string[], string[]] = [[], [], []];
  let [share, seconds, deploys] = [made.share, 600, 0];
  const outside: Outside = {
    records: {
      list: async () => records,
      add: async (event) => {
        records.push(event);
        done.push(event.kind);
      },
    },
    prometheus: (use) => (reachable ? prometheus.ask(use) : Promise.reject(new Error("kubectl forwards no port"))),
    print: { say: (line) => void lines.push(line), doing: () => {}, done: () => {}, passed: "ok", failed: "FAIL" },
    shift: async (to) => {
      share = to;
      done.push(`share ${to}`);
    },
    deploy: async (step: Step) => {
      const code = codes[deploys++] ?? 0;
      done.push(`deploy ${step}`);
      records.push(...deployed(seconds / 60, STABLE, { candidate: NEXT, share, succeeded: code === 0 }));
      seconds += 60;
      return code;
    },
    wait: async (more) => {
      seconds += more;
    },
    ask: async (question) => {
      questions.push(question);
      return answers[questions.length - 1];
    },
  };
  try {
    const code = await walk(made, outside);
    return { code, lines, done, questions, records, seconds, share, queries: prometheus.queries };
  } finally {
    prometheus.stop();
  }
}

const bad =
  (metric: string, value: string | undefined, track = "candidate"): Answers["value"] =>
  (query) => {
    const it = asked(query);
    return it.track === track && it.metric === metric ? value : GOOD[it.metric];
  };

test("a good candidate walks all steps, and the next command makes it stable", async () => {
  const { code, done, lines, share, seconds } = await walked(plan());
  expect([code, share]).toEqual([0, 100]);
  expect(done).toEqual(["share 10", "deploy on", "share 50", "deploy on", "share 100", "deploy on"]);
  expect(seconds - 600).toBe(3 * (60 + 2 * 300));
  expect(lines.slice(0, 3)).toEqual([
    `${NEXT} gets 10 % of the requests: deploying`,
    "ok 10 %: backend: 1235 requests, 0.2 % fail, 0.21 s (stable: 1235 requests, 0.2 % fail, 0.21 s)",
    "ok 10 %: backend: 1235 requests, 0.2 % fail, 0.21 s (stable: 1235 requests, 0.2 % fail, 0.21 s)",
  ]);
  expect(lines.at(-1)).toBe(
    "  SYSTEM=pmcrm npm run release -- production --promote\n  SYSTEM=pmcrm npm run deploy -- production",
  );
});

test("at all requests, the stable release is looked at when it lost them", async () => {
  const shifted = [...deployed(3, STABLE, { candidate: NEXT, share: 50 })];
  const events = [...shifted, ...[7, 9].flatMap((it) => deployed(it, STABLE, { candidate: NEXT, share: 100 }))];
  const { code, queries } = await walked(plan({ share: 100 }), { events });
  expect(code).toBe(0);
  const times = (track: string) =>
    new Set(queries.filter(({ query }) => asked(query).track === track).map(({ time }) => time));
  expect(times("stable")).toEqual(new Set([at(7)]));
  expect(times("candidate")).toEqual(new Set([null]));
});

test.each([
  [
    "fails more often",
    bad("failed", "0.09"),
    "9.0 % of the candidate's requests fail, and 0.2 % of the stable release's",
  ],
  [
    "is slower",
    bad("latency", "2.5"),
    "95 % of the candidate's requests take up to 2.50 s, and of the stable release's up to 0.21 s",
  ],
])("a candidate that %s is held, and loses its requests", async (_what, value, why) => {
  const { code, done, lines, records, share } = await walked(plan(), { value });
  expect([code, share]).toEqual([1, 0]);
  expect(done).toEqual(["share 10", "deploy on", "hold", "share 0", "deploy back"]);
  expect(records.find(({ kind }) => kind === "hold")).toMatchObject({
    release: NEXT,
    reason: `failed its walk in production, at 10 %: backend: ${why}`,
  });
  expect(lines).toContain(`FAIL 10 %: backend: ${why}`);
  expect(lines.at(-1)).toContain("npm run release -- production --abandon\n");
});

test("a way back that cannot be deployed says so, and is held anyway", async () => {
  const { code, done, lines } = await walked(plan(), { value: bad("failed", "0.5"), codes: [0, 1] });
  expect([code, done.includes("hold")]).toEqual([1, true]);
  expect(lines.at(-1)).toMatch(/^The deploy has failed with 1, so it may still have requests\. Deploy again:\n/);
});

test.each<[string, World]>([
  ["no series", { value: () => undefined }],
  ["NaN", { value: () => "NaN" }],
  ["too few requests", { value: bad("requests", "7") }],
  ["no latency", { value: bad("latency", "NaN") }],
  ["no port", { reachable: false }],
])("%s is no verdict: without a terminal, the walk stops where it is", async (_what, world) => {
  const { code, done, lines, seconds, share } = await walked(plan(), world);
  expect([code, share]).toEqual([1, 10]);
  expect(done).toEqual(["share 10", "deploy on"]);
  expect(seconds - 600 - 60).toBe(20 * 60);
  expect(lines.at(-1)).toMatch(
    /^There is no verdict on 10 % after 20 minutes: (.+\n)+ {2}SYSTEM=pmcrm npm run canary -- production\n/,
  );
});

test("a person lets it wait, go on, or go back", async () => {
  const world = { value: bad("requests", "7"), answers: ["wait", "on", "back"] };
  const { code, done, questions, records, seconds } = await walked(plan(), world);
  expect([code, questions.length]).toEqual([1, 3]);
  expect(done).toEqual(["share 10", "deploy on", "share 50", "deploy on", "hold", "share 0", "deploy back"]);
  expect(seconds - 600 - 3 * 60).toBe(3 * 20 * 60);
  expect(records.find(({ kind }) => kind === "hold")).toMatchObject({
    reason: expect.stringMatching(/^failed its walk in production, at 50 %: .+ has decided so$/),
  });
});

test("an interrupted walk goes on from the share in the file", async () => {
  const measuring = await walked(plan({ share: 50 }));
  expect([measuring.code, measuring.done]).toEqual([0, ["share 100", "deploy on"]]);
  // It was interrupted between the file and the deploy.
  const events = deployed(0, STABLE, { candidate: NEXT, share: 10 });
  const deploying = await walked(plan({ share: 50 }), { events });
  expect([deploying.code, deploying.done]).toEqual([0, ["deploy on", "share 100", "deploy on"]]);
});

test("a deploy that fails or is interrupted stops the walk with its exit code, and holds nothing", async () => {
  for (const failure of [1, 130]) {
    const { code, done, lines } = await walked(plan(), { codes: [0, failure] });
    expect([code, done]).toEqual([failure, ["share 10", "deploy on", "share 50", "deploy on"]]);
    expect(lines.at(-1)).toContain(`The deploy has failed with ${failure}.\nThe walk stops, and the file keeps 50 %.`);
  }
});

test("a candidate that is held, or does not run yet, does not walk", async () => {
  const runs = deployed(0, STABLE, { candidate: NEXT, share: 0 });
  await expect(walked(plan(), { events: [...runs, hold(5, NEXT)] })).rejects.toThrow(
    `${NEXT} is held in production by someone since ${at(5)}: orders fail\n`,
  );
  const notYet = `production does not run the candidate ${NEXT} beside ${STABLE} yet.`;
  await expect(walked(plan(), { events: [] })).rejects.toThrow(notYet);
  await expect(walked(plan(), { events: deployed(0, STABLE) })).rejects.toThrow(notYet);
  await expect(walked(plan(), { events: deployed(0, NEXT, { candidate: NEXT }) })).rejects.toThrow(notYet);
});

describe("services", () => {
  const withBackend = (more: object) =>
    systemOf(({ system }) => Object.assign(system.services.backend as object, more));
  const blueGreen = withBackend({ strategy: { kind: "blue-green" } });
  const blind = withBackend({ metrics: undefined, objective: undefined });
  const names = (share: number, of = system) => watchedAt(of, share).watched.map(({ name }) => name);

  test("are watched once their candidate has requests", () => {
    expect([stepsOf(system), names(0), names(10), names(100)]).toEqual([[10, 50, 100], [], ["backend"], ["backend"]]);
    expect([stepsOf(blueGreen), names(10, blueGreen), names(100, blueGreen)]).toEqual([[100], [], ["backend"]]);
  });

  test("without metrics are named, and alone they do not walk", async () => {
    expect(watchedAt(blind, 10)).toEqual({ watched: [], others: ["backend"] });
    await expect(walked(plan({ system: blind }))).rejects.toThrow(
      "No service that gets requests at 10 % has metrics.requests, so Prometheus cannot tell how its candidate does: backend.",
    );
  });
});
