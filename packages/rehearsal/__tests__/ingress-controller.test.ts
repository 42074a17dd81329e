import { balancerOf } from "../src/machine/ingress-controller";

const at = (name: string, annotations: Record<string, string> = {}, spec: object = {}) =>
  [`shop/${name}`, { metadata: { name, namespace: "shop", annotations }, spec }] as const;

const [, INGRESS] = at(
  "shop",
  {
    "kubernetes.io/ingress.class": "gce",
    "kubernetes.io/ingress.global-static-ip-name": "edge",
    "ingress.gcp.kubernetes.io/pre-shared-cert": "one,two",
    "networking.gke.io/v1beta1.FrontendConfig": "shop",
  },
  {
    rules: [
      { host: "a.io", http: { paths: [{ path: "/", backend: { service: { name: "web", port: { number: 80 } } } }] } },
    ],
  },
);

/** The load balancer of the Ingress if some of its objects are missing. */
function without(...missing: readonly string[]) {
  const those = (kind: string, entry: ReturnType<typeof at>) => new Map(missing.includes(kind) ? [] : [entry]);
  return balancerOf(
    INGRESS,
    {
      services: those("services", at("web", { "cloud.google.com/backend-config": '{"default": "web"}' })),
      backendConfigs: those("backendConfigs", at("web", {}, { securityPolicy: { name: "guard" } })),
      frontendConfigs: those("frontendConfigs", at("shop", {}, { sslPolicy: "strict" })),
    },
    (kind, name) => !missing.includes(`${kind}/${name}`),
  );
}

test("an Ingress, its Services and their configurations are one load balancer", () => {
  expect(without()).toEqual({
    name: "k8s2-shop-shop",
    backends: { "k8s1-shop-web-80": "guard" },
    certificates: ["one", "two"],
    sslPolicy: "strict",
    address: "edge",
  });
});

// https://github.com/kubernetes/ingress-gce/blob/v1.24.0/pkg/controller/errors/errors.go
test.each([
  ["services", 'Translation failed: could not find service "shop/web"'],
  [
    "backendConfigs",
    'Translation failed: error getting BackendConfig for port "80" on service "shop/web", err: no BackendConfig for service port exists.',
  ],
  ["frontendConfigs", "Error: no FrontendConfig for Ingress exists."],
  [
    "securityPolicies/guard",
    "Error syncing to GCP: googleapi: Error 404: securityPolicies/guard was not found, notFound",
  ],
  ["sslCertificates/two", "Error syncing to GCP: googleapi: Error 404: sslCertificates/two was not found, notFound"],
  ["sslPolicies/strict", "Error syncing to GCP: googleapi: Error 404: sslPolicies/strict was not found, notFound"],
  ["addresses/edge", "Error syncing to GCP: googleapi: Error 404: addresses/edge was not found, notFound"],
])("without its %s the load balancer stays unchanged, and an event says why", (missing, why) => {
  expect(() => without(missing)).toThrow(why);
});
