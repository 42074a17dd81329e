import { Keda, type KedaProps } from "../../constructs/autoscaling/keda";
import type { Datastore } from "../../constructs/datastore/datastore";
import { byName, render, withChart } from "../charts";
import { AUTOPILOT, build, namespace, placeOn, platform, ref, values } from "../construct";
import { admits } from "../image-policy";
import type { Json } from "../support";

const cache: Datastore = {
  host: "10.0.0.9",
  port: 6378,
  password: { value: ref("ephemeral.x"), changesWith: [1] },
  certificateAuthority: "PEM",
  peers: [{ range: "10.0.0.0/24" }],
  ready: [],
};
const synth = (props: Partial<KedaProps> = {}) =>
  build((stack) => {
    const { login } = new Keda(stack, "k", {
      platform,
      place: placeOn("monitoring"),
      watched: namespace,
      cache,
      scrapers: [{ pods: { app: "prometheus" }, namespace: "monitoring" }],
      ...props,
    });
    return { login: login.fqn };
  });
const RELEASE = "helm_release.k_release";
const { resource, digested, json, readable } = synth();
const release = resource(RELEASE);
const of = values(release);

/** What a Secret of the cache's login has, without the password, and the parameters that the login reads of it. */
const login = (changes: Partial<Datastore>) => {
  const built = synth({ cache: { ...cache, ...changes } });
  const { password, ...data } = built.digested("kubernetes_secret_v1.k_cache")[1].data_wo;
  const [object] = values(built.resource("helm_release.k_login")).objects;
  return { password, data, parameters: object.spec.secretTargetRef.map(({ parameter }: Json) => parameter) };
};

test("the chart has an exact version and comes from its publisher, or from the mirror", () => {
  expect(release).toMatchObject({ chart: "keda", repository: "https://kedacore.github.io/charts", version: "2.20.2" });
  const mirrored = synth({ platform: { ...platform, chartsMirror: "oci://mirror.example/charts" } }).resource(RELEASE);
  expect(mirrored).toMatchObject({ repository: "oci://mirror.example/charts", version: release.version });
});

test("it watches one namespace, reads no Secrets of others, scales no other kinds, and has no webhook", () => {
  expect(of).toMatchObject({
    watchNamespace: "shop",
    permissions: { operator: { restrict: { secret: true } }, metricServer: { restrict: { secret: true } } },
    rbac: { enabledCustomScaledRefKinds: false },
    webhooks: { enabled: false },
  });
});

test("its definitions stay when it goes, because Kubernetes would delete the autoscalers with them", () => {
  expect(of.crds).toEqual({ additionalAnnotations: { "helm.sh/resource-policy": "keep" } });
});

test("its namespace is restricted, and its policies are there before the pods", () => {
  expect(resource("kubernetes_namespace_v1.k_namespace")).toMatchObject({
    metadata: { name: "keda", labels: { "pod-security.kubernetes.io/enforce": "restricted" } },
    depends_on: ["cluster"],
  });
  const policies = Object.keys(json.resource.kubernetes_network_policy_v1);
  expect(policies).toHaveLength(9);
  expect(release.depends_on).toEqual(
    expect.arrayContaining(["pool", "admission", ...policies.map((id) => `kubernetes_network_policy_v1.${id}`)]),
  );
});

test("both pods run on the pool, with a memory limit; on Autopilot nothing is placed, and requests are limits", () => {
  expect(of).toMatchObject({ nodeSelector: { "cloud.google.com/gke-nodepool": "monitoring" } });
  expect(of.tolerations).toEqual([expect.objectContaining({ value: "monitoring", effect: "NoSchedule" })]);
  for (const { requests, limits } of Object.values<Json>(of.resources)) {
    expect(requests).toEqual({ cpu: expect.stringMatching(/^\d+m$/), memory: expect.stringMatching(/^\d+Mi$/) });
    expect(limits).toEqual({ memory: expect.stringMatching(/^\d+Mi$/) });
  }
  const autopilot = values(synth({ place: AUTOPILOT }).resource(RELEASE));
  expect([autopilot.nodeSelector, autopilot.tolerations]).toEqual([undefined, undefined]);
  for (const { requests, limits } of Object.values<Json>(autopilot.resources)) expect(limits).toEqual(requests);
});

