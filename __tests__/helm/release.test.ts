import { release as helmRelease, type ReleaseProps } from "../../constructs/helm/release";
import { ConfigMap } from "../../constructs/kubernetes/config-map";
import { at, build, values } from "../construct";

const synth = (props: Partial<ReleaseProps> = {}) => {
  const { resource, counts } = build((stack) => {
    helmRelease(stack, "r", {
      name: "metrics",
      namespace: "monitoring",
      chart: "metrics-server",
      source: { repository: "https://charts.example", version: "1.2.3" },
      values: { replicas: 2 },
      dependsOn: [at("namespace")],
      ...props,
    });
  });
  expect(counts).toEqual({ helm_release: 1 });
  return resource("helm_release.r");
};
const release = synth();

test("it is installed or upgraded whole, or rolled back with nothing left behind", () => {
  expect(release).toMatchObject({ atomic: true, cleanup_on_fail: true, wait: true });
  expect(release.timeout).toBe(600);
  expect(synth({ timeout: 60 }).timeout).toBe(60);
});

test("it has its name and its namespace", () => {
  expect(release).toMatchObject({ name: "metrics", namespace: "monitoring" });
});

test("a chart comes from its publisher at an exact version", () => {
  expect(release).toMatchObject({ chart: "metrics-server", repository: "https://charts.example", version: "1.2.3" });
});

test("a mirror stands in for the publisher, at the same version", () => {
  const source = { repository: "https://charts.example", version: "1.2.3", mirror: "oci://mirror.example/charts" };
  expect(synth({ source })).toEqual({ ...release, repository: "oci://mirror.example/charts" });
});

test("a chart's folder has neither repository nor version", () => {
  const folder = synth({ chart: "assets/chart", source: undefined });
  expect(folder.chart).toBe("assets/chart");
  for (const argument of ["repository", "version"]) expect(folder).not.toHaveProperty(argument);
});

test("values reach Helm as they are", () => {
  const odd = {
    text: 'a "quoted" \\ word\nand more',
    number: 1.5,
    flag: false,
    list: [null, "", {}],
    "dotted.key/x": "y",
  };
  expect(values(synth({ values: odd }))).toEqual(odd);
});

test("the names of its configuration are noted once the rollout has succeeded", () => {
  const { resource } = build((stack) => {
    const common = { namespace: "shop", name: "backend" };
    const config = new ConfigMap(stack, "config", { ...common, data: { A: "1" } });
    helmRelease(stack, "r", {
      name: "backend",
      namespace: "shop",
      chart: "assets/chart",
      values: { name: config.name },
      configuration: [config],
      dependsOn: [],
    });
  });
  expect(resource("terraform_data.r-configuration")).toMatchObject({
    input: { names: [expect.stringMatching(/^\$\{kubernetes_config_map_v1\.config_\w+\.metadata\[0\]\.name\}$/)] },
    depends_on: ["helm_release.r"],
  });
});

test("it waits for what it is told to, and keeps few old versions", () => {
  expect(release.depends_on).toEqual(["namespace"]);
  expect(release.max_history).toBeGreaterThan(1);
  expect(release.max_history).toBeLessThanOrEqual(10);
});
