import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import type { Context } from "../commands/context";
import { askService } from "../commands/port-forward";
import { checked, type Outside, verified } from "../commands/verify";
import { type SmokeCheck, smokeCheck } from "../schema/smoke-check";

const context = {
  systemName: "shop",
  environmentName: "staging",
  system: { namespace: "shop" },
  environment: { services: { api: { hosts: ["api.shop.io", "www.shop.io"] } }, frontends: { web: ["app.shop.io"] } },
} as unknown as Context;

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
  /** What kubectl says of the Job, look by look; the last one stays. */
  readonly jobs?: readonly string[];
}

function world({ status = 200, body = "", jobs = [] }: World) {
  const calls: string[] = [];
  let look = 0;
  const outside: Outside = {
    fetch: async (url) => {
      calls.push(url);
      return { status, text: async () => body };
    },
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
  ["no JSON", { body: "<html>" }, { keys: ["a"] }, "https://api.shop.io/ready answers without the keys a"],
  ["null", { body: "null" }, { keys: ["a"] }, "https://api.shop.io/ready answers without the keys a"],
])("%s fails the check", async (_what, answers, more, why) => {
  expect(await world(answers).check(http(more))).toEqual({ name: "check", result: "FAIL", why });
});

test("an expected status and expected keys pass", async () => {
  expect((await world({ status: 401 }).check(http({ status: 401 }))).result).toBe("ok");
  expect((await world({ body: '{"a":1,"b":2}' }).check(http({ keys: ["a", "b"] }))).result).toBe("ok");
});

test("a host that does not answer fails the check, with the reason", async () => {
  const outside = { fetch: () => Promise.reject(new Error("fetch failed", { cause: new Error("ENOTFOUND") })) };
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
    for await (const { name } of verified({ ...context, system, candidate } as unknown as Context, outside))
      names.push(name);
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

describe("a Service in the cluster", () => {
  let folder: string;
  let server: Server;
  const requests: IncomingMessage[] = [];
  beforeAll(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), "verify-"));
    server = createServer((request, answer) => {
      requests.push(request);
      answer.writeHead(418).end('{"a":1}');
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
  });
  afterAll(() => {
    server.close();
    rmSync(folder, { recursive: true });
  });
  /** Asks with a program in place of kubectl. */
  const ask = (script: string) => {
    writeFileSync(path.join(folder, "kubectl"), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    const env = { ...process.env, PATH: `${folder}:${process.env.PATH}` };
    return askService("https://api.shop.io/ready?a=b", { service: "api-candidate", namespace: "shop", env });
  };

  test("is asked through a forwarded port, for the public host", async () => {
    const { port } = server.address() as AddressInfo;
    const answer = await ask(
      `echo "$@" > ${folder}/called; echo "Forwarding from 127.0.0.1:${port} -> 8000"; exec sleep 60`,
    );
    expect([answer.status, await answer.text()]).toEqual([418, '{"a":1}']);
    expect(readFileSync(path.join(folder, "called"), "utf8").trim()).toBe(
      "port-forward --namespace=shop service/api-candidate :80",
    );
    const [{ url, headers } = {} as IncomingMessage] = requests;
    expect([url, headers.host, headers["x-forwarded-proto"]]).toEqual(["/ready?a=b", "api.shop.io", "https"]);
  });

  test("that kubectl does not reach is no answer, with kubectl's reason", async () => {
    await expect(ask("echo no pods >&2; exit 1")).rejects.toThrow("kubectl forwards no port to api-candidate: no pods");
    await expect(ask('echo "Forwarding from 127.0.0.1:1 -> 8000"; exec sleep 60')).rejects.toThrow("ECONNREFUSED");
  });
});

test("a manual step is left to a person", async () => {
  expect(await world({}).check({ kind: "manual", step: "Log in" })).toEqual({
    name: "check",
    result: "todo",
    why: "Log in",
  });
});
