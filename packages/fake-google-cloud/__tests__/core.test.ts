import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { connect } from "node:net";
import os from "node:os";
import path from "node:path";
import { defaults, masked, merge } from "../src/body";
import { Cloud } from "../src/cloud";
import { type FakeCloud, startFakeCloud } from "../src/fake-cloud";
import { Faults } from "../src/faults";
import { route } from "../src/route";
import { SERVICES } from "../src/services";
import { ACCESS_TOKEN } from "../src/tokens";
import { errorOf, serviceOf } from "./support";

describe("bodies", () => {
  test("defaults fill in what was not sent, in nested objects too", () => {
    expect(defaults({ a: { b: 1 }, c: null }, { a: { b: 2, d: 3 }, c: 4, e: [5], f: undefined })).toEqual({
      a: { b: 1, d: 3 },
      c: null,
      e: [5],
    });
  });

  test("a merge replaces lists and removes what is null", () => {
    expect(merge({ a: { b: 1, c: 2 }, d: [1, 2] }, { a: { b: null }, d: [3] })).toEqual({ a: { c: 2 }, d: [3] });
  });

  test.each([
    ["named fields are the body's", "a", { a: 2, b: { c: 1 } }],
    ["what the body lacks is gone", "b.c", { a: 1, b: {} }],
    ["names may be written with underscores", "long_name", { a: 1, b: { c: 1 }, longName: 3 }],
    ["without a mask the body's fields are", null, { a: 2, b: { c: 1 }, longName: 3 }],
  ])("a mask: %s", (_what, mask, expected) => {
    const before = { a: 1, b: { c: 1 } };
    expect(masked(before, { a: 2, longName: 3 }, mask)).toEqual(expected);
    expect(before).toEqual({ a: 1, b: { c: 1 } });
  });
});

test.each([
  ["projects/{project}/things/{id}", "projects/p/things/t", { project: "p", id: "t" }],
  ["projects/{project}/things/{id}", "projects/p/things/t:verb", undefined],
  ["projects/{project}/things/{id}", "projects/p/things/t/more", undefined],
  ["things/{id}:verb", "things/t:verb", { id: "t" }],
  ["things/{name=**}/end", "things/a/b/c/end", { name: "a/b/c" }],
])("the route %s against %s", (pattern, address, params) => {
  const { path: expression } = route("GET", pattern, () => ({}));
  expect(expression.exec(address)?.groups && { ...expression.exec(address)?.groups }).toEqual(params);
});

describe("a project", () => {
  test("refuses the calls of an API that is off, until it is on", () => {
    const cloud = new Cloud({ enabledApis: ["serviceusage.googleapis.com"] });
    const networks = () => serviceOf("compute", cloud).get("projects/p/global/networks");
    // https://cloud.google.com/apis/docs/troubleshooting
    expect(errorOf(networks)).toMatch(
      /^403 compute.googleapis.com API has not been used in project \d+ before or it is disabled/,
    );
    const batch = { serviceIds: ["compute.googleapis.com"] };
    serviceOf("serviceusage", cloud).post("projects/p/services:batchEnable", batch);
    expect(networks()).toEqual({ items: [] });
  });

  test("is meant by its number too", () => {
    const { cloud, post, get } = serviceOf("secretmanager");
    post("projects/p/secrets", { replication: { automatic: {} } }, { secretId: "s" });
    expect(get(`projects/${cloud.numberOf("p")}/secrets/s`)).toEqual(get("projects/p/secrets/s"));
  });

  test("a call that nobody knows is answered 501, which names it", () => {
    expect(errorOf(() => serviceOf("redis").post("projects/p/locations/l/backups"))).toBe(
      "501 the fake does not know POST redis projects/p/locations/l/backups",
    );
    expect(errorOf(() => serviceOf("bigtable").get("x"))).toMatch(/^501 /);
  });
});

describe("operations", () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  test("take their minutes, divided by the speed", () => {
    const { operations } = new Cloud({ speed: 60 });
    const { name } = operations.begin("x", 7);
    jest.advanceTimersByTime(6_900);
    expect([operations.isDone(name), operations.on("x")?.name]).toEqual([false, name]);
    jest.advanceTimersByTime(200);
    expect([operations.isDone(name), operations.on("x")]).toEqual([true, undefined]);
  });

  test("are done at once where they would be within a second, and at full speed", () => {
    const slow = new Cloud({ speed: 60 }).operations;
    expect(slow.isDone(slow.begin("x", 0.1).name)).toBe(true);
    const { operations } = new Cloud();
    expect(operations.isDone(operations.begin("x", 1_000_000).name)).toBe(true);
  });

  test("wait for what else they are told to, and fail with it", async () => {
    const { operations } = new Cloud();
    const waiting = operations.begin("x", 0, undefined, Promise.resolve());
    expect(operations.isDone(waiting.name)).toBe(false);
    const failing = operations.begin("y", 0, undefined, Promise.reject(new Error("no cluster")));
    await Promise.resolve();
    await Promise.resolve();
    expect(operations.isDone(waiting.name)).toBe(true);
    expect(() => operations.isDone(failing.name)).toThrow("no cluster");
  });
});

