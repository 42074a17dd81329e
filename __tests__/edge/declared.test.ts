import { type Anything, gateway, production, staging, traefik } from "../bad-inputs/support";
import { values } from "../construct";
import { type Files, type Json, synth } from "../support";

/** What a service declares, at the edges of each kind. */

/** Gives pmcrm's backend an origin, headers, two limits with a path, a cookie and WebSockets. */
function declare(files: Files): void {
  Object.assign(files.system.services.backend as Anything, {
    paths: ["/api", "/files"],
    headers: [{ set: { "Content-Security-Policy": "default-src 'self'" } }],
    rateLimits: ["/api/login", "/api/oauth/google/exchange"].map((path) => ({ path, requests: 10, seconds: 60 })),
    sticky: { minutes: 60 },
    websockets: { minutes: 30 },
  });
}

/** The objects of a release whose values name what Terraform is yet to fill in. */
function encoded({ values: [text] }: Json): Json[] {
  const plain = text.replace(/\$\{jsonencode\((.*?)\)\}/g, (_: string, of: string) => JSON.stringify(of));
  return JSON.parse(plain).objects;
}

test("Google's edge has all of it in the service's own BackendConfig and policy", () => {
  const { staging: stack } = synth((files) => {
    declare(files);
    for (const limit of (files.system.services.backend as Anything).rateLimits) limit.ban = { seconds: 600 };
  });
  const [{ spec }] = values(stack.resource("helm_release.workload_backend_web-service_backend-config")).objects;
  expect(spec).toMatchObject({
    timeoutSec: 1800,
    sessionAffinity: { affinityType: "GENERATED_COOKIE", affinityCookieTtlSec: 3600 },
  });
  expect(spec.customResponseHeaders.headers).toContain("Content-Security-Policy: default-src 'self'");
  const bans = stack
    .resource("google_compute_security_policy.workload_backend_security-policy_policy")
    .rule.filter(({ action }: Json) => action === "rate_based_ban");
  expect(bans.map(({ rate_limit_options: { ban_duration_sec } }: Json) => ban_duration_sec)).toEqual([600, 600]);
  const [{ http }] = stack.resource("kubernetes_ingress_v1.ingress").spec.rule;
  expect(http.path.map(({ path }: Json) => path)).toEqual(["/api", "/files"]);
});

test("a Gateway has it in the service's policies and routes, headers of paths included", () => {
  const { staging: stack } = synth((files) => {
    staging((e) => (e.edge = gateway))(files);
    production((e) => (e.edge = gateway))(files);
    declare(files);
    const { backend }: Anything = files.system.services;
    backend.headers.push({ path: "/api/reports", set: { "Cache-Control": "no-store" } });
    for (const limit of backend.rateLimits) limit.ban = { seconds: 600 };
  });
  const [{ spec }] = values(stack.resource("helm_release.workload_backend_web-service_backend-policies")).objects;
  expect(spec.default).toMatchObject({
    timeoutSec: 1800,
    sessionAffinity: { type: "GENERATED_COOKIE", cookieTtlSec: 3600 },
  });
  const { rule } = stack.resource("google_compute_security_policy.workload_backend_security-policy_policy");
  expect(rule.filter(({ action }: Json) => action === "rate_based_ban")).toHaveLength(2);
  const routes = encoded(stack.resource("helm_release.gateway_routes")).filter(({ spec }) => spec.hostnames);
  expect(routes).toHaveLength(1);
  expect(
    routes[0].spec.rules.map(({ matches, filters }: Json) => [
      matches.map(({ path }: Json) => path.value),
      filters[0].responseHeaderModifier.set.map(({ name }: Json) => name).slice(3),
    ]),
  ).toEqual([
    [["/api", "/files"], ["Content-Security-Policy"]],
    [["/api/reports"], ["Content-Security-Policy", "Cache-Control"]],
  ]);
  expect(stack.resource("google_container_cluster.cluster").gateway_api_config).toBeDefined();
});

test("Traefik has it in the service's routes, with the environment's hosts as origins", () => {
  const stacks = synth((files) => {
    production((e) => (e.edge = traefik))(files);
    staging((e) => (e.edge = { ...traefik, acme: "staging" }))(files);
    declare(files);
    Object.assign(files.system.services.backend as Anything, {
      cors: { origins: ["backend", "https://app.pmcrm.io"], methods: ["GET"], credentials: true },
    });
  });
  for (const [name, host] of [
    ["staging", "api.staging.pmcrm.io"],
    ["production", "api.pmcrm.io"],
  ] as const) {
    const objects = encoded(stacks[name].resource("helm_release.ingress_routes"));
    const route = objects.find(({ kind, spec }) => kind === "IngressRoute" && spec.routes.length);
    expect(route.spec.routes).toHaveLength(3);
    expect(route.spec.routes[0].services[0].sticky.cookie.maxAge).toBe(3600);
    const headers = objects.find(({ kind, spec }) => kind === "Middleware" && spec.headers).spec.headers;
    expect(headers.accessControlAllowOriginList).toEqual([`https://${host}`, "https://app.pmcrm.io"]);
    expect(headers.customResponseHeaders["Content-Security-Policy"]).toBe("default-src 'self'");
  }
});
