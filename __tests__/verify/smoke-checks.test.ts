import type { Context } from "../../commands/context";
import { checked, doneBy, smokeChecked } from "../../commands/verify";
import type { Outside } from "../../commands/verify/check";
import { type SmokeCheck, smokeCheck } from "../../schema/smoke-check";
import { context, MANUAL } from "./support";

const JOB = {
  kind: "job",
  image: "api",
  command: ["true"],
  pool: "app",
  resources: { cpu: "100m", memory: "64Mi", memoryLimit: "64Mi" },
  deadlineSeconds: 10,
} as const;

interface World {
  readonly status?: number;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** What kubectl says of the Job, look by look; the last one stays. */
  readonly jobs?: readonly string[];
}

function world({ status = 200, body = "", headers = {}, jobs = [] }: World) {
  const calls: string[] = [];
  let look = 0;
  const outside: Outside = {
    fetch: async (url) => {
      calls.push(url);
      return { status, headers: new Headers(headers), text: async () => body };
    },
    certificate: async () => new Date(),
    kubectl: async (...args) => {
      calls.push(args.join(" "));
      return args[1] === "get" ? (jobs[Math.min(look++, jobs.length - 1)] as string) : "";
    },
    fetchFrom: (service, url) => outside.fetch(`${service} ${url}`),
    wait: async () => {},
  };
  const check = (smoke: object) => checked("check", smokeCheck.parse(smoke) as SmokeCheck, context, outside);
  return { calls, check, outside };
}

const http = (more: object = {}) => ({ kind: "http", of: "api", path: "/ready", ...more });

test("a request goes to the first host of a service or a frontend", async () => {
  const { calls, check } = world({});
  expect(await check(http())).toEqual({ name: "check", result: "ok", why: "https://api.shop.io/ready answers 200" });
  expect((await check(http({ of: "web" }))).result).toBe("ok");
  expect(calls).toEqual(["https://api.shop.io/ready", "https://app.shop.io/ready"]);
});

test.each<[string, World, object, string]>([
  ["another status", { status: 302 }, {}, "https://api.shop.io/ready answers 302, not 200"],
  ["a missing key", { body: '{"a":1}' }, { keys: ["a", "b"] }, "https://api.shop.io/ready answers without the keys b"],
  [
    "a missing header and another value",
    { headers: { "X-Release": "1" } },
    { headers: { "X-Release": "2", Vary: "Accept" } },
    "https://api.shop.io/ready answers with X-Release: 1, not 2 and without Vary",
  ],
  ["no JSON", { body: "<html>" }, { keys: ["a"] }, "https://api.shop.io/ready answers without the keys a"],
  ["null", { body: "null" }, { keys: ["a"] }, "https://api.shop.io/ready answers without the keys a"],
])("%s fails the check", async (_what, answers, more, why) => {
  expect(await world(answers).check(http(more))).toEqual({ name: "check", result: "FAIL", why });
});

test("an expected status, expected headers and expected keys pass", async () => {
  expect(await world({ headers: { "x-release": "2" } }).check(http({ headers: { "X-Release": "2" } }))).toMatchObject({
    result: "ok",
    why: "https://api.shop.io/ready answers 200 with X-Release",
  });
  expect((await world({ status: 401 }).check(http({ status: 401 }))).result).toBe("ok");
  expect((await world({ body: '{"a":1,"b":2}' }).check(http({ keys: ["a", "b"] }))).result).toBe("ok");
});

test("a host that does not answer fails the check, with the reason", async () => {
  const outside = { fetch: () => Promise.reject(new Error("ENOTFOUND")) };
  const smoke = smokeCheck.parse(http()) as SmokeCheck;
  expect(await checked("check", smoke, context, outside as unknown as Outside)).toMatchObject({
    result: "FAIL",
    why: "https://api.shop.io/ready does not answer: ENOTFOUND",
  });
});

test("a Job is made of the suspended CronJob, and its end decides", async () => {
  const { calls, check } = world({ jobs: ["/", "/", "1/"] });
  expect(await check(JOB)).toMatchObject({ result: "ok", why: expect.stringMatching(/^job check-\w+ succeeded$/) });
  expect(calls[0]).toMatch(/^--namespace=shop create job check-\w+ --from=cronjob\/check$/);
  expect(calls).toHaveLength(4);
});

