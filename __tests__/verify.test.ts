import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { createServer as createTlsServer, type Server as TlsServer } from "node:tls";
import type { Context } from "../commands/context";
import { askService } from "../commands/port-forward";
import { checked, doneBy, smokeChecked, verified } from "../commands/verify";
import { validUntil } from "../commands/verify/certificate";
import type { Checked, Outside } from "../commands/verify/check";
import { hostsChecked } from "../commands/verify/hosts";
import { rolloutsChecked } from "../commands/verify/rollouts";
import { SECURITY_HEADERS } from "../facts/http";
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

  test("is asked although kubectl prints a line for each connection, and ends if nobody reads it", async () => {
    const { port } = server.address() as AddressInfo;
    const proxy = `
      const own = net.createServer((from) => {
        fs.writeSync(1, "Handling connection for " + own.address().port + "\\n");
        from.pipe(net.connect(${port}, "127.0.0.1")).pipe(from);
      }).listen(0, "127.0.0.1", () => console.log("Forwarding from 127.0.0.1:" + own.address().port + " -> 80"));`;
    writeFileSync(path.join(folder, "proxy.js"), `const fs = require("fs"), net = require("net");${proxy}`);
    expect((await ask(`exec "${process.execPath}" ${folder}/proxy.js`)).status).toBe(418);
  });

  test("that kubectl does not reach is no answer, with kubectl's reason", async () => {
    await expect(ask("echo no pods >&2; exit 1")).rejects.toThrow("kubectl forwards no port to api-candidate: no pods");
    await expect(ask('echo "Forwarding from 127.0.0.1:1 -> 8000"; exec sleep 60')).rejects.toThrow("ECONNREFUSED");
  });
});

const MANUAL = { kind: "manual", step: "Log in" } as const;

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

const collect = async (results: AsyncGenerator<Checked>): Promise<Checked[]> => {
  const all: Checked[] = [];
  for await (const result of results) all.push(result);
  return all;
};

