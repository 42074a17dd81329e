import { CertificateIssuer, type CertificateIssuerProps } from "../../constructs/edge/certificate-issuer";
import type { Traefik } from "../../constructs/edge/traefik";
import { AUTOPILOT, at, build, namespace, placeOn, values } from "../construct";
import type { Json } from "../support";

const traefik = { namespace: { name: "traefik" }, ready: at("traefik") } as unknown as Traefik;
const synth = (props: Partial<CertificateIssuerProps> = {}) =>
  build((stack) => {
    const { secretNames } = new CertificateIssuer(stack, "tls", {
      namespace,
      traefik,
      server: "production",
      email: "admin@example.com",
      hosts: ["api.example.com", "app.example.com"],
      place: placeOn("edge"),
      dependsOn: [at("cert-manager")],
      ...props,
    });
    return { secretNames };
  });
const RELEASE = "helm_release.tls_objects";
const { resource, given } = synth();
const objects = (built = synth()): Json[] => values(built.resource(RELEASE)).objects;
const [issuer, ...certificates] = objects();
const solver = ([{ spec }]: Json[]) => spec.acme.solvers[0].http01.ingress;
const policy = (name: string) => resource(`kubernetes_network_policy_v1.tls_${name}`);

test("a certificate for each host, so that none waits for another, of an issuer in the namespace", () => {
  expect([issuer, ...certificates].map(({ kind }) => kind)).toEqual(["Issuer", "Certificate", "Certificate"]);
  expect(certificates.map(({ spec }) => spec.dnsNames)).toEqual([["api.example.com"], ["app.example.com"]]);
  expect(certificates.map(({ spec }) => spec.secretName)).toEqual(given.secretNames);
  expect(new Set(given.secretNames).size).toBe(2);
  for (const { spec } of certificates)
    expect(spec.issuerRef).toMatchObject({ kind: "Issuer", name: issuer.metadata.name });
  for (const { metadata } of [issuer, ...certificates]) expect(metadata.namespace).toBe("shop");
});

test.each([
  ["production", "https://acme-v02.api.letsencrypt.org/directory"],
  ["staging", "https://acme-staging-v02.api.letsencrypt.org/directory"],
] as const)("Let's Encrypt's %s", (server, url) => {
  expect(objects(synth({ server }))[0].spec.acme).toMatchObject({ server: url, email: "admin@example.com" });
});

test("another server is another issuer with another account, so that the certificate is asked for again", () => {
  const [other, again] = objects(synth({ server: "staging" }));
  expect(other.metadata.name).not.toBe(issuer.metadata.name);
  expect(again.spec.issuerRef.name).toBe(other.metadata.name);
  expect(other.spec.acme.privateKeySecretRef.name).not.toBe(issuer.spec.acme.privateKeySecretRef.name);
});

test("challenges are solved behind Traefik, without the node port that the quota refuses", () => {
  expect(solver(objects())).toMatchObject({ class: "traefik", serviceType: "ClusterIP" });
});

test("solvers run on the pool, with a size that the quota can count", () => {
  const { spec } = solver(objects()).podTemplate;
  expect(spec).toMatchObject({
    nodeSelector: { "cloud.google.com/gke-nodepool": "edge" },
    tolerations: [{ value: "edge" }],
    resources: { requests: { cpu: "10m", memory: "64Mi" }, limits: { memory: "64Mi" } },
  });
});

test("on Autopilot solvers are not placed, and their requests are limits", () => {
  const { spec } = solver(objects(synth({ place: AUTOPILOT }))).podTemplate;
  expect(Object.keys(spec)).toEqual(["resources"]);
  expect(spec.resources.limits).toEqual(spec.resources.requests);
});

test("Traefik, and nobody else, reaches the solvers", () => {
  const label = { "app.kubernetes.io/name": "acme-solver" };
  expect(solver(objects()).podTemplate.metadata.labels).toEqual(label);
  const ports = [{ port: "8089", protocol: "TCP" }];
  const pods = (namespace: string, labels: Record<string, string>) => ({
    namespace_selector: { match_labels: { "kubernetes.io/metadata.name": namespace } },
    pod_selector: { match_labels: labels },
  });
  expect(policy("solver-from-traefik")).toMatchObject({
    metadata: { namespace: "shop" },
    spec: {
      pod_selector: { match_labels: label },
      policy_types: ["Ingress"],
      ingress: [{ from: [pods("traefik", { "app.kubernetes.io/name": "traefik" })], ports }],
    },
  });
  expect(policy("traefik-to-solver")).toMatchObject({
    metadata: { namespace: "traefik" },
    spec: {
      pod_selector: { match_labels: { "app.kubernetes.io/name": "traefik" } },
      policy_types: ["Egress"],
      egress: [{ to: [pods("shop", label)], ports }],
    },
  });
});

test("it waits for cert-manager, Traefik, the namespace and the policies", () => {
  expect(resource(RELEASE).depends_on).toEqual([
    "cert-manager",
    "quota",
    "default-deny",
    "traefik",
    "kubernetes_network_policy_v1.tls_solver-from-traefik",
    "kubernetes_network_policy_v1.tls_traefik-to-solver",
  ]);
});
