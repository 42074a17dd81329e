import { ConfigMapV1 } from "@cdktf/provider-kubernetes/lib/config-map-v1";
import { ConfigMap } from "../../constructs/kubernetes/config-map";
import { build, ref } from "../construct";

const synth = (data: Record<string, string>, name = "backend") => {
  const built = build((stack) => {
    const { name: reference } = new ConfigMap(stack, "config", { namespace: "shop", name, data });
    return { reference };
  });
  const [address, map] = built.digested("kubernetes_config_map_v1.config");
  return { ...built, address, map, name: map.metadata.name as string };
};
const data = { LOG_LEVEL: "info", REGION: "eu" };
const { address, map, name, counts, given } = synth(data);

test("its data is what was given", () => {
  expect(counts).toEqual({ kubernetes_config_map_v1: 1 });
  expect(map).toMatchObject({ metadata: { namespace: "shop" }, data });
  expect(name).toMatch(/^backend-[0-9a-f]{10}$/);
});

test("it never changes, and outlives what still uses it", () => {
  expect(map).toMatchObject({ immutable: true, lifecycle: { create_before_destroy: true } });
});

test("whoever uses its name waits for it", () => {
  expect(given.reference).toBe(ref(`${address}.metadata[0].name`));
});

test.each([
  ["a value", { ...data, LOG_LEVEL: "debug" }],
  ["a key", { LOG_LEVELS: "info", REGION: "eu" }],
  ["another entry", { ...data, MORE: "" }],
  ["one entry less", { LOG_LEVEL: "info" }],
  ["swapped values", { LOG_LEVEL: "eu", REGION: "info" }],
])("address and name change with %s", (_what, changed) => {
  const other = synth(changed);
  expect(other.address).not.toBe(address);
  expect(other.name).not.toBe(name);
});

test("neither changes with the order of the entries", () => {
  const other = synth({ REGION: "eu", LOG_LEVEL: "info" });
  expect([other.address, other.name]).toEqual([address, name]);
});

describe("a value that only Terraform knows", () => {
  const following = (attribute: "uid" | "resourceVersion") => {
    const built = build((stack) => {
      const other = new ConfigMapV1(stack, "other", { metadata: { name: "other" } });
      const value = other.metadata[attribute];
      new ConfigMap(stack, "config", { namespace: "shop", name: "c", data: { VALUE: value } });
    });
    return built.digested("kubernetes_config_map_v1.config");
  };

  test("is in the name, which follows it", () => {
    expect(following("uid")[1].metadata.name).toContain("kubernetes_config_map_v1.other.metadata[0].uid");
  });

  test("is in the address as it is written, so that another reference is another address", () => {
    expect(following("resourceVersion")[0]).not.toBe(following("uid")[0]);
    expect(following("uid")[0]).toBe(following("uid")[0]);
  });

  test("makes no name that another address could have, whatever the value turns out to be", () => {
    const names = (["uid", "resourceVersion"] as const).map((attribute) => {
      const [address, { metadata }] = following(attribute);
      // The name is a digest of a constant beside the value, and the constant differs with the address.
      return [address, /jsonencode\(\[\\?"([0-9a-f]{64})/.exec(metadata.name)?.[1]];
    });
    expect(new Set(names.map(([, constant]) => constant)).size).toBe(2);
    expect(names.map(([, constant]) => constant)).not.toContain(undefined);
  });
});
