import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { imagesOf, tagged } from "../commands/mirror/images";
import { chartStep, checkPaths, imageStep, isMissing, isThere } from "../commands/mirror/plan";
import { sourcesOf } from "../commands/mirror/sources";
import type { Registries } from "../commands/mirror/tools";
import { mirrored } from "../facts/registries";
import { ROOT } from "./support";

const DIGEST = `sha256:${"a".repeat(64)}`;
const OTHER = `sha256:${"b".repeat(64)}`;
const MIRROR = "europe-west1-docker.pkg.dev/p/third-party";

test("without its programs, the command names each with where to get it, and exits with 1", () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), "no-programs-"));
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [path.join(ROOT, "commands", "slipway.mjs"), "mirror", "staging"],
    { cwd: ROOT, encoding: "utf8", env: { ...process.env, PATH: folder } },
  );
  rmSync(folder, { recursive: true });
  expect([status, stdout, stderr.split("\n")]).toEqual([
    1,
    "",
    [
      "helm is not on PATH. Install it: https://helm.sh/docs/intro/install/",
      "crane is not on PATH. Install it: https://github.com/google/go-containerregistry/tree/main/cmd/crane#installation",
      "To continue, run the same command again.",
      "",
    ],
  ]);
});

describe("the images of objects", () => {
  const pod = (...images: string[]) => ({ spec: { containers: images.map((image) => ({ name: "it", image })) } });
  const deployment = (spec: object) => ({ kind: "Deployment", spec: { template: spec } });

  test("are those of containers and of those that run before them, each once", () => {
    const init = {
      spec: { initContainers: [{ image: "quay.io/a/init:1" }], containers: [{ image: "quay.io/a/b:1" }] },
    };
    const cronJob = { kind: "CronJob", spec: { jobTemplate: { spec: { template: pod("gcr.io/a/job:2") } } } };
    const objects = [deployment(init), deployment(pod("quay.io/a/b:1")), cronJob];
    expect(imagesOf(objects)).toEqual(["gcr.io/a/job:2", "quay.io/a/b:1", "quay.io/a/init:1"]);
  });

  test("are those of an operator's resources, and those that its arguments name in full", () => {
    const prometheus = {
      kind: "Prometheus",
      spec: { image: "quay.io/prometheus/prometheus:v3.14.0", version: "v3.14.0" },
    };
    const args = [
      "--prometheus-config-reloader=quay.io/prometheus-operator/prometheus-config-reloader:v0.93.1",
      `--acme-http01-solver-image=quay.io/jetstack/cert-manager-acmesolver:v1.21.1@${DIGEST}`,
      "--prometheus-default-base-image=quay.io/prometheus/prometheus", // without a tag, the operator does not use it
      "--kubelet-service=kube-system/prometheus-kubelet",
      "--web.listen-address=:8443",
      "--url=https://example.com/a/b:1",
    ];
    const operator = deployment({ spec: { containers: [{ image: "quay.io/a/operator:1", args }] } });
    expect(imagesOf([prometheus, operator])).toEqual([
      "quay.io/a/operator:1",
      `quay.io/jetstack/cert-manager-acmesolver:v1.21.1@${DIGEST}`,
      "quay.io/prometheus-operator/prometheus-config-reloader:v0.93.1",
      "quay.io/prometheus/prometheus:v3.14.0",
    ]);
  });

  test("have the registry and the tag that container runtimes add", () => {
    const names = ["nginx", "grafana/grafana:13", "localhost:5000/a", `docker.io/a/b@${DIGEST}`];
    expect(imagesOf(names.map((name) => pod(name)))).toEqual([
      `docker.io/a/b@${DIGEST}`,
      "docker.io/grafana/grafana:13",
      "docker.io/library/nginx:latest",
      "localhost:5000/a:latest",
    ]);
  });

  test("are not the fields of definitions, nor text", () => {
    const schema = { properties: { image: { type: "string" } }, example: { image: "quay.io/not/run:1" } };
    const definition = { kind: "CustomResourceDefinition", spec: { versions: [schema] } };
    expect(imagesOf([definition, { kind: "ConfigMap", data: { text: "image: quay.io/not/run:1" } }, null])).toEqual([]);
  });
});