describe("public hosts", () => {
  const service = (more: object = {}) => ({ health: { ready: "/ready" }, paths: ["/"], headers: [], ...more });
  const shop = (more: { services?: object; environment?: object; system?: object } = {}) =>
    ({
      ...context,
      system: {
        namespace: "shop",
        services: { api: service(), ...more.services },
        buckets: {},
        vercel: {},
        ...more.system,
      },
      environment: {
        services: { api: { hosts: ["api.shop.io"] } },
        frontends: {},
        buckets: {},
        edge: { kind: "google" },
        ...more.environment,
      },
    }) as unknown as Context;

  interface Sent {
    readonly status?: number;
    readonly headers?: Readonly<Record<string, string>>;
  }
  const YEAR = new Date(Date.now() + 365 * 24 * 3600 * 1000);
  /** Answers as the stack declares, except for these URLs. */
  const outside = (answers: Readonly<Record<string, Sent>> = {}, until = YEAR) => {
    const asked: string[] = [];
    return {
      asked,
      fetch: async (url: string) => {
        asked.push(url);
        const usual = url.startsWith("http:")
          ? { status: 301, headers: { location: url.replace("http:", "https:") } }
          : { status: 200, headers: SECURITY_HEADERS };
        const { status, headers } = { ...usual, ...answers[url] };
        return { status, headers: new Headers(headers), text: async () => "" };
      },
      certificate: async (host: string, trusted: boolean) => {
        asked.push(`${host} ${trusted ? "trusted" : "any"}`);
        return until;
      },
    } as unknown as Outside & { asked: string[] };
  };
  const failed = async (context: Context, world: Outside) =>
    (await collect(hostsChecked(context, world))).filter(({ result }) => result === "FAIL");

  test("have a certificate, a redirect, headers and health", async () => {
    const world = outside();
    const date = YEAR.toISOString().slice(0, 10);
    expect(await collect(hostsChecked(shop(), world))).toEqual([
      { name: "certificate of api.shop.io", result: "ok", why: `is valid until ${date}` },
      {
        name: "redirect of api.shop.io",
        result: "ok",
        why: "http://api.shop.io/ready redirects to https://api.shop.io/ready",
      },
      {
        name: "headers of api at api.shop.io",
        result: "ok",
        why: "https://api.shop.io/ready answers with X-Content-Type-Options, X-Frame-Options, Strict-Transport-Security",
      },
      { name: "health of api at api.shop.io", result: "ok", why: "https://api.shop.io/ready answers 200" },
    ]);
    expect(world.asked[0]).toBe("api.shop.io trusted");
  });

  const READY = "https://api.shop.io/ready";
  test.each<[string, Record<string, Sent>, string, string]>([
    [
      "no redirect",
      { "http://api.shop.io/ready": { status: 200, headers: {} } },
      "redirect of api.shop.io",
      "http://api.shop.io/ready answers 200, and no redirect",
    ],
    [
      "a redirect to HTTP",
      { "http://api.shop.io/ready": { headers: { location: "/login" } } },
      "redirect of api.shop.io",
      "http://api.shop.io/ready redirects to /login, not to HTTPS at its usual port",
    ],
    [
      "a redirect to another port",
      { "http://api.shop.io/ready": { headers: { location: "https://api.shop.io:8443/ready" } } },
      "redirect of api.shop.io",
      "http://api.shop.io/ready redirects to https://api.shop.io:8443/ready, not to HTTPS at its usual port",
    ],
    [
      "headers that are missing or others",
      { [READY]: { headers: { "x-frame-options": "SAMEORIGIN", "x-content-type-options": "nosniff" } } },
      "headers of api at api.shop.io",
      `${READY} answers with X-Frame-Options: SAMEORIGIN, not DENY and without Strict-Transport-Security`,
    ],
    [
      "a service that is not ready",
      { [READY]: { status: 503 } },
      "health of api at api.shop.io",
      `${READY} answers 503, not 200`,
    ],
  ])("%s fails", async (_what, answers, name, why) => {
    expect(await failed(shop(), outside(answers))).toEqual([{ name, result: "FAIL", why }]);
  });

  test("a certificate must be valid for 14 more days", async () => {
    const at = (days: number) => new Date(Date.now() + days * 24 * 3600 * 1000);
    expect(await failed(shop(), outside({}, at(14.1)))).toEqual([]);
    const date = at(13.9).toISOString().slice(0, 10);
    expect(await failed(shop(), outside({}, at(13.9)))).toEqual([
      { name: "certificate of api.shop.io", result: "FAIL", why: `is valid until ${date}, and not for 14 more days` },
    ]);
    expect(await failed(shop(), outside({}, new Date("")))).toHaveLength(1);
  });

  test("browsers need not trust a certificate of Let's Encrypt's staging environment", async () => {
    const world = outside();
    const [certificate] = await collect(
      hostsChecked(shop({ environment: { edge: { kind: "traefik", acme: "staging" } } }), world),
    );
    expect(certificate).toMatchObject({ result: "ok", why: expect.stringContaining(", but browsers do not trust it") });
    expect(world.asked[0]).toBe("api.shop.io any");
  });

  test("a service's own headers count at the path that is asked", async () => {
    const headers = [{ set: { "Referrer-Policy": "no-referrer" } }, { path: "/admin", set: { "X-Admin": "1" } }];
    expect(await failed(shop({ services: { api: service({ headers }) } }), outside())).toEqual([
      {
        name: "headers of api at api.shop.io",
        result: "FAIL",
        why: `${READY} answers without Referrer-Policy`,
      },
    ]);
  });

  test("where services share a host, each is asked at a path of its own", async () => {
    const context = shop({
      services: { api: service({ paths: ["/api"] }), web: service({ health: { ready: "/api-ready" } }) },
      environment: { services: { api: { hosts: ["shop.io"] }, web: { hosts: ["shop.io"] } } },
    });
    const names = (await collect(hostsChecked(context, outside()))).map(({ name, why }) => [name, why.split(" ")[0]]);
    expect(names).toEqual([
      ["certificate of shop.io", "is"],
      ["redirect of shop.io", "http://shop.io/api-ready"],
      ["headers of api at shop.io", "https://shop.io/api"], // its readiness path is web's here
      ["headers of web at shop.io", "https://shop.io/api-ready"],
      ["health of web at shop.io", "https://shop.io/api-ready"],
    ]);
  });

  test("a readiness path that no route leads to must not answer", async () => {
    const context = shop({ services: { api: service({ paths: ["/api"] }) } });
    expect(await failed(context, outside({ [READY]: { status: 404 } }))).toEqual([]);
    expect(await failed(context, outside())).toEqual([
      {
        name: "health of api at api.shop.io",
        result: "FAIL",
        why: `${READY} answers 200, although no route leads to it`,
      },
    ]);
  });

  test("Vercel's frontends have the declared headers, others have their own, and buckets have their file", async () => {
    const context = shop({
      services: {},
      system: {
        services: {},
        vercel: { web: { headers: [{ set: { "X-Frame-Options": "SAMEORIGIN" } }] } },
        buckets: { files: { access: "public", health: "/health.txt" }, uploads: { access: "private" } },
      },
      environment: {
        services: {},
        frontends: { web: ["app.shop.io"], site: ["www.shop.io"] },
        buckets: { files: { host: "files.shop.io" } },
      },
    });
    const results = await collect(hostsChecked(context, outside()));
    expect(results.filter(({ name }) => !/^(certificate|redirect)/.test(name))).toEqual([
      {
        name: "headers of web at app.shop.io",
        result: "FAIL",
        why: "https://app.shop.io/ answers with X-Frame-Options: DENY, not SAMEORIGIN",
      },
      { name: "headers of files at files.shop.io", result: "ok", why: expect.anything() },
      { name: "health of files at files.shop.io", result: "ok", why: "https://files.shop.io/health.txt answers 200" },
    ]);
    expect(results).toHaveLength(9);
  });

  test("a host that does not answer fails in each of its checks", async () => {
    const silent = async () => Promise.reject(new Error("getaddrinfo ENOTFOUND api.shop.io"));
    const results = await collect(hostsChecked(shop(), { fetch: silent, certificate: silent } as unknown as Outside));
    expect(results.map(({ result }) => result)).toEqual(["FAIL", "FAIL", "FAIL", "FAIL"]);
    expect(results[3]?.why).toBe(`${READY} does not answer: getaddrinfo ENOTFOUND api.shop.io`);
  });
});

