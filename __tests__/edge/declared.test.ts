import { type Anything, production, staging, traefik } from "../bad-inputs/support";
import { values } from "../construct";
import { type Files, type Json, synth } from "../support";

/** What a service declares, at the edges of both kinds. */

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
    const [text] = stacks[name].resource("helm_release.ingress_routes").values;
    const plain = text.replace(/\$\{jsonencode\((.*?)\)\}/g, (_: string, of: string) => JSON.stringify(of));
    const objects: Json[] = JSON.parse(plain).objects;
    const route = objects.find(({ kind, spec }) => kind === "IngressRoute" && spec.routes.length);
    expect(route.spec.routes).toHaveLength(3);
    expect(route.spec.routes[0].services[0].sticky.cookie.maxAge).toBe(3600);
    const headers = objects.find(({ kind, spec }) => kind === "Middleware" && spec.headers).spec.headers;
    expect(headers.accessControlAllowOriginList).toEqual([`https://${host}`, "https://app.pmcrm.io"]);
    expect(headers.customResponseHeaders["Content-Security-Policy"]).toBe("default-src 'self'");
  }
});
