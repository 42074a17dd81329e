import type { StackJson } from "@slipway/rehearsal";
import { areApart, differenceOf, groupsOf, type Placed } from "../commands/knobs/groups";
import { wrongWith } from "../commands/knobs/turning";
import type { Turn } from "../commands/knobs/turns";

const stack = (resource: StackJson["resource"]): StackJson => ({ resource, terraform: {} });
const before = stack({
  a_pool: { app: { min: 1, max: 3 } },
  helm_release: { app: { values: ['{"size":{"cpu":"1","memory":"2Gi"}}'] } },
});
const poolWith = (fields: object) => stack({ ...before.resource, a_pool: { app: { min: 1, max: 3, ...fields } } });

const placed = (path: string, after: StackJson, last?: Turn): Placed => ({
  turn: { name: path, what: "", after: last, hand: {}, changes: [[path.split("."), 1]] } as unknown as Turn,
  difference: differenceOf(before, after),
});

test("a difference lists the changed fields of resources, even inside JSON text", () => {
  const after = stack({
    a_pool: { app: { min: 2, max: 3 } },
    helm_release: { app: { values: ['{"size":{"cpu":"2","memory":"2Gi"}}'] } },
    new_thing: { here: {} },
  });
  const { fields, whole, resources } = differenceOf(before, after);
  expect([...fields]).toEqual(["a_pool.app .min", "helm_release.app .values.0.size.cpu"]);
  expect([...whole]).toEqual(["new_thing.here"]);
  expect([...resources]).toEqual(["a_pool.app", "helm_release.app", "new_thing.here"]);
});

test("turns are apart if they change no common field, in resources or in files", () => {
  const min = placed("environment.min", poolWith({ min: 2 }));
  const max = placed("environment.max", poolWith({ max: 4 }));
  const gone = placed("environment.pool", stack({ helm_release: before.resource?.helm_release ?? {} }));
  expect(areApart(min, max)).toBe(true);
  expect(areApart(min, placed("environment.other", poolWith({ min: 3 })))).toBe(false);
  expect(areApart(gone, max)).toBe(false);
  expect(areApart(max, gone)).toBe(false);
  expect(areApart(placed("environment.max.more", before), max)).toBe(false);
});

test("groups contain turns that are apart, are valid together, and take the same number of steps", () => {
  const [a, b, c] = [
    placed("environment.min", poolWith({ min: 2 })),
    placed("environment.max", poolWith({ max: 4 })),
    placed("environment.kind", poolWith({ kind: "x" })),
  ] as const;
  const deeper = placed("environment.kind.of", poolWith({ kind: "y" }), c.turn);
  const names = (groups: Placed[][]) => groups.map((group) => group.map(({ turn }) => turn.name));
  expect(names(groupsOf([a, b, deeper], () => true))).toEqual([
    ["environment.min", "environment.max"],
    ["environment.kind.of"],
  ]);
  const isValid = (turns: readonly Turn[]) => !(turns.includes(a.turn) && turns.includes(c.turn));
  expect(names(groupsOf([a, c, b], isValid))).toEqual([["environment.min", "environment.max"], ["environment.kind"]]);
});

describe("a plan of turns", () => {
  const turn = (hand: Turn["hand"]) => ({ hand }) as Turn;
  const replaced = [
    { address: "google_container_node_pool.pool_app", type: "google_container_node_pool", action: "replace" },
  ] as const;

  test("removes nothing that serves or holds data, unless the table says so", () => {
    expect(wrongWith([turn({})], replaced)).toEqual(["replace google_container_node_pool.pool_app"]);
    expect(wrongWith([turn({ replaces: /^google_container_node_pool\./ })], replaced)).toEqual([]);
    const job = { address: "kubernetes_job_v1.a", type: "kubernetes_job_v1", action: "replace" } as const;
    expect(wrongWith([turn({})], [job])).toEqual([]);
  });

  test("restarts no datastore that has one server, unless the table says so", () => {
    const release = { address: "helm_release.datastore_redis", type: "helm_release", action: "update" } as const;
    expect(wrongWith([turn({})], [release])).toEqual([
      "helm_release.datastore_redis is updated, and its server restarts",
    ]);
    expect(wrongWith([turn({ restarts: "its size" })], [release])).toEqual([]);
  });

  test("is refused by a protection where no update can turn the knob, and by nothing else", () => {
    const fixed = turn({ fixed: "what is in it has its name" });
    const refused = ["exit 1", "kubernetes_namespace_v1.namespace: Instance cannot be destroyed Resource ..."];
    expect(wrongWith([fixed], { refused })).toEqual([]);
    expect(wrongWith([fixed], { refused: ["exit 1", "no such secret"] })).toEqual(["exit 1", "no such secret"]);
    expect(wrongWith([fixed], replaced)).toContain("it is planned, and must be refused");
    expect(wrongWith([turn({})], { refused })).toEqual(refused);
  });
});