test.each([
  ["fails", ["/", "/1"], /^job check-\w+ failed; see kubectl --namespace=shop logs job\/check-\w+$/],
  ["never ends", ["/"], /^job check-\w+ did not end within 310 seconds; see kubectl/],
])("a Job that %s fails the check, and says where its logs are", async (_what, jobs, why) => {
  expect(await world({ jobs }).check(JOB)).toMatchObject({ result: "FAIL", why: expect.stringMatching(why) });
});

test("a service with a candidate is asked twice: at its public host, and the candidate itself", async () => {
  const system = {
    ...context.system,
    services: { api: { strategy: { kind: "canary" } }, admin: { strategy: { kind: "rolling" } } },
    smokeChecks: { api: smokeCheck.parse(http()), web: smokeCheck.parse(http({ of: "web" })) },
  };
  const results = async (candidate?: object) => {
    const { calls, outside } = world({ status: 200 });
    const names: string[] = [];
    for await (const { name, ofCandidate } of smokeChecked(
      { ...context, system, candidate } as unknown as Context,
      outside,
    )) {
      names.push(name);
      expect(ofCandidate ?? false).toBe(name.endsWith(" of the candidate")); // it decides nothing about the stable release
    }
    return { names, calls };
  };
  expect(await results()).toEqual({
    names: ["api", "web"],
    calls: ["https://api.shop.io/ready", "https://app.shop.io/ready"],
  });
  expect(await results({ share: 0 })).toEqual({
    names: ["api", "api of the candidate", "web"],
    calls: ["https://api.shop.io/ready", "api-candidate https://api.shop.io/ready", "https://app.shop.io/ready"],
  });
});

test("a manual step is left to a person, until somebody signs it", async () => {
  const { check, outside } = world({});
  expect(await check(MANUAL)).toEqual({ name: "check", result: "todo", why: "Log in" });
  const signed = (...names: string[]) => checked("login", MANUAL, context, outside, { names, by: "ann@shop.io" });
  expect(await signed("login")).toEqual({ name: "login", result: "ok", why: "Log in (done by ann@shop.io)" });
  expect((await signed("another")).result).toBe("todo");
});

describe("who has done a manual step", () => {
  const { GITHUB_ACTOR, GIT_CONFIG_COUNT, GIT_CONFIG_KEY_0, GIT_CONFIG_VALUE_0 } = process.env;
  const before = { GITHUB_ACTOR, GIT_CONFIG_COUNT, GIT_CONFIG_KEY_0, GIT_CONFIG_VALUE_0 };
  const set = (variables: Readonly<Record<string, string | undefined>>) => {
    for (const [name, value] of Object.entries(variables))
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
  };
  /** Gives git's user an address, whatever the machine's configuration says. */
  const git = (email: string) =>
    set({ GITHUB_ACTOR: undefined, GIT_CONFIG_COUNT: "1", GIT_CONFIG_KEY_0: "user.email", GIT_CONFIG_VALUE_0: email });
  afterEach(() => set(before));
  const system = { smokeChecks: { login: MANUAL, ready: smokeCheck.parse(http()) } };

  test("is git's user, or the person that started the workflow", () => {
    git("ann@shop.io");
    expect(doneBy(["login"], system)).toEqual({ names: ["login"], by: "ann@shop.io" });
    set({ GITHUB_ACTOR: "ann" });
    expect(doneBy(["login"], system)).toEqual({ names: ["login"], by: "ann" });
  });

  test("is asked only if a step is done, and refused together with names that are no manual step", () => {
    git("");
    expect(doneBy([], system)).toEqual({ names: [], by: "" });
    expect(() => doneBy(["ready", "logim", "login"], system)).toThrow(
      [
        "--done ready: is not a manual step; use one of login",
        "--done logim: is not a manual step; did you mean login? use one of login",
        "--done: nobody is known who signs it; run git config user.email <your address>, or set GITHUB_ACTOR",
      ].join("\n"),
    );
    expect(() => doneBy(["login"], { smokeChecks: {} })).toThrow("is not a manual step; the system has none");
  });
});
