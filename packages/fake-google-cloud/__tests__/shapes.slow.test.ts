import { ApiError } from "../src/api-error";
import type { Body } from "../src/body";
import type { Cloud } from "../src/cloud";
import type { Route } from "../src/route";
import { SERVICES } from "../src/services";
import { addZoneByHand } from "../src/services/dns";
import { checkShape, TEXTS, withoutNulls } from "../src/shape";
import { VALID_CALLS, type ValidCall } from "./every-call";
import { errorOf, everything, serviceOf } from "./support";

describe("a shape", () => {
  const shape = { name: "text", size: "number", on: "flag", labels: TEXTS, parts: [{ partId: "text" }] } as const;

  test.each([
    {},
    { name: "n", size: 1, on: true, labels: { a: "b" }, parts: [{ partId: "p" }] },
    { name: null, labels: { a: null }, parts: null },
    { size: "12", other: 5 },
  ])("lets %j pass", (body) => {
    expect(() => checkShape(body, shape)).not.toThrow();
  });

  // The messages of Google's own translation of JSON: https://cloud.google.com/endpoints/docs/grpc/transcoding
  test.each([
    [{ name: 5 }, "400 Invalid value at 'name' (TYPE_STRING), 5"],
    [{ size: "x" }, `400 Invalid value at 'size' (TYPE_INT64), "x"`],
    [{ on: "true" }, `400 Invalid value at 'on' (TYPE_BOOL), "true"`],
    [{ labels: { a: 1 } }, "400 Invalid value at 'labels.a' (TYPE_STRING), 1"],
    [{ labels: [] }, "400 Invalid value at 'labels' (TYPE_MESSAGE), []"],
    [{ parts: {} }, "400 Invalid value at 'parts' (TYPE_MESSAGE), {}"],
    [{ parts: [null] }, "400 Invalid value at 'parts[0]' (TYPE_MESSAGE), null"],
    [{ parts: [{}, { partId: [] }] }, "400 Invalid value at 'parts[1].part_id' (TYPE_STRING), []"],
  ])("refuses %j", (body, message) => {
    expect(errorOf(() => checkShape(body, shape))).toBe(message);
  });

  test("null stands for no value", () => {
    expect(withoutNulls({ a: null, b: { c: null, d: [1, { e: null }] } })).toEqual({ b: { d: [1, {}] } });
  });
});

test.each([[null], ["text"], [5], [true], [[]]])("a body that is %j is refused", (body) => {
  expect(errorOf(() => serviceOf("compute").call("POST", "projects/p/global/networks", body as unknown as Body))).toBe(
    '400 Invalid JSON payload received. Unknown name "": Root element must be a message.',
  );
});

/** What the objects whose names a service chooses are in. */
const PARENTS: Readonly<Record<string, string>> = { billingbudgets: "billingAccounts/A/", cloudresourcemanager: "" };
const parentOf = (service: string) => PARENTS[service] ?? "projects/p/";

/** Makes a call, with what a test cannot know of it filled in. */
function make(cloud: Cloud, { service, method, path, body, query }: ValidCall): unknown {
  const [, collection] = /^MADE\/(\w+)$/.exec(path) ?? [];
  const made = collection && cloud.store.members(`${service}/${parentOf(service)}${collection}`)[0]?.name;
  const object = cloud.store.get(`${service}/${path.replace(/\/setLabels$/, "")}`);
  const sent = body && structuredClone(body);
  for (const field of ["fingerprint", "labelFingerprint"])
    if (sent?.[field] === "FINGERPRINT") sent[field] = object?.[field];
  return cloud.call({ service, method, path: made ?? path, body: sent, query: new URLSearchParams(query) });
}

/** A project with a DNS zone, whose calls are answered at once. */
function project(): Cloud {
  const cloud = everything();
  cloud.numberOf("p");
  addZoneByHand(cloud, "p", "zone", "example.com.");
  return cloud;
}

/** How a call fails in another way than with an error of Google's. */
function fault(run: () => unknown): string | undefined {
  try {
    JSON.stringify(run());
  } catch (error) {
    if (!(error instanceof ApiError))
      return String((error as Error).stack)
        .split("\n")
        .slice(0, 3)
        .join("");
  }
  return undefined;
}