describe("what a stack takes from others", () => {
  const release = (values: string, rest: object = {}) => ({ name: "it", chart: "it", values: [values], ...rest });
  const source = { repository: "https://charts.example", version: "1.0.0" };
  const of = (helm_release: object, rest: object = {}) =>
    sourcesOf({ resource: { helm_release, ...rest } } as never, "eu.example/own");

  test("are the charts that have a repository, with a text for what only Terraform knows", () => {
    const values = `{"a":\${jsonencode("\${kubernetes_secret_v1.b.metadata[0].name}-x")},"t":"\${{text}} $\${x}","n":1}`;
    const { releases } = of({ one: release(values, source), own: release("{}") });
    expect(releases).toHaveLength(1);
    expect(JSON.parse(releases[0]?.values ?? "")).toEqual({ a: "known-to-terraform", t: `\${{text}} $\${x}`, n: 1 });
  });

  test("are the images of its own objects, but not the system's", () => {
    const objects = {
      objects: [{ kind: "Deployment", image: "eu.example/own/app@sha256:0" }, { image: "quay.io/a/b:1" }],
    };
    const job = { spec: [{ container: [{ image: "gcr.io/a/sdk:2" }] }] };
    const { images } = of(
      { own: release(JSON.stringify(objects)) },
      { kubernetes_cron_job_v1: { job }, google_compute_instance: { vm: { image: "debian" } } },
    );
    expect(images).toEqual(["gcr.io/a/sdk:2", "quay.io/a/b:1"]);
  });
});

test("a copy has the image's path and tag below the mirror", () => {
  expect(mirrored("quay.io/prometheus/prometheus:v3", MIRROR)).toBe(`${MIRROR}/prometheus/prometheus:v3`);
  expect(mirrored("quay.io/prometheus/prometheus:*")).toBe("quay.io/prometheus/prometheus:*");
  expect(tagged(`localhost:5000/a/b:1@${DIGEST}`)).toBe("localhost:5000/a/b:1");
  expect(tagged(`localhost:5000/a/b@${DIGEST}`)).toBe(`localhost:5000/a/b@${DIGEST}`);
});

describe("the plan", () => {
  /** Registries that have these images and archives of charts, and note what is copied. */
  function registriesOf(has: Readonly<Record<string, string>>) {
    const calls: string[][] = [];
    const registries: Registries = {
      digest: async (image) => has[image],
      archiveDigest: async (chart) => has[chart],
      copy: async (...call) => void calls.push(call),
      push: async (...call) => void calls.push(call),
    };
    return { registries, calls };
  }

  test("copies an image by the digest that its tag has, under its tag", async () => {
    const { registries, calls } = registriesOf({ "quay.io/a/b:1": DIGEST });
    const step = await imageStep("quay.io/a/b:1", MIRROR, registries);
    expect([step.digest, isMissing(step), isThere(step)]).toEqual([DIGEST, true, false]);
    await step.copy();
    expect(calls).toEqual([[`quay.io/a/b@${DIGEST}`, `${MIRROR}/a/b:1`]]);
  });

  test("copies an image by the digest that the chart names, wherever its tag has moved", async () => {
    const { registries, calls } = registriesOf({ "localhost:5000/a/b:1": OTHER });
    const step = await imageStep(`localhost:5000/a/b:1@${DIGEST}`, MIRROR, registries);
    await step.copy();
    expect(calls).toEqual([[`localhost:5000/a/b@${DIGEST}`, `${MIRROR}/a/b:1`]]);
  });

  test("leaves out what is there, and says where a tag has another digest", async () => {
    const there = registriesOf({ "quay.io/a/b:1": DIGEST, [`${MIRROR}/a/b:1`]: DIGEST });
    expect(isThere(await imageStep("quay.io/a/b:1", MIRROR, there.registries))).toBe(true);
    const { registries } = registriesOf({ "quay.io/a/b:1": DIGEST, [`${MIRROR}/a/b:1`]: OTHER });
    const moved = await imageStep("quay.io/a/b:1", MIRROR, registries);
    expect([isThere(moved), isMissing(moved)]).toEqual([false, false]);
  });

  test("compares a chart by its archive, and names the tag as Helm does", async () => {
    const archive = {
      release: { chart: "shop", version: "1.0.0+2", repository: "https://charts.example" },
      file: "/shop.tgz",
      digest: DIGEST,
    };
    const to = `${MIRROR}/charts/shop:1.0.0_2`;
    expect(isThere(await chartStep(archive, MIRROR, registriesOf({ [to]: DIGEST }).registries))).toBe(true);
    const { registries, calls } = registriesOf({});
    await (await chartStep(archive, MIRROR, registries)).copy();
    expect(calls).toEqual([["/shop.tgz", `${MIRROR}/charts`]]);
  });

  test("refuses an image that does not exist, and two images that would be one in the mirror", async () => {
    await expect(imageStep("quay.io/a/b:1", MIRROR, registriesOf({}).registries)).rejects.toThrow(
      "quay.io/a/b:1 does not exist. Correct the chart's version or its values.",
    );
    expect(() => checkPaths(["quay.io/a/b:1", "docker.io/a/b:1", "docker.io/a/b:2"], MIRROR)).toThrow(
      `quay.io/a/b:1 and docker.io/a/b:1 would both be ${MIRROR}/a/b:1; use one of them`,
    );
    expect(() => checkPaths(["quay.io/a/b:1", "docker.io/a/b:2"], MIRROR)).not.toThrow();
  });
});
