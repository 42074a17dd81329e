import { ConfigMapV1 } from "@cdktf/provider-kubernetes/lib/config-map-v1";
import { ConfigMap } from "../../constructs/kubernetes/config-map";
import { build, ref } from "../construct";

const synth = (data: Record<string, string>, name = "backend") =>
  build((stack) => {
    const { digest, name: reference } = new ConfigMap(stack, "config", { namespace: "shop", name, data });
    return { digest, reference };
  });
const data = { LOG_LEVEL: "info", REGION: "eu" };
const { resource, counts, given } = synth(data);

test("its data is what was given", () => {
  expect(counts).toEqual({ kubernetes_config_map_v1: 1 });
  expect(resource("kubernetes_config_map_v1.config_config-map")).toMatchObject({
    metadata: { name: "backend", namespace: "shop" },
    data,
  });
});

test("whoever uses its name waits for it", () => {
  expect(given.reference).toBe(ref("kubernetes_config_map_v1.config_config-map.metadata[0].name"));
});

test.each([
  ["a value", { ...data, LOG_LEVEL: "debug" }],
  ["a key", { LOG_LEVELS: "info", REGION: "eu" }],
  ["another entry", { ...data, MORE: "" }],
  ["one entry less", { LOG_LEVEL: "info" }],
  ["swapped values", { LOG_LEVEL: "eu", REGION: "info" }],
])("its digest changes with %s", (_what, changed) => {
  expect(synth(changed).given.digest).not.toBe(given.digest);
});

test("its digest does not change with its name or with the order of its entries", () => {
  expect(synth(data, "worker").given.digest).toBe(given.digest);
  expect(synth({ REGION: "eu", LOG_LEVEL: "info" }).given.digest).toBe(given.digest);
});

test("its digest follows values that only Terraform knows", () => {
  const { given } = build((stack) => {
    const other = new ConfigMapV1(stack, "other", { metadata: { name: "other" } });
    const { digest } = new ConfigMap(stack, "config", {
      namespace: "shop",
      name: "c",
      data: { UID: other.metadata.uid },
    });
    return { digest };
  });
  expect(given.digest).toContain("kubernetes_config_map_v1.other.metadata[0].uid");
});
