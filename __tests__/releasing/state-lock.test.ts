import { spawnSync } from "node:child_process";
import os from "node:os";
import type { Bucket } from "../../commands/google/storage";
import type { Event, Of } from "../../commands/records/event";
import { type Life, lifeOf, lockOf, refuseLocked, runnerHere, type State } from "../../commands/terraform/state-lock";
import { deployed } from "./events";

const ONE = "1".repeat(16);
const LOCK = "shop/staging/default.tflock";
const TEXT = '{"ID":"1","Operation":"OperationTypeApply","Who":"runner@host","Created":"2127-01-01T00:00:00Z"}';

/** A state whose bucket has these objects. */
function stateWith(objects: Record<string, string>): State {
  const bucket: Bucket = {
    list: async () => Object.keys(objects),
    read: async (name) => (objects[name] === undefined ? undefined : { text: objects[name], generation: "7" }),
    create: async (name, text) => {
      objects[name] = text;
    },
    remove: async (name, generation) => {
      expect(generation).toBe("7");
      delete objects[name];
    },
  };
  return { bucket, prefix: "shop/staging", place: "gs://shop-state/shop/staging" };
}

/** After the beginning of this process. */
const BEGUN = "2127-01-01T00:00:00.000Z";

/** A deploy that has no end yet, on a machine. */
const running = (runner: Of<"deploy-begun">["runner"]): Event[] => deployed(0, ONE, { runner, at: BEGUN }).slice(0, 1);
const host = os.hostname();
const dead = spawnSync("true").pid;

test("a lock names who has it", async () => {
  expect(await lockOf(stateWith({}))).toBeUndefined();
  expect(await lockOf(stateWith({ [LOCK]: TEXT }))).toMatchObject({ who: "runner@host", generation: "7" });
});

test("a process of this machine is alive or dead, and nobody can tell of another machine's", async () => {
  expect(await lifeOf({ at: BEGUN, runner: { host, pid: process.pid } })).toBe("alive");
  expect(await lifeOf({ at: BEGUN, runner: { host, pid: dead } })).toBe("dead");
  // Another process has the number now.
  expect(await lifeOf({ at: "2026-01-01T00:00:00.000Z", runner: { host, pid: process.pid } })).toBe("dead");
  expect(await lifeOf({ at: BEGUN, runner: { host: `not-${host}`, pid: dead } })).toBe("unknown");
});

describe("a job of GitHub Actions", () => {
  const real = globalThis.fetch;
  afterEach(() => {
    globalThis.fetch = real;
  });
  const url = "https://github.com/shop/infrastructure/actions/runs/42";

  /** What GitHub is asked about a deploy, and what is known of it then. */
  async function asked(url: string, status: string | undefined, code: number): Promise<[string[], Life]> {
    const calls: string[] = [];
    globalThis.fetch = async (address) => {
      calls.push(String(address));
      return new Response(JSON.stringify({ status }), { status: code });
    };
    return [calls, await lifeOf({ at: BEGUN, runner: { host, pid: process.pid, url } })];
  }

  test.each<[string | undefined, number, Life]>([
    ["completed", 200, "dead"],
    ["in_progress", 200, "alive"],
    ["queued", 200, "alive"],
    [undefined, 200, "unknown"],
    [undefined, 404, "unknown"],
    ["completed", 403, "unknown"],
  ])("is, if GitHub says %s (%i), %s, whatever its run does", async (status, code, life) => {
    const job = "https://api.github.com/repos/shop/infrastructure/actions/jobs/7";
    expect(await asked(`${url}/job/7`, status, code)).toEqual([[job], life]);
  });

  test("has the life of its run in a record that does not name it", async () => {
    const run = "https://api.github.com/repos/shop/infrastructure/actions/runs/42";
    expect(await asked(url, "in_progress", 200)).toEqual([[run], "alive"]);
    expect(await asked(url, "completed", 200)).toEqual([[run], "dead"]);
  });

  describe("that this process is in", () => {
    const before = { ...process.env };
    const variables = {
      GITHUB_SERVER_URL: "https://github.com",
      GITHUB_REPOSITORY: "shop/infrastructure",
      GITHUB_RUN_ID: "42",
      JOB_ID: "7",
    };
    beforeEach(() => void Object.assign(process.env, variables));
    afterEach(() => {
      for (const name of Object.keys(variables)) delete process.env[name];
      Object.assign(process.env, before);
    });

    test("is recorded with its number, if the workflow says it", () => {
      const here = { host, pid: process.pid };
      expect(runnerHere()).toEqual({ ...here, url: `${url}/job/7` });
      process.env.JOB_ID = "";
      expect(runnerHere()).toEqual({ ...here, url });
      delete process.env.GITHUB_RUN_ID;
      expect(runnerHere()).toEqual(here);
    });

    test("can have a deploy that has died, an earlier step", async () => {
      globalThis.fetch = async () => new Response(JSON.stringify({ status: "in_progress" }));
      const lives = (job: number, pid: number) =>
        lifeOf({ at: BEGUN, runner: { host, pid, url: `${url}/job/${job}` } });
      expect([await lives(7, dead), await lives(7, process.pid), await lives(8, dead)]).toEqual([
        "dead",
        "alive",
        "alive",
      ]);
      process.env.JOB_ID = ""; // then another job of the run can have the same address
      expect(await lifeOf({ at: BEGUN, runner: { host, pid: dead, url } })).toBe("alive");
    });
  });

  test("is unknown if GitHub does not answer", async () => {
    globalThis.fetch = async () => Promise.reject(new Error("offline"));
    expect(await lifeOf({ at: BEGUN, runner: { host, pid: process.pid, url: `${url}/job/7` } })).toBe("unknown");
  });
});

test("only the lock of a deploy that has died is removed", async () => {
  const objects = { [LOCK]: TEXT };
  const state = stateWith(objects);
  await expect(refuseLocked(state, running({ host, pid: process.pid }), "staging")).rejects.toThrow(
    `The state gs://shop-state/shop/staging is locked since 2127-01-01T00:00:00Z by runner@host: the deploy of ${ONE} by someone (process ${process.pid} on ${host}).\nWait until it has ended. SYSTEM=shop npm run rollback -- staging --abort stops it and goes back.`,
  );
  for (const events of [[], deployed(0, ONE), running({ host: "another", pid: 1 })])
    await expect(refuseLocked(state, events, "staging")).rejects.toThrow(
      /Nobody can tell from here whether it still runs\. If you know that it does not, remove the lock: gcloud storage rm gs:\/\/shop-state\/shop\/staging\/default\.tflock$/,
    );
  expect(objects).toEqual({ [LOCK]: TEXT });
  // A destroy, a plan and cdktf lock the state without a record, also after a deploy that has died.
  for (const other of [TEXT.replace("Apply", "Plan"), TEXT.replace("T00:00", "T00:09")]) {
    objects[LOCK] = other;
    await expect(refuseLocked(state, running({ host, pid: dead }), "staging")).rejects.toThrow(/Nobody can tell/);
  }
  objects[LOCK] = TEXT;
  await refuseLocked(state, running({ host, pid: dead }), "staging");
  expect(objects).toEqual({});
  await refuseLocked(state, [], "staging");
});
