import { leftToDo, spellings } from "../rehearsal/checks";
import {
  AUTOPILOT,
  createdElsewhere,
  faultPolicy,
  isKubernetes,
  labelsOf,
  notStruck,
} from "../rehearsal/cluster-policies";
import { failEach, faultsOf, notMade, spread } from "../rehearsal/fail-each";
import { namesResource } from "../rehearsal/rehearsal";
import { madeByHand, poolsOf } from "../rehearsal/stack";
import { actions, complaints } from "../rehearsal/terraform";
import { synth } from "./support";

test("each call fails once, the same call of Google Cloud as often as it was made, of Kubernetes once", () => {
  const kubernetes = "UPDATE kubernetes n/secrets/s";
  expect(faultsOf(["POST a b", kubernetes, "POST a b", "PUT a c", kubernetes])).toEqual([
    { label: "POST a b", occurrence: 1 },
    { label: kubernetes, occurrence: 1 },
    { label: "POST a b", occurrence: 2 },
    { label: "PUT a c", occurrence: 1 },
  ]);
});

const GRANT = "POST cloudresourcemanager projects/p:setIamPolicy";
const ENABLED = "POST serviceusage projects/p/services:enable";
test.each([
  ["a second grant, which came with the first", GRANT, 2, 0, []],
  ["a second API, which came with the first", ENABLED, 2, 0, []],
  ["a second grant that something else kept from being made", GRANT, 2, 1, ["the call was not made"]],
  ["a first grant, which there always is", GRANT, 1, 0, ["the call was not made"]],
  [
    "a grant on a secret, which is a call of its own",
    "POST secretmanager s:setIamPolicy",
    2,
    0,
    ["the call was not made"],
  ],
])("%s is not struck: whether that is wrong", (_what, label, occurrence, status, wrong) => {
  const { inconclusive = false, ...finding } = notMade(
    { label, occurrence },
    { status, stdout: "", stderr: "", seconds: 1 },
  );
  expect(finding.wrong).toEqual(wrong);
  expect(inconclusive).toBe(!wrong.length);
});

test.each([
  [1, [0]],
  [3, [0, 4, 7]],
  [10, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]],
  [undefined, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]],
  [99, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]],
])("a sample of %s of ten is evenly spread", (n, expected) => {
  expect(spread([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], n)).toEqual(expected);
});

test("a run without a call to fail is not a success", async () => {
  const settings = { stacks: [], work: "/nowhere", timeout: 1 };
  await expect(failEach({ settings, calls: [], jobs: 1 })).rejects.toThrow("--only matches no call");
});

test("a secret is found in every encoding", () => {
  const secret = "pä ss/word+1";
  for (const before of ["", "a", "ab", "abc", "postgresql://u:"])
    for (const behind of ["", "@", "@h", "@host"]) {
      const text = Buffer.from(before + secret + behind).toString("base64");
      expect(spellings(secret).some((spelling) => text.includes(spelling))).toBe(true);
      expect(spellings("another/word").some((spelling) => text.includes(spelling))).toBe(false);
    }
  expect(spellings(secret)).toEqual(expect.arrayContaining([secret, encodeURIComponent(secret)]));
  expect(spellings('a"b')).toContain('a\\"b');
});

const event = (verb: string, objectRef: object, code = 200) =>
  JSON.stringify({ stage: "ResponseComplete", verb, objectRef, responseStatus: { code } });

test("the changes in an audit log are named like faults", () => {
  const log = [
    event("create", { resource: "namespaces", name: "n" }, 201),
    event("patch", { resource: "configmaps", namespace: "n", name: "c" }),
    event("create", { resource: "pods", namespace: "n", name: "p" }, 403),
    event("update", { resource: "pods", namespace: "n", name: "p", subresource: "status" }),
    event("delete", { resource: "jobs", namespace: "n", name: "j" }),
    "",
  ].join("\n");
  expect(labelsOf(log)).toEqual([
    "CREATE kubernetes n/namespaces/n",
    "UPDATE kubernetes n/configmaps/c",
    "DELETE kubernetes n/jobs/j",
  ]);
});

test("objects created outside deleted namespaces are reported by the namespace that stays", () => {
  const labels = [
    "CREATE kubernetes n/namespaces/n",
    "CREATE kubernetes n/secrets/s",
    "CREATE kubernetes /clusterroles/r",
    "CREATE kubernetes kube-system/rolebindings/b",
    "UPDATE kubernetes kube-system/configmaps/c",
    "CREATE kubernetes default/services/a",
    "CREATE kubernetes default/services/b",
  ];
  expect(Object.fromEntries(createdElsewhere(labels))).toEqual({
    "": ["clusterroles/r"],
    "kube-system": ["rolebindings/b"],
    default: ["services/a", "services/b"],
  });
});

test("faults reach Kubernetes by their label", () => {
  expect(
    [/CREATE kubernetes n/, "CREATE kubernetes n/x/y", /sql/, "POST sql x"].map((label) => isKubernetes({ label })),
  ).toEqual([true, true, false, false]);
  expect(JSON.stringify(faultPolicy([{ label: 'CREATE kubernetes n/x/"y-*"' }, { label: /jobs\/.*/ }]))).toContain(
    JSON.stringify(String.raw`.matches("^CREATE kubernetes n\\/x\\/\"y-[^/]*\"$") || (`).slice(1, -1),
  );
});

