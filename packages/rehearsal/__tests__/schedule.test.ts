import { NEEDS } from "../src/schedule/edges";
import { graphOf } from "../src/schedule/graph";
import { parallelismOf, scheduleOf } from "../src/schedule/schedule";
import { TIMES } from "../src/schedule/times";
import { recordedOnly } from "../src/stack";

describe("the schedule", () => {
  const of = (edges: Record<string, readonly string[]>) =>
    scheduleOf(new Map(Object.entries(edges).map(([address, waits]) => [address, new Set(waits)])));
  const CLUSTER = "google_container_cluster.c";

  test("a wait that no service imposes makes the critical path longer than the lower bound", () => {
    const { all } = of({
      [CLUSTER]: ["google_redis_instance.r"],
      "google_redis_instance.r": [],
      "google_container_node_pool.p": [CLUSTER],
    });
    expect(all.criticalPath).toEqual({
      minutes: 16,
      addresses: ["google_redis_instance.r", CLUSTER, "google_container_node_pool.p"],
    });
    expect(all.lowerBound).toEqual({ minutes: 10, addresses: [CLUSTER, "google_container_node_pool.p"] });
  });

  test("a wait that a service imposes counts through other resources too", () => {
    const { all } = of({
      "google_container_node_pool.p": ["random_id.x"],
      "random_id.x": [CLUSTER],
      [CLUSTER]: [],
    });
    expect(all.lowerBound.minutes).toBe(10);
  });

  test("reading a resource takes no time, nor does one that only the state records", () => {
    const graph = new Map(
      ["data.google_project.p", "terraform_data.a", "terraform_data.b"].map((it) => [it, new Set<string>()]),
    );
    const { bars } = scheduleOf(
      graph,
      recordedOnly({ resource: { terraform_data: { a: {}, b: { provisioner: [{}] } } }, terraform: {} }),
    );
    expect(bars.map(({ to }) => to)).toEqual([0, 0, 3]);
  });

  test("ten resources are created at a time", () => {
    const many = Object.fromEntries(Array.from({ length: 11 }, (_, i) => [`google_redis_instance.r${i}`, []]));
    expect(of(many).all.criticalPath.minutes).toBe(12);
    expect(of(many).all.lowerBound.minutes).toBe(6);
  });

  test("more are created at a time if the apply is shorter then, but no more than that needs", () => {
    const graph = (count: number) =>
      new Map(Array.from({ length: count }, (_, i) => [`helm_release.r${i}`, new Set<string>()]));
    expect(parallelismOf(graph(10))).toBe(10);
    expect(parallelismOf(graph(13))).toBe(13);
    expect(scheduleOf(graph(53), new Set(), parallelismOf(graph(53))).all.criticalPath.minutes).toBe(1.5);
    expect(parallelismOf(graph(1000))).toBe(160);
    expect(parallelismOf(graph(1000), new Set(graph(1000).keys()))).toBe(10); // nothing of it changes
    expect(parallelismOf(new Map())).toBe(10);
  });

  test("resources that wait for each other are an error", () => {
    expect(() => of({ "a.a": ["b.b"], "b.b": ["a.a"] })).toThrow("a.a, b.b wait for each other");
  });

  test("every duration and every edge has a source", () => {
    const pages = [...Object.values(TIMES), ...Object.values(NEEDS).flat()].map(({ source }) => source);
    expect(pages.filter((page) => !/^https:\/\/[\w.]+\/\S+$/.test(page))).toEqual([]);
  });
});

test("the graph is Terraform's own, without providers and outputs", () => {
  const graph = graphOf(`digraph {
    "[root] google_a.a" -> "[root] provider[\\"registry.terraform.io/hashicorp/google\\"]"
    "[root] google_b.b (expand)" -> "[root] google_a.a"
    "[root] kubernetes_c.c" -> "[root] provider[\\"registry.terraform.io/hashicorp/kubernetes\\"]"
    "[root] provider[\\"registry.terraform.io/hashicorp/kubernetes\\"]" -> "[root] ephemeral.x.token (expand)"
    "[root] provider[\\"registry.terraform.io/hashicorp/kubernetes\\"]" -> "[root] google_b.b"
    "[root] ephemeral.x.token (close)" -> "[root] kubernetes_c.c"
    "[root] output.o" -> "[root] kubernetes_c.c"
  }`);
  expect(graph).toEqual(
    new Map([
      ["google_a.a", new Set()],
      ["google_b.b", new Set(["google_a.a"])],
      ["kubernetes_c.c", new Set(["ephemeral.x.token", "google_b.b"])],
      ["ephemeral.x.token", new Set()],
    ]),
  );
});
