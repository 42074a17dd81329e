import { Traefik, type TraefikProps } from "../../constructs/edge/traefik";
import { byName, render, withChart } from "../charts";
import { AUTOPILOT, build, namespace, placeOn, platform, ref, values } from "../construct";
import { admits } from "../image-policy";
import type { Json } from "../support";

const backend = { peers: [{ pods: { app: "web" }, namespace: "shop" }], ports: [{ port: 3000 }] };
const synth = (props: Partial<TraefikProps> = {}) =>
  build((stack) => {
    const traefik = new Traefik(stack, "edge", {
      platform,
      hosts: ["shop.example.com"],
      namespaces: [namespace],
      backends: [backend],
      longestResponse: 90,
      scrapers: [{ pods: { app: "prometheus" }, namespace: "monitoring" }],
      place: placeOn("edge"),
      ...props,
    });
    return { address: traefik.address.address };
  });
const RELEASE = "helm_release.edge_release";
const { resource, counts, json, given } = synth();
const release = resource(RELEASE);
const of = values(release);
const policy = (name: string) => resource(`kubernetes_network_policy_v1.edge_${name}`).spec;
const ports = (...numbers: string[]) => numbers.map((port) => ({ port, protocol: "TCP" }));
const OWN = "kubernetes_namespace_v1.edge_namespace.metadata[0].name";
/** A reference among the values. */
const encoded = (reference: string) => ref(`jsonencode(${reference})`);

test("the chart has an exact version and comes from its publisher, or from the mirror", () => {
  expect(release).toMatchObject({ chart: "traefik", repository: "https://traefik.github.io/charts" });
  expect(release.version).toMatch(/^\d+\.\d+\.\d+$/);
  const mirrored = synth({ platform: { ...platform, chartsMirror: "oci://mirror.example/charts" } }).resource(RELEASE);
  expect(mirrored).toMatchObject({ repository: "oci://mirror.example/charts", version: release.version });
});

test.each([true, false])("the address, which DNS names, has a fixed place and is locked: %s", (deletionProtection) => {
  const address = synth({ platform: { ...platform, deletionProtection } }).resource("google_compute_address.edge");
  expect(address).toMatchObject({
    name: "shop-test",
    region: "europe-west1",
    address_type: "EXTERNAL",
    network_tier: "PREMIUM",
    lifecycle: { prevent_destroy: deletionProtection },
    depends_on: ["api.compute"],
  });
});

test("each host points at the address, where there is a zone for it", () => {
  expect(counts.google_dns_record_set).toBeUndefined();
  expect(given.address).toBe(ref("google_compute_address.edge.address"));
  const records = synth({ dnsZone: "example-com", hosts: ["shop.example.com", "api.example.com"] });
  expect(records.counts.google_dns_record_set).toBe(2);
  expect(records.resource("google_dns_record_set.edge_record-api_example_com")).toMatchObject({
    managed_zone: "example-com",
    name: "api.example.com.",
    rrdatas: [given.address],
  });
});

test("GKE's load balancer has that address, and brings a client's connections to one replica, by the client's address", () => {
  expect(of.service.annotations).toEqual({
    "networking.gke.io/load-balancer-ip-addresses": encoded("google_compute_address.edge.name"),
  });
  expect(of.service.spec).toMatchObject({
    type: "LoadBalancer",
    loadBalancerClass: "networking.gke.io/l4-regional-external",
    externalTrafficPolicy: "Local",
    sessionAffinity: "ClientIP",
  });
});

test("its namespace is restricted, and alone in having a load balancer, which takes no node port", () => {
  expect(resource("kubernetes_namespace_v1.edge_namespace")).toMatchObject({
    metadata: { name: "traefik", labels: { "pod-security.kubernetes.io/enforce": "restricted" } },
    depends_on: ["cluster"],
  });
  expect(resource("kubernetes_resource_quota_v1.edge_namespace_quota").spec.hard).toMatchObject({
    "services.loadbalancers": "1",
    "services.nodeports": "0",
  });
  expect(of.service.spec.allocateLoadBalancerNodePorts).toBe(false);
});