test("a fault in Kubernetes has struck when a call that it means was refused because of it", () => {
  const refused = (name: string, message: string) =>
    JSON.stringify({
      ...JSON.parse(event("create", { resource: "secrets", namespace: "n", name })),
      responseStatus: { code: 403, message },
    });
  const log = [refused("a-1", 'secrets "a-1" is forbidden: simulated failure'), refused("b", "is forbidden")].join(
    "\n",
  );
  const [a, b, c] = ["a-*", "b", "c"].map((name) => ({ label: `CREATE kubernetes n/secrets/${name}` }));
  expect(
    notStruck(
      [a, b, c].flatMap((fault) => fault ?? []),
      log,
    ),
  ).toEqual([b, c]);
});

test.each([
  ["nothing to do", 0, "No changes.", []],
  ["a difference", 2, "  # a.b will be created\n", ["the plan is not empty", "  # a.b will be created"]],
  ["an error", 1, "Error: no such provider\n", ["exit 1", "Error: no such provider"]],
  ["a plan that was killed", null, "", ["exit null"]],
])("left to do after %s", (_what, status, stdout, wrong) => {
  expect(leftToDo({ status, stdout, stderr: "", seconds: 1 })).toEqual(wrong);
});

test("a policy that refuses is bound, and so is one that changes", () => {
  const kinds = AUTOPILOT.map((object) => object.kind);
  for (const kind of kinds.filter((k) => !String(k).endsWith("Binding")))
    expect(kinds.filter((k) => k === kind)).toHaveLength(kinds.filter((k) => k === `${kind}Binding`).length);
});

const lines = (...messages: readonly object[]) => ({
  status: 1,
  stdout: messages.map((m) => JSON.stringify(m)).join("\n"),
  stderr: "",
  seconds: 1,
});
const diagnostic = (severity: string, address?: string) => ({
  type: "diagnostic",
  diagnostic: { severity, summary: "It\nfailed", detail: "because", address },
});

test("a failed apply that names no resource is a problem", () => {
  expect(namesResource(lines(diagnostic("error", "a.b")))).toEqual({ wrong: [], note: "a.b: It failed" });
  const { wrong } = namesResource(lines(diagnostic("warning", "a.b"), diagnostic("error")));
  expect(wrong).toEqual([expect.stringContaining("no message names a resource")]);
  expect(complaints(lines(diagnostic("error", "a.b")))).toEqual(["a.b: It failed because"]);
});

test("a plan's own output is not a warning", () => {
  const stdout =
    '  + title = "Error budget left"\nError: Error retrieving secret\ngoogleapi: Error 404: Secret Version\n';
  expect(complaints({ status: 1, stdout, stderr: "", seconds: 1 })).toEqual([
    "Error: Error retrieving secret",
    "googleapi: Error 404: Secret Version",
  ]);
});

test("the changes of an apply are read from its output", () => {
  const hook = (type: string, seconds: number) => ({
    type,
    "@timestamp": `2026-01-01T00:00:0${seconds}Z`,
    hook: { resource: { addr: "a.b" }, action: "create" },
  });
  const run = lines(hook("apply_start", 1), hook("apply_complete", 3));
  expect(actions({ ...run, stdout: `a plugin's words\n{broken\n${run.stdout}` })).toEqual([
    { address: "a.b", action: "create", from: expect.any(Number), to: expect.any(Number), failed: false },
  ]);
  const [{ from = 0, to = 0 } = {}] = actions(run);
  expect(to - from).toBe(2000);
});

test("the resources that a person creates are read from the stack", () => {
  const { production } = synth(({ production: { environment } }) => {
    environment.edge.dnsZone = "pmcrm";
  });
  const { secrets, zones } = madeByHand(production.json);
  expect(secrets).toContainEqual({ project: "pmcrm-production", secret: "pmcrm-openai-api-key", version: 1 });
  expect(secrets.filter(({ secret }) => /database|jwt/.test(secret))).toEqual([]);
  expect(zones).toEqual([{ project: "pmcrm-production", zone: "pmcrm", dnsName: "pmcrm.io." }]);
});

test("the simulated nodes are of the pools of a stack and its next versions, with their taints", () => {
  const { production } = synth();
  const pool = (name: string) => ({ resource: { google_container_node_pool: { [name]: { name } } }, terraform: {} });
  const dedicated = (value: string) => [{ key: "dedicated", value, effect: "NoSchedule" }];
  const pools = poolsOf(production.json, pool("app"), pool("batch"));
  expect(pools.map(({ name }) => name).sort()).toEqual(["app", "batch", "monitoring", "workers"]);
  expect(pools.find(({ name }) => name === "workers")?.taints).toEqual(dedicated("workers"));
  expect(pools.find(({ name }) => name === "app")?.taints).toEqual([]);
  expect(poolsOf({ terraform: {} }).map(({ taints }) => taints)).toEqual([[], [], []]);
});