describe("the certificate of a server", () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), "verify-tls-"));
  let server: TlsServer;
  let ca: Buffer;
  beforeAll(async () => {
    const [key, cert] = [path.join(folder, "key.pem"), path.join(folder, "cert.pem")];
    const made = spawnSync("openssl", [
      ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30"],
      ...["-subj", "/CN=shop", "-addext", "subjectAltName=DNS:api.shop.io", "-keyout", key, "-out", cert],
    ]);
    expect(made.status).toBe(0);
    ca = readFileSync(cert);
    server = createTlsServer({ key: readFileSync(key), cert: ca }).listen(0, "127.0.0.1");
    server.on("tlsClientError", () => {});
    await once(server, "listening");
  });
  afterAll(() => {
    server.close();
    rmSync(folder, { recursive: true });
  });
  const until = (trusted: boolean, more: object = {}) => {
    const { port } = server.address() as AddressInfo;
    return validUntil(trusted, { host: "127.0.0.1", port, servername: "api.shop.io", ...more });
  };

  test("says until when it is valid", async () => {
    const days = ((await until(true, { ca })).getTime() - Date.now()) / (24 * 3600 * 1000);
    expect(Math.round(days)).toBe(30);
  });

  test("must be for the host, and trusted unless nobody has to trust it", async () => {
    await expect(until(true)).rejects.toThrow("self-signed certificate");
    await expect(until(false)).resolves.toBeInstanceOf(Date);
    for (const trusted of [true, false])
      await expect(until(trusted, { ca, servername: "www.shop.io" })).rejects.toThrow("does not match");
    await expect(until(true, { port: 1 })).rejects.toThrow("ECONNREFUSED");
  });
});

