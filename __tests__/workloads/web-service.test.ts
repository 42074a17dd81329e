import { Construct } from "constructs";
import { SERVICE_PORT, WebService, type WebServiceProps } from "../../constructs/workloads/web-service";
import { at, build, namespace, podOf, ref, values } from "../construct";

const synth = (props: Partial<WebServiceProps> = {}) =>
  build((stack) => {
    const { name, rollout } = new WebService(new Construct(stack, "shop"), "web", {
      namespace,
      pod: podOf("backend"),
      serving: { port: 3000, health: { live: "/live", ready: "/ready" }, timeoutSeconds: 90 },
      replicas: 1,
      egress: {},
      scrapers: [],
      dependsOn: [at("nodes")],
      clients: [],
      ...props,
    });
    return { name, rollout: rollout.fqn };
  });
const SERVICE = "kubernetes_service_v1.shop_web_service";
const CLIENTS = "kubernetes_network_policy_v1.shop_web_from-clients";
const ROLLOUT = "helm_release.shop_workload_deployment";
const BACKEND = "helm_release.shop_web_backend-config";
const open = synth({ public: { by: "ingress", securityPolicy: "armor" }, clients: ["worker"] });
const closed = synth();

test("the Service is within the cluster and sends to the ready pods' port", () => {
  for (const { resource, given } of [open, closed]) {
    expect(resource(SERVICE).spec).toMatchObject({
      type: "ClusterIP",
      selector: { "app.kubernetes.io/name": "backend" },
      port: [{ port: SERVICE_PORT, target_port: "3000" }],
    });
    expect(given.name).toBe(ref(`${SERVICE}.metadata[0].name`));
    expect(given.rollout).toBe(ref(ROLLOUT));
  }
});

test("the pods' addresses equal a worker's, which may get a port; resources move there from their old addresses", () => {
  expect(closed.json.moved).toEqual(
    ["kubernetes_horizontal_pod_autoscaler_v2", "helm_release"].map((type) => {
      const part = type === "helm_release" ? "deployment" : "autoscaler";
      return { from: `${type}.shop_web_workload_${part}`, to: `${type}.shop_workload_${part}` };
    }),
  );
});

test("a public one lets Google's load balancers in, and its clients, on its port", () => {
  const { spec, metadata } = open.resource(CLIENTS);
  expect(metadata.name).toMatch(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/);
  expect(spec).toEqual({
    policy_types: ["Ingress"],
    pod_selector: { match_labels: { "app.kubernetes.io/name": "backend" } },
    ingress: [
      {
        ports: [{ port: "3000", protocol: "TCP" }],
        from: [
          { ip_block: { cidr: "35.191.0.0/16" } },
          { ip_block: { cidr: "130.211.0.0/22" } },
          { pod_selector: { match_labels: { "app.kubernetes.io/name": "worker" } } },
        ],
      },
    ],
  });
});

test("a private one lets in its clients alone", () => {
  const { from } = synth({ clients: ["worker", "migrate"] }).resource(CLIENTS).spec.ingress[0];
  expect(from).toEqual(
    ["worker", "migrate"].map((name) => ({ pod_selector: { match_labels: { "app.kubernetes.io/name": name } } })),
  );
});

test("a private one without clients lets nobody in and has nothing of the edge", () => {
  expect(closed.counts).toEqual({
    helm_release: 1,
    kubernetes_horizontal_pod_autoscaler_v2: 1,
    kubernetes_service_v1: 1,
  });
  expect(closed.resource(SERVICE).metadata.annotations ?? {}).toEqual({});
});

test("the load balancer asks the readiness path, applies the policy and drains", () => {
  const release = open.resource(BACKEND);
  const [{ spec, ...object }] = values(release).objects;
  expect(object).toEqual({
    apiVersion: "cloud.google.com/v1",
    kind: "BackendConfig",
    metadata: { name: "backend", namespace: "shop" },
  });
  expect(spec.securityPolicy).toEqual({ name: "armor" });
  expect(spec.healthCheck).toMatchObject({ type: "HTTP", requestPath: "/ready", port: 3000 });
  expect(spec.connectionDraining.drainingTimeoutSec).toBeGreaterThan(0);
  expect(spec.logging.enable).toBe(true);
  const headers = spec.customResponseHeaders.headers.join();
  for (const header of [
    "Strict-Transport-Security: max-age=31536000",
    "X-Content-Type-Options: nosniff",
    "X-Frame-Options: DENY",
  ])
    expect(headers).toContain(header);
  expect(release.name).not.toBe(open.resource(ROLLOUT).name); // two releases in one namespace
});