test("Prometheus finds the operator's metrics", () => {
  const port = String(of.prometheus.operator.port);
  expect(of.prometheus.operator.enabled).toBe(true);
  expect(of.podAnnotations.keda).toMatchObject({ "prometheus.io/scrape": "true", "prometheus.io/port": port });
});

describe("the login to the cache", () => {
  test("verifies the cache's own authority", () => {
    expect(login({})).toEqual({
      password: ref("ephemeral.x"),
      data: { address: "10.0.0.9:6378", tls: "enable", ca: "PEM" },
      parameters: ["address", "password", "tls", "ca"],
    });
  });

  test("verifies a public authority, which needs no certificate", () => {
    expect(login({ certificateAuthority: undefined, publiclyCertified: true })).toMatchObject({
      data: { address: "10.0.0.9:6378", tls: "enable" },
      parameters: ["address", "password", "tls"],
    });
  });

  test("does without TLS if the cache has none", () => {
    expect(login({ certificateAuthority: undefined })).toMatchObject({
      data: { address: "10.0.0.9:6378", tls: "disable" },
      parameters: ["address", "password", "tls"],
    });
  });

  test("is in KEDA's namespace, for all namespaces, and its password is not in the state", () => {
    const own = ref("kubernetes_namespace_v1.k_namespace.metadata[0].name");
    expect(digested("kubernetes_secret_v1.k_cache")[1].metadata.namespace).toBe(own);
    const [object] = values(resource("helm_release.k_login")).objects;
    expect(object).toMatchObject({ kind: "ClusterTriggerAuthentication", metadata: { name: "cache" } });
    expect(readable).not.toContain("ephemeral.x");
  });

  test("waits for the definition of its kind, and outlives a failed change", () => {
    expect(resource("helm_release.k_login").depends_on).toEqual([RELEASE]);
    expect(resource("terraform_data.k_login-configuration").depends_on).toEqual(["helm_release.k_login"]);
  });
});

describe("the real chart", () => {
  const rendered = () => render(release, "keda", "--kube-version=1.33.0");

  withChart(release, "runs no image that is not among the patterns, and no pattern is idle", () => {
    const images = rendered().flatMap((object) =>
      [...object.matchAll(/^ *(?:- )?image: "?([^"\s]+)/gm)].map(([, image]) => image),
    ) as string[];
    const { IMAGES } = Keda;
    expect(images.filter((image) => !IMAGES.some((pattern) => admits(pattern, image)))).toEqual([]);
    expect(IMAGES.filter((pattern) => !images.some((image) => admits(pattern, image)))).toEqual([]);
  });

  withChart(release, "has two Deployments with the labels of the policies, and keeps its definitions", () => {
    const objects = byName(rendered());
    const named = [...objects].filter(([name]) => name.startsWith("Deployment "));
    expect(named.map(([name]) => name)).toEqual([
      "Deployment keda-operator",
      "Deployment keda-operator-metrics-apiserver",
    ]);
    for (const [name, text] of named) expect(text).toContain(`app.kubernetes.io/name: ${name.split(" ")[1]}`);
    const definitions = [...objects].filter(([name]) => name.startsWith("CustomResourceDefinition "));
    expect(definitions).toHaveLength(6);
    for (const [, text] of definitions) expect(text).toMatch(/helm\.sh\/resource-policy: keep/);
  });

  withChart(release, "can neither read Secrets of all namespaces nor scale objects of any kind", () => {
    const roles = rendered().filter((object) => /^kind: ClusterRole$/m.test(object));
    expect(roles.length).toBeGreaterThan(1);
    expect(roles.filter((role) => /^ {2}- secrets$/m.test(role))).toEqual([]);
    expect(roles.filter((role) => /- "?\*/.test(role))).toEqual([]);
  });
});