describe("rollouts", () => {
  const [OLD, NEW, NEXT] = ["1", "2", "3"].map((digit) => `sha256:${digit.repeat(64)}`) as [string, string, string];
  const shop = {
    ...context,
    system: {
      namespace: "shop",
      services: {
        api: { image: "shop", strategy: { kind: "canary" } },
        worker: { image: "shop", strategy: { kind: "rolling" } },
      },
      smokeChecks: {},
      buckets: {},
      vercel: {},
    },
    environment: { repository: "registry.example/shop", services: {}, frontends: {}, buckets: {} },
    release: { version: "1.4.0", images: { shop: NEW } },
  } as unknown as Context;
  const workload = (
    name: string,
    more: { digest?: string; kind?: string; status?: object; generation?: number } = {},
  ) => ({
    kind: more.kind ?? "Deployment",
    metadata: { name, generation: more.generation ?? 1 },
    spec: {
      replicas: 2,
      template: { spec: { containers: [{ image: `registry.example/shop/shop@${more.digest ?? NEW}` }] } },
    },
    status: { observedGeneration: 1, replicas: 2, updatedReplicas: 2, readyReplicas: 2, ...more.status },
  });
  const BOTH = [workload("api"), workload("worker", { kind: "StatefulSet" })];
  /** kubectl of a namespace with these workloads, and these labels of Helm's Secrets. */
  const kubectl = (workloads: readonly object[], revisions: readonly string[] = ["api/1/deployed"]): Outside =>
    ({
      kubectl: async (...args: readonly string[]) => {
        expect(args).toContain("--namespace=shop");
        return args[1] === "secrets"
          ? revisions.map((line) => `${line}\n`).join("")
          : JSON.stringify({ items: workloads });
      },
    }) as unknown as Outside;
  const failures = async (outside: Outside, more: object = {}) =>
    (await collect(rolloutsChecked({ ...shop, ...more }, outside)))
      .filter(({ result }) => result === "FAIL")
      .map(({ name, why }) => `${name}: ${why}`);

  test("run the release in all of their pods", async () => {
    expect(await collect(rolloutsChecked(shop, kubectl(BOTH)))).toEqual([
      { name: "rollout of api", result: "ok", why: `2 pods run shop@${NEW} of 1.4.0` },
      { name: "rollout of worker", result: "ok", why: `2 pods run shop@${NEW} of 1.4.0` },
      { name: "Helm releases", result: "ok", why: "1 are deployed" },
    ]);
  });

  test.each<[string, object[], string]>([
    ["is missing", [], "neither a Deployment nor a StatefulSet of this name runs"],
    [
      "runs another image",
      [workload("api", { digest: OLD })],
      `runs registry.example/shop/shop@${OLD}, not registry.example/shop/shop@${NEW} of 1.4.0: the release is not deployed, or its rollout was rolled back`,
    ],
    [
      "has old pods besides the new ones",
      [workload("api", { status: { replicas: 3 } })],
      "has 2 new and 2 ready pods of 2, and 1 old ones",
    ],
    [
      "has pods that are not updated",
      [workload("api", { status: { updatedReplicas: 1 } })],
      "has 1 new and 2 ready pods of 2",
    ],
    [
      "has pods that are not ready",
      [workload("api", { status: { readyReplicas: undefined } })],
      "has 2 new and 0 ready pods of 2",
    ],
    ["has changed just now", [workload("api", { generation: 2 })], "has changed, and Kubernetes has not acted yet"],
  ])("a service that %s fails", async (_what, api, why) => {
    expect(await failures(kubectl([...api, workload("worker")]))).toEqual([`rollout of api: ${why}`]);
  });

  test("a candidate runs its own release, and what nobody declares fails", async () => {
    const candidate = { release: { version: "1.5.0", images: { shop: NEXT } }, share: 0 };
    const beside = [...BOTH, workload("api-candidate", { digest: NEXT })];
    expect(await failures(kubectl(beside), { candidate })).toEqual([]);
    expect(await failures(kubectl([...BOTH, workload("api-candidate")]), { candidate })).toEqual([
      expect.stringContaining("rollout of api-candidate: runs"),
    ]);
    expect(await failures(kubectl(beside))).toEqual([
      "rollout of api-candidate: a Deployment of this name runs, but no file of the system or the release declares it",
    ]);
  });

  test("a cluster that does not answer fails", async () => {
    const silent = { kubectl: () => Promise.reject(new Error("Unable to connect")) } as unknown as Outside;
    expect(await failures(silent)).toEqual(["rollouts: Unable to connect"]);
  });

  test("what Helm has not finished fails; what it has rolled back is deployed, as the record of the deploy says", async () => {
    const revisions = [
      ...["api/9/superseded", "api/10/failed", "api/11/deployed"], // in any order, and not that of texts
      ...["routes/3/failed", "routes/2/superseded"],
      "limits/1/pending-upgrade",
    ];
    expect(await failures(kubectl(BOTH, revisions))).toEqual([
      "Helm releases: revision 3 of routes is failed; revision 1 of limits is pending-upgrade",
    ]);
  });

  test("come before hosts and smoke checks", async () => {
    const system = { ...shop.system, smokeChecks: { login: MANUAL } };
    const results = await collect(verified({ ...shop, system }, kubectl(BOTH), { names: ["login"], by: "ann" }));
    expect(results.map(({ name }) => name)).toEqual(["rollout of api", "rollout of worker", "Helm releases", "login"]);
    expect(results.at(-1)?.result).toBe("ok");
  });
});