test("its pods wait for the policies, and for the namespaces in which it gets its rights", () => {
  const policies = Object.keys(json.resource.kubernetes_network_policy_v1);
  expect(policies).toContain("edge_namespace_default-deny");
  expect(release.namespace).toBe(ref(OWN));
  expect(release.depends_on).toEqual(
    expect.arrayContaining([
      "pool",
      "admission",
      ...policies.map((id) => `kubernetes_network_policy_v1.${id}`),
      "quota", // that of the other namespace
      "kubernetes_resource_quota_v1.edge_namespace_quota",
    ]),
  );
});

test("anybody reaches its two public ports, Prometheus its metrics; it reaches the control plane and what is behind it", () => {
  const scraper = {
    namespace_selector: { match_labels: { "kubernetes.io/metadata.name": "monitoring" } },
    pod_selector: { match_labels: { app: "prometheus" } },
  };
  expect(policy("from-clients").ingress).toEqual([{ ports: ports("8000", "8443") }]);
  expect(policy("from-prometheus").ingress).toEqual([{ from: [scraper], ports: ports("9100") }]);
  expect(policy("to-control-plane").egress).toEqual([
    { to: [{ ip_block: { cidr: "10.0.0.0/20" } }], ports: ports("443") },
  ]);
  expect(policy("to-backends").egress).toEqual([
    {
      to: [
        {
          namespace_selector: { match_labels: { "kubernetes.io/metadata.name": "shop" } },
          pod_selector: { match_labels: { app: "web" } },
        },
      ],
      ports: ports("3000"),
    },
  ]);
  for (const name of ["from-clients", "from-prometheus", "to-control-plane", "to-backends"])
    expect(policy(name).pod_selector).toEqual({ match_labels: { "app.kubernetes.io/name": "traefik" } });
  expect(counts.kubernetes_network_policy_v1).toBe(6);
});

test("what others know of it is where it listens", () => {
  expect(Traefik.PEERS).toEqual([{ pods: { "app.kubernetes.io/name": "traefik" }, namespace: "traefik" }]);
  expect(Traefik.CHALLENGES).toEqual({ peers: Traefik.PEERS, ports: [{ port: of.ports.web.port }] });
});

test("HTTP is only a redirect to HTTPS, but for routes that are made for it", () => {
  expect(of.ports.web.http.redirections.entryPoint).toEqual({
    to: "websecure",
    scheme: "https",
    permanent: true,
    priority: 1, // below that of any rule
  });
  const byDefault = Object.entries<Json>(of.ports).filter(([, port]) => port.asDefault);
  expect(byDefault.map(([name]) => name)).toEqual(["web"]);
});

test("clients need TLS 1.2 with forward secrecy, and a name that there is a certificate for", () => {
  const { minVersion, cipherSuites, sniStrict } = of.tlsOptions.default;
  expect([minVersion, sniStrict]).toEqual(["VersionTLS12", true]);
  expect(cipherSuites).toHaveLength(6);
  for (const suite of cipherSuites)
    expect(suite).toMatch(/^TLS_ECDHE_(RSA|ECDSA)_WITH_(AES_\d+_GCM|CHACHA20_POLY1305)_/);
});

test("nobody's word on a client's address counts", () => {
  for (const name of ["web", "websecure"])
    expect(of.ports[name].forwardedHeaders).toEqual({ insecure: false, trustedIPs: [] });
});

test("it watches its own namespace, for its options and its Service, and those that it serves", () => {
  const { kubernetesIngress, kubernetesCRD } = of.providers;
  expect(kubernetesIngress.namespaces).toEqual([encoded(OWN), "shop"]);
  expect(kubernetesCRD.namespaces).toEqual(kubernetesIngress.namespaces);
  expect(kubernetesIngress.ingressClass).toBe(Traefik.INGRESS_CLASS);
  expect(kubernetesCRD).toMatchObject({ allowCrossNamespace: false, defaultTLSResourcesNamespace: encoded(OWN) });
});

test("a pod that leaves has as long as it needs", () => {
  const { lifecycle, terminationGracePeriodSeconds } = of.deployment;
  const grace = Number.parseInt(of.ports.websecure.transport.lifeCycle.graceTimeOut, 10);
  expect(lifecycle.preStop.sleep.seconds).toBeGreaterThan(0);
  expect(grace).toBeGreaterThan(90);
  expect(terminationGracePeriodSeconds).toBeGreaterThan(lifecycle.preStop.sleep.seconds + grace);
});

