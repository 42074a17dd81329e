import type { GoogleLoadBalancer } from "../../constructs/edge/google-load-balancer";
import { Ingress } from "../../constructs/edge/ingress";
import { SERVICE_PORT } from "../../constructs/workloads/web-service";
import { build, namespace, values } from "../construct";
import type { Json } from "../support";

const edge = {
  address: { name: "edge-address" },
  sslPolicy: { name: "edge-tls" },
} as unknown as GoogleLoadBalancer;
const { resource, counts } = build((stack) => {
  new Ingress(stack, "ingress", {
    namespace,
    name: "shop",
    edge,
    certificates: ["edge-one", "edge-two"],
    routes: [
      { host: "shop.example.com", path: "/", service: "web" },
      { host: "api.example.com", path: "/", service: "backend" },
    ],
  });
});
const FRONTEND = "helm_release.ingress_frontend-config";
const { metadata, spec, depends_on } = resource("kubernetes_ingress_v1.ingress");

test("each host goes to its service, and nothing to any other", () => {
  expect(counts).toEqual({ kubernetes_ingress_v1: 1, helm_release: 1, terraform_data: 1 });
  const routes = spec.rule.map(({ host, http }: Json) => [host, http.path]);
  const path = (name: string) => [
    { path: "/", path_type: "Prefix", backend: { service: { name, port: { number: SERVICE_PORT } } } },
  ];
  expect(routes).toEqual([
    ["shop.example.com", path("web")],
    ["api.example.com", path("backend")],
  ]);
  expect(spec.default_backend).toBeUndefined();
});

test("GKE serves it at the edge's address with the certificates", () => {
  expect(metadata.annotations).toMatchObject({
    "kubernetes.io/ingress.class": "gce",
    "kubernetes.io/ingress.global-static-ip-name": "edge-address",
    "ingress.gcp.kubernetes.io/pre-shared-cert": "edge-one,edge-two",
  });
});

test("HTTP is only a redirect to HTTPS, which has the edge's TLS policy", () => {
  const [frontend] = values(resource(FRONTEND)).objects;
  expect(frontend).toMatchObject({
    apiVersion: "networking.gke.io/v1beta1",
    kind: "FrontendConfig",
    metadata: { namespace: "shop" },
  });
  expect(frontend.spec.redirectToHttps.enabled).toBe(true);
  expect(frontend.spec.sslPolicy).toBe("edge-tls");
  expect(metadata.annotations["networking.gke.io/v1beta1.FrontendConfig"]).toBe(frontend.metadata.name);
});

test("it waits for that configuration, and that one for the namespace", () => {
  expect(depends_on).toEqual([FRONTEND]);
  expect(resource(FRONTEND).depends_on).toEqual(["quota", "default-deny"]);
});

test("a change of hosts, paths or certificates waits until GKE has put it into effect", () => {
  const { triggers_replace, provisioner, depends_on } = resource("terraform_data.ingress_settled");
  expect(triggers_replace).toEqual({
    certificates: metadata.annotations["ingress.gcp.kubernetes.io/pre-shared-cert"],
    rule: [
      expect.objectContaining({ host: spec.rule[0].host }),
      ...spec.rule.slice(1).map(({ host }: Json) => expect.objectContaining({ host })),
    ],
  });
  expect(provisioner).toEqual([{ "local-exec": { command: "sleep 180" } }]);
  expect(depends_on).toContain("kubernetes_ingress_v1.ingress");
});
