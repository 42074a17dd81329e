import { CertManager, type CertManagerProps } from "../../constructs/edge/cert-manager";
import { Traefik } from "../../constructs/edge/traefik";
import { render, withChart } from "../charts";
import { AUTOPILOT, build, placeOn, platform, ref, values } from "../construct";
import { admits } from "../image-policy";
import type { Json } from "../support";

const synth = (props: Partial<CertManagerProps> = {}) =>
  build((stack) => {
    new CertManager(stack, "cm", {
      scrapers: [{ pods: { app: "prometheus" }, namespace: "monitoring" }],
      platform,
      place: placeOn("edge"),
      ...props,
    });
  });
const RELEASE = "helm_release.cm_release";
const { resource, counts, json } = synth();
const release = resource(RELEASE);
const of = values(release);
const policy = (name: string) => resource(`kubernetes_network_policy_v1.cm_${name}`).spec;
const ports = (port: string) => [{ port, protocol: "TCP" }];
const pods = (namespace: string, labels: Record<string, string>) => ({
  namespace_selector: { match_labels: { "kubernetes.io/metadata.name": namespace } },
  pod_selector: { match_labels: labels },
});
const components = (v: Json): Json[] => [v, v.webhook, v.cainjector, v.startupapicheck];
const OWN = "kubernetes_namespace_v1.cm_namespace.metadata[0].name";
/** A reference among the values. */
const encoded = (reference: string) => ref(`jsonencode(${reference})`);

test("the chart has an exact version and comes from its publisher, or from the mirror", () => {
  expect(release).toMatchObject({ chart: "cert-manager", repository: "oci://quay.io/jetstack/charts" });
  expect(release.version).toMatch(/^v\d+\.\d+\.\d+$/);
  const mirrored = synth({ platform: { ...platform, chartsMirror: "oci://mirror.example/charts" } }).resource(RELEASE);
  expect(mirrored).toMatchObject({ repository: "oci://mirror.example/charts", version: release.version });
});

test("its definitions are upgraded with it, and stay when it goes", () => {
  expect(of.crds).toEqual({ enabled: true, keep: true });
});

test("its namespace is restricted, its policies are there before the pods, and kube-system is left alone", () => {
  expect(resource("kubernetes_namespace_v1.cm_namespace")).toMatchObject({
    metadata: { name: "cert-manager", labels: { "pod-security.kubernetes.io/enforce": "restricted" } },
    depends_on: ["cluster"],
  });
  const policies = Object.keys(json.resource.kubernetes_network_policy_v1);
  expect(policies).toContain("cm_namespace_default-deny");
  expect(release.depends_on).toEqual(
    expect.arrayContaining(["pool", "admission", ...policies.map((id) => `kubernetes_network_policy_v1.${id}`)]),
  );
  expect(release.namespace).toBe(ref(OWN));
  expect(of.global.leaderElection.namespace).toBe(encoded(OWN));
});

test("the control plane reaches the webhook, at the port where it listens, from its range or through the tunnel", () => {
  expect(policy("allow-webhook")).toMatchObject({
    pod_selector: { match_labels: { "app.kubernetes.io/name": "webhook" } },
    ingress: [
      {
        from: [pods("kube-system", { "k8s-app": "konnectivity-agent" })],
        ports: ports(String(of.webhook.securePort)),
      },
    ],
  });
  expect(policy("allow-control-plane")).toMatchObject({
    pod_selector: {},
    egress: [{ to: [{ ip_block: { cidr: "10.0.0.0/20" } }], ports: ports("443") }],
  });
});

test("the controller alone reaches the ACME server, and the challenges behind Traefik", () => {
  const { pod_selector, policy_types, egress } = policy("allow-acme");
  expect(pod_selector).toEqual({ match_labels: { "app.kubernetes.io/name": "cert-manager" } });
  expect(policy_types).toEqual(["Egress"]);
  expect(egress).toHaveLength(2);
  expect(egress[0]).toMatchObject({ to: [{ ip_block: { cidr: "0.0.0.0/0" } }], ports: ports("443") });
  expect(egress[1]).toEqual({
    to: [pods("traefik", { "app.kubernetes.io/name": "traefik" })],
    ports: ports(String(Traefik.CHALLENGES.ports[0]?.port)),
  });
});

test("Prometheus scrapes it", () => {
  expect(policy("allow-scraping").ingress).toEqual([
    { from: [pods("monitoring", { app: "prometheus" })], ports: ports("9402") },
  ]);
  expect(counts.kubernetes_network_policy_v1).toBe(6);
});

test("there are two webhooks, of which one stays: without one, none of its resources can be written", () => {
  expect(of.webhook).toMatchObject({
    replicaCount: 2,
    podDisruptionBudget: { enabled: true, maxUnavailable: 1, unhealthyPodEvictionPolicy: "AlwaysAllow" },
  });
});

test("every component runs on the pool, with a memory limit", () => {
  for (const { nodeSelector, tolerations, resources } of components(of)) {
    expect(nodeSelector).toEqual({ "cloud.google.com/gke-nodepool": "edge" });
    expect(tolerations).toEqual([expect.objectContaining({ value: "edge", effect: "NoSchedule" })]);
    const memory = expect.stringMatching(/^\d+Mi$/);
    expect(resources).toEqual({ requests: { cpu: expect.stringMatching(/^\d+m$/), memory }, limits: { memory } });
  }
});

test("on Autopilot nothing is placed, and requests are limits", () => {
  for (const { nodeSelector, tolerations, resources } of components(
    values(synth({ place: AUTOPILOT }).resource(RELEASE)),
  )) {
    expect([nodeSelector, tolerations]).toEqual([undefined, undefined]);
    expect(resources.requests.cpu).toMatch(/^\d+m$/);
    expect(resources.limits).toEqual(resources.requests);
  }
});

describe("the real chart", () => {
  const rendered = () => render(release, "cert-manager", "--kube-version=1.33.0");

  withChart(release, "runs no image that is not among the patterns, and no pattern is idle", () => {
    const images = rendered().flatMap((object) =>
      [...object.matchAll(/(?:^ *(?:- )?image: "?|--acme-http01-solver-image=)([^"\s]+)/gm)].map(([, image]) => image),
    ) as string[];
    const { IMAGES } = CertManager;
    expect(images.filter((image) => !IMAGES.some((pattern) => admits(pattern, image)))).toEqual([]);
    expect(IMAGES.filter((pattern) => !images.some((image) => admits(pattern, image)))).toEqual([]);
  });

  withChart(release, "puts nothing into kube-system, prints its definitions, and has its metrics scraped", () => {
    const objects = rendered();
    expect(objects.filter((o) => /^ {2}namespace: "?kube-system/m.test(o))).toEqual([]);
    expect(objects.filter((o) => /^kind: CustomResourceDefinition$/m.test(o))).toHaveLength(6);
    const deployments = objects.filter((o) => /^kind: Deployment$/m.test(o));
    expect(deployments).toHaveLength(3);
    for (const deployment of deployments) expect(deployment).toMatch(/prometheus\.io\/port: '9402'/);
  });
});
