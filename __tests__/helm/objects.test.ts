import { existsSync } from "node:fs";
import path from "node:path";
import { ConfigMapV1 } from "@cdktf/provider-kubernetes/lib/config-map-v1";
import { TerraformAsset } from "cdktf";
import { objects } from "../../constructs/helm/objects";
import { at, build, values } from "../construct";

let assets: TerraformAsset[] = [];
const object = (name: string) => ({
  apiVersion: "example.com/v1",
  kind: "Thing",
  metadata: { name },
  spec: { a: [1] },
});
const { resource, counts } = build((stack) => {
  const other = new ConfigMapV1(stack, "other", { metadata: { name: "other" } });
  const common = { namespace: "shop", dependsOn: [at("definitions")] };
  objects(stack, "one", { ...common, name: "one", objects: [object("a"), object("b")] });
  objects(stack, "two", { ...common, name: "two", objects: [object(other.metadata.name)] });
  assets = stack.node.findAll().filter((c) => c instanceof TerraformAsset);
});
const one = resource("helm_release.one");
const two = resource("helm_release.two");

test("each group of objects is one release of its own", () => {
  expect(counts).toEqual({ helm_release: 2, kubernetes_config_map_v1: 1 });
  expect(one).toMatchObject({ name: "one", namespace: "shop", timeout: 600, depends_on: ["definitions"] });
  expect(two).toMatchObject({ name: "two" });
});

test("objects are in the values, where a plan sees them change", () => {
  expect(values(one)).toEqual({ objects: [object("a"), object("b")] });
});

test("what only Terraform knows is filled in by Terraform", () => {
  expect(values(two).objects[0].metadata.name).toContain("kubernetes_config_map_v1.other.metadata[0].name");
});

test("all of them share one copy of the chart, in the stack's folder, by a path that changes with its templates", () => {
  expect(assets).toHaveLength(1);
  expect(one.chart).toBe(two.chart);
  expect(path.isAbsolute(one.chart)).toBe(false);
  expect(one.chart).toContain(assets[0]?.assetHash);
  expect(existsSync(path.resolve(__dirname, "../../charts/objects/Chart.yaml"))).toBe(true);
});
