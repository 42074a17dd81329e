import { spawnSync } from "node:child_process";
import os from "node:os";
import type { Bucket } from "../../commands/google/storage";
import type { Event, Of } from "../../commands/records/event";
import { lifeOf, lockOf, refuseLocked, type State } from "../../commands/terraform/state-lock";
import { deployed } from "./events";

const ONE = "1".repeat(16);
const LOCK = "shop/staging/default.tflock";
const TEXT = '{"ID":"1","Operation":"OperationTypeApply","Who":"runner@host","Created":"2027-01-01T00:00:00Z"}';

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

/** A deploy that has no end yet, on a machine. */
const running = (runner: Of<"deploy-begun">["runner"]): Event[] => deployed(0, ONE, { runner }).slice(0, 1);
const host = os.hostname();
const dead = spawnSync("true").pid;

test("a lock names who has it", async () => {
  expect(await lockOf(stateWith({}))).toBeUndefined();
  expect(await lockOf(stateWith({ [LOCK]: TEXT }))).toMatchObject({ who: "runner@host", generation: "7" });
});

test("a process of this machine is alive or dead, and nobody can tell of another machine's", async () => {
  expect(await lifeOf({ runner: { host, pid: process.pid } })).toBe("alive");
  expect(await lifeOf({ runner: { host, pid: dead } })).toBe("dead");
  expect(await lifeOf({ runner: { host: `not-${host}`, pid: dead } })).toBe("unknown");
});

describe("a run of GitHub Actions", () => {
  const real = globalThis.fetch;
  afterEach(() => {
    globalThis.fetch = real;
  });
  const runner = { host, pid: process.pid, url: "https://github.com/shop/infrastructure/actions/runs/42" };

  test.each([
    ["completed", 200, "dead"],
    ["in_progress", 200, "alive"],
    ["queued", 200, "alive"],
    [undefined, 404, "unknown"],
  ])("is, if GitHub says %s (%i), %s", async (status, code, life) => {
    const asked: string[] = [];
    globalThis.fetch = async (url) => {
      asked.push(String(url));
      return new Response(JSON.stringify({ status }), { status: code });
    };
    expect(await lifeOf({ runner })).toBe(life);
    expect(asked).toEqual(["https://api.github.com/repos/shop/infrastructure/actions/runs/42"]);
  });

  test("is unknown if GitHub does not answer", async () => {
    globalThis.fetch = async () => Promise.reject(new Error("offline"));
    expect(await lifeOf({ runner })).toBe("unknown");
  });
});

test("only the lock of a deploy that has died is removed", async () => {
  const objects = { [LOCK]: TEXT };
  const state = stateWith(objects);
  await expect(refuseLocked(state, running({ host, pid: process.pid }), "staging")).rejects.toThrow(
    `The state gs://shop-state/shop/staging is locked since 2027-01-01T00:00:00Z by runner@host: the deploy of ${ONE} by someone (process ${process.pid} on ${host}).\nWait until it has ended. npm run rollback -- staging --abort stops it and goes back.`,
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