test("the Service names that configuration and waits for it", () => {
  const { metadata, depends_on } = open.resource(SERVICE);
  expect(JSON.parse(metadata.annotations["cloud.google.com/backend-config"])).toEqual({ default: "backend" });
  expect(JSON.parse(metadata.annotations["cloud.google.com/neg"])).toEqual({ ingress: true });
  expect(depends_on).toEqual([BACKEND]);
  expect(closed.resource(SERVICE).depends_on).toEqual(["quota", "default-deny"]);
});

test("pods start once those are let in that connect to them; the edge does not hold them up", () => {
  expect(open.resource(ROLLOUT).depends_on).toEqual([
    "nodes",
    CLIENTS,
    "quota",
    "default-deny",
    "kubernetes_horizontal_pod_autoscaler_v2.shop_workload_autoscaler",
  ]);
});

test("one timeout sets the load balancer's limit, its drain and the pod's grace period", () => {
  const { timeoutSec, connectionDraining } = values(open.resource(BACKEND)).objects[0].spec;
  expect([timeoutSec, connectionDraining.drainingTimeoutSec]).toEqual([90, 90]);
  for (const { resource } of [open, closed]) {
    const { spec } = values(resource(ROLLOUT)).objects[0].spec.template;
    const left = spec.containers[0].lifecycle.preStop.sleep.seconds;
    expect(spec.terminationGracePeriodSeconds).toBe(left + 90);
  }
});

describe("the load balancer's settings for a service", () => {
  const settings = (more: object) =>
    values(synth({ public: { by: "ingress", securityPolicy: "armor", ...more } }).resource(BACKEND)).objects[0].spec;

  test("have its headers after those of every response", () => {
    const { headers } = settings({
      headers: { "Content-Security-Policy": "default-src 'self'" },
    }).customResponseHeaders;
    expect(headers).toHaveLength(4);
    expect(headers[3]).toBe("Content-Security-Policy: default-src 'self'");
  });

  test("keep clients at their pods by a cookie, and stop it by name: GKE keeps what the settings leave out", () => {
    expect(settings({ stickyMinutes: 30 }).sessionAffinity).toEqual({
      affinityType: "GENERATED_COOKIE",
      affinityCookieTtlSec: 1800,
    });
    expect(settings({}).sessionAffinity).toEqual({ affinityType: "NONE" });
  });

  test("leave WebSockets open for their time, and drain for the service's alone", () => {
    expect(settings({ websocketMinutes: 60 })).toMatchObject({
      timeoutSec: 3600,
      connectionDraining: { drainingTimeoutSec: 90 },
    });
    expect(settings({ websocketMinutes: 1 }).timeoutSec).toBe(90);
  });
});

describe("the policies of a Gateway for a service", () => {
  const built = (more: object = {}) => synth({ public: { by: "gateway", securityPolicy: "armor", ...more } });
  const POLICIES = "helm_release.shop_web_backend-policies";
  const policies = (more?: object) => {
    const [backend, health] = values(built(more).resource(POLICIES)).objects;
    return { backend, health };
  };

  test("name the Service, each in an object of its own", () => {
    for (const [kind, { spec, ...object }] of Object.entries({
      GCPBackendPolicy: policies().backend,
      HealthCheckPolicy: policies().health,
    })) {
      expect(object).toEqual({
        apiVersion: "networking.gke.io/v1",
        kind,
        metadata: { name: "backend", namespace: "shop" },
      });
      expect(spec.targetRef).toEqual({ group: "", kind: "Service", name: "backend" });
    }
  });

  test("apply Cloud Armor's policy, log every request, and ask the readiness path", () => {
    const { backend, health } = policies();
    expect(backend.spec.default).toEqual({
      securityPolicy: "armor",
      timeoutSec: 90,
      connectionDraining: { drainingTimeoutSec: 90 },
      sessionAffinity: { type: "NONE" },
      logging: { enabled: true, sampleRate: 1e6 },
    });
    expect(health.spec.default).toEqual({
      checkIntervalSec: 10,
      timeoutSec: 5,
      config: { type: "HTTP", httpHealthCheck: { requestPath: "/ready", portSpecification: "USE_SERVING_PORT" } },
    });
  });

  test("keep clients at their pods, and WebSockets open", () => {
    expect(policies({ stickyMinutes: 30, websocketMinutes: 60 }).backend.spec.default).toMatchObject({
      timeoutSec: 3600,
      connectionDraining: { drainingTimeoutSec: 90 },
      sessionAffinity: { type: "GENERATED_COOKIE", cookieTtlSec: 1800 },
    });
  });

  test("are there before the Service, whose annotations GKE writes itself", () => {
    const { metadata, depends_on } = built().resource(SERVICE);
    expect(depends_on).toEqual([POLICIES]);
    expect(metadata.annotations ?? {}).toEqual({});
  });
});