test("no request is cut off before the slowest service must have answered", () => {
  const { respondingTimeouts } = of.ports.websecure.transport;
  expect(Number.parseInt(respondingTimeouts.readTimeout, 10)).toBeGreaterThan(90);
});

test("the replicas are spread, on the pool, and go one by one", () => {
  expect(of.deployment.replicas).toBe(2);
  expect(of.podDisruptionBudget).toBeUndefined(); // the chart's own has no policy for pods that are not ready
  expect(of.extraObjects).toEqual([
    expect.objectContaining({
      kind: "PodDisruptionBudget",
      spec: expect.objectContaining({ maxUnavailable: 1, unhealthyPodEvictionPolicy: "AlwaysAllow" }),
    }),
  ]);
  expect(of.topologySpreadConstraints.map((c: Json) => c.topologyKey)).toEqual([
    "topology.kubernetes.io/zone",
    "kubernetes.io/hostname",
  ]);
  expect(of.nodeSelector).toEqual({ "cloud.google.com/gke-nodepool": "edge" });
  expect(of.tolerations).toEqual([expect.objectContaining({ value: "edge", effect: "NoSchedule" })]);
  expect(of.resources).toEqual({ requests: { cpu: "200m", memory: "128Mi" }, limits: { memory: "256Mi" } });
});

test("on Autopilot nothing is placed, and requests are limits", () => {
  const { resources, nodeSelector, tolerations } = values(synth({ place: AUTOPILOT }).resource(RELEASE));
  expect([nodeSelector, tolerations]).toEqual([undefined, undefined]);
  expect(resources.limits).toEqual(resources.requests);
  expect(resources.limits).toMatchObject({ cpu: "400m" });
});

describe("the real chart", () => {
  const objects = () => byName(render(release, "traefik", "--kube-version=1.33.0"));
  const args = () =>
    [...(objects().get("Deployment traefik") ?? "").matchAll(/^ *- "?(--[^\s"]+)/gm)].map(([, a]) => a);

  withChart(release, "runs no image that is not among the patterns", () => {
    const images = [...(objects().get("Deployment traefik") ?? "").matchAll(/image: "?([^"\s]+)/g)].map(([, i]) => i);
    expect(images).toEqual([expect.stringMatching(/^docker\.io\/library\/traefik:v\d/)]);
    for (const image of images) expect(Traefik.IMAGES.some((pattern) => admits(pattern, image as string))).toBe(true);
  });

  withChart(release, "starts it without API and dashboard, and without calls home", () => {
    expect(args().filter((arg) => /^--api|insecure|sendAnonymousUsage|checkNewVersion=true/.test(arg ?? ""))).toEqual(
      [],
    );
    expect(args()).toEqual(
      expect.arrayContaining([
        "--global.checkNewVersion=false",
        "--entryPoints.web.http.redirections.entryPoint.priority=1",
        "--entryPoints.web.asDefault=true",
        "--entryPoints.websecure.http.tls=true",
        "--providers.kubernetesingress.namespaces=traefik,shop",
        "--providers.kubernetescrd.namespaces=traefik,shop",
        "--accesslog.fields.queryparameters.defaultmode=drop",
      ]),
    );
  });

  withChart(release, "gives it rights in the namespaces and none in the cluster", () => {
    const kinds = [...objects().keys()].map((name) => name.split(" ")[0]);
    expect(kinds).toContain("Role");
    expect(kinds.filter((kind) => /^(Cluster|IngressClass)/.test(kind as string))).toEqual([]);
  });

  withChart(release, "has its metrics scraped, and a restricted pod with a read-only root", () => {
    const deployment = objects().get("Deployment traefik") ?? "";
    for (const line of [
      'prometheus.io/port: "9100"',
      "readOnlyRootFilesystem: true",
      "allowPrivilegeEscalation: false",
      "runAsNonRoot: true",
      "type: RuntimeDefault",
    ])
      expect(deployment).toContain(line);
  });
});