const nameOf = (service: string, { method, path }: Route) =>
  `${service} ${method} ${path.source
    .slice(1, -1)
    .replaceAll("\\", "")
    .replace(/\(\?<\w+>[^)]*\)/g, "x")}`;

const matches = ({ service, method, path }: ValidCall) => {
  const route = SERVICES.find(({ name }) => name === service)?.routes.find(
    (one) => one.method === method && one.path.test(path.replace(/^MADE\/(\w+)$/, `${parentOf(service)}$1/1`)),
  );
  return route && nameOf(service, route);
};

test("the valid calls succeed, and are of every route that takes a body", () => {
  const cloud = project();
  for (const call of VALID_CALLS) make(cloud, call);
  const routes = SERVICES.flatMap(({ name, routes }) =>
    routes.filter(({ method }) => ["POST", "PUT", "PATCH"].includes(method)).map((route) => nameOf(name, route)),
  );
  const called = new Set(VALID_CALLS.map(matches));
  expect(routes.filter((route) => !called.has(route))).toEqual([
    // Making one is refused whatever is sent.
    "logging POST projects/x/locations/x/buckets:createAsync",
  ]);
});

const WRONG: readonly unknown[] = [
  null,
  "",
  "text",
  "constructor",
  0,
  -1,
  1e20,
  true,
  [],
  {},
  [null],
  ["text"],
  [{}],
  { a: 1 },
];

/** Copies of a body, each with another value in one place. */
function* spoilt(value: unknown, put: (value: unknown) => unknown, at: string): Generator<[string, unknown]> {
  for (const wrong of WRONG) yield [`${at} = ${JSON.stringify(wrong)}`, put(wrong)];
  if (typeof value !== "object" || value === null) return;
  for (const [key, one] of Object.entries(value))
    yield* spoilt(
      one,
      (other) => {
        const copy = structuredClone(value) as Record<string, unknown>;
        copy[key] = other;
        return put(copy);
      },
      `${at}.${key}`,
    );
}

test.each(VALID_CALLS.map((call, index) => [`${call.method} ${call.service} ${call.path}`, index] as const))(
  "%s with a wrong value is answered as Google answers, and so are the calls after it",
  (_name, index) => {
    const call = VALID_CALLS[index] as ValidCall;
    const cloud = project();
    for (const before of VALID_CALLS.slice(0, index)) make(cloud, before);
    const [store, policies] = [cloud.store.entries(), cloud.policies.entries()].map((it) => structuredClone(it));
    const faults: string[] = [];
    for (const [what, body] of spoilt(call.body ?? {}, (it) => it, "body")) {
      cloud.store.restore(store ?? []);
      cloud.policies.restore(policies ?? []);
      const wrong = { ...call, body: body as Body };
      const found = fault(() => make(cloud, wrong));
      if (found) faults.push(`${what}: ${found}`);
      for (const next of VALID_CALLS.slice(index + 1, index + 6)) {
        const later = fault(() => make(cloud, next));
        if (later) faults.push(`${what}, then ${next.method} ${next.path}: ${later}`);
      }
    }
    expect(faults.slice(0, 5)).toEqual([]);
  },
);

test("every route answers as Google does in an empty project, whatever is sent", () => {
  const faults: string[] = [];
  const places = { project: "p", location: "us-east4", region: "us-east4", zone: "us-east4-a" };
  for (const { name, routes } of SERVICES)
    for (const { method, path: pattern } of routes) {
      const path = pattern.source
        .slice(1, -1)
        .replace(/\(\?<(\w+)>[^)]*\)/g, (_, param: string) => places[param as keyof typeof places] ?? "x1")
        .replaceAll("\\", "");
      expect(path).toMatch(pattern);
      for (const body of [undefined, ...WRONG]) {
        const found = fault(() => everything().call({ service: name, method, path, body }));
        if (found) faults.push(`${method} ${name} ${path} ${JSON.stringify(body)}: ${found}`);
      }
    }
  expect(faults.slice(0, 5)).toEqual([]);
});