test("a fault strikes once, the n-th time, where a star stands for a part of a name", () => {
  const faults = new Faults();
  faults.arm([{ label: "POST sql projects/p/instances/db-*/users/u", occurrence: 2 }, { label: /never$/ }]);
  const labels = ["db-1/users/u", "db-2/users/u", "db-3/users/u", "db-1/x/users/u"];
  expect(labels.map((l) => faults.strikes(`POST sql projects/p/instances/${l}`))).toEqual([false, true, false, false]);
  expect(faults.arm([])).toEqual([{ label: /never$/ }]);
});

describe("the server", () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), "server-"));
  let server: FakeCloud;
  beforeAll(async () => {
    const enabledApis = SERVICES.flatMap(({ api }) => api ?? []);
    server = await startFakeCloud({ folder, enabledApis });
  });
  afterAll(async () => {
    await server.stop();
    rmSync(folder, { recursive: true });
  });
  const call = async (
    variable: string,
    method: string,
    where: string,
    body?: object,
    token = server.tokens.issue(),
  ) => {
    const response = await fetch(`${server.env[`GOOGLE_${variable}_CUSTOM_ENDPOINT`]}${where}`, {
      method,
      headers: { authorization: `Bearer ${token}` },
      body: body && JSON.stringify(body),
    });
    return {
      code: response.status,
      body: (await response.json()) as { error?: { message: string; errors: object[] } },
    };
  };

  test("names a call by what it makes, keeps what it answered, and writes no secret into its log", async () => {
    const secret = { replication: { automatic: {} } };
    expect((await call("SECRET_MANAGER", "POST", "projects/p/secrets?secretId=s", secret)).code).toBe(200);
    const payload = { data: Buffer.from("a value").toString("base64") };
    await call("SECRET_MANAGER", "POST", "projects/p/secrets/s:addVersion", { payload });
    await call("COMPUTE", "POST", "projects/p/global/networks", { name: "n" });
    await call("CLOUD_RESOURCE_MANAGER", "POST", "projects/p:getIamPolicy", {});
    expect(server.calls.map(({ label, changes, code }) => [label, changes, code])).toEqual([
      ["POST secretmanager projects/p/secrets/s", true, 200],
      ["POST secretmanager projects/p/secrets/s:addVersion", true, 200],
      ["POST compute projects/p/global/networks/n", true, 200],
      ["POST cloudresourcemanager projects/p:getIamPolicy", false, 200],
    ]);
    expect(readFileSync(path.join(folder, "cloud.log"), "utf8")).not.toContain(payload.data);
  });

  test("refuses a token that it has not issued", async () => {
    const { code, body } = await call("COMPUTE", "GET", "projects/p/global/networks", undefined, ACCESS_TOKEN);
    expect([code, body.error]).toEqual([401, expect.objectContaining({ status: "UNAUTHENTICATED" })]);
  });

  test("answers an error as Google does", async () => {
    const { code, body } = await call("COMPUTE", "POST", "projects/p/global/networks", { name: "n" });
    expect(code).toBe(409);
    expect(body.error).toMatchObject({
      code: 409,
      message: expect.stringContaining("already exists"),
      errors: [{ domain: "global", reason: "alreadyExists" }],
    });
  });

  test.each([
    ["a call that is broken off", "{"],
    ["what is no JSON", "x".repeat(9)],
  ])("outlives %s", async (_what, body) => {
    const { port, pathname } = new URL(String(server.env.GOOGLE_COMPUTE_CUSTOM_ENDPOINT));
    const socket = connect(Number(port), "127.0.0.1").on("error", () => {});
    const head = `POST ${pathname}projects/p/global/networks HTTP/1.1\r\nhost: h\r\ncontent-length: 9\r\n\r\n`;
    socket.end(head + body);
    await once(socket.resume(), "close");
    expect((await call("COMPUTE", "GET", "projects/p/global/networks")).code).toBe(200);
  });

  test.each([
    ["no JSON", "projects/p/global/networks", "{", "Invalid JSON payload received. Unexpected token."],
    [
      "a malformed path",
      "projects/p/global/networks/%zz",
      "",
      "The path 'projects/p/global/networks/%zz' is malformed.",
    ],
  ])("answers %s as Google does", async (_what, where, body, message) => {
    const response = await fetch(`${server.env.GOOGLE_COMPUTE_CUSTOM_ENDPOINT}${where}`, {
      method: "POST",
      headers: { authorization: `Bearer ${server.tokens.issue()}` },
      body,
    });
    expect(await response.json()).toMatchObject({ error: { code: 400, status: "INVALID_ARGUMENT", message } });
  });

  test("lets a change fail once when it is armed, and no reading", async () => {
    server.faults.arm([{ label: /networks/ }]);
    expect((await call("COMPUTE", "GET", "projects/p/global/networks")).code).toBe(200);
    const create = () => call("COMPUTE", "POST", "projects/p/global/networks", { name: "m" });
    expect((await create()).body.error?.message).toBe("simulated failure");
    expect((await create()).code).toBe(200);
  });
});
