import { WAF_RULE_SETS } from "../../facts/waf";
import type { Files } from "../support";
import { type Anything, gateway, P, production, refused, S, staging, system, testRefused, traefik } from "./support";

const NO_ESCAPES = "must have no escapes: servers compare them in different ways; use another path";
const NO_SLASH = "must not escape a slash or a backslash: servers read them in different ways; use a path without them";

/** Both environments behind a Gateway. */
const onGateway = (files: Files) => {
  production((e) => (e.edge = gateway))(files);
  staging((e) => (e.edge = gateway))(files);
};

testRefused({
  "a host that is listed twice": refused(
    production((e) => (e.services.backend.hosts = ["api.pmcrm.io", "api.pmcrm.io"])),
    `${P} services.backend.hosts.1 = "api.pmcrm.io": is listed twice; remove one of the two`,
  ),
  "a wildcard as a host": refused(
    production((e) => (e.services.backend.hosts = ["*.pmcrm.io"])),
    `${P} services.backend.hosts.0 = "*.pmcrm.io": must be a fully qualified host name in lower case, no wildcard and no port; write it like "api.my-company.com"`,
  ),
  "a host with a certificate for another host": refused((files) => {
    // @ts-expect-error: every host gets its own certificate
    files.production.environment.services.backend.certificate = "other.pmcrm.io";
  }, `${P} services.backend.certificate = a string: is not a known key; remove it, or correct its spelling`),
  "a rate limit whose path ends an expression of Cloud Armor": refused(
    system((s) => (s.services.backend.rateLimits[1].path = '/auth/") || true')),
    `${S} services.backend.rateLimits.1.path = a string: must be an absolute URL path without query; write it like "/health"`,
  ),
  "a rate limit with an interval that Cloud Armor does not support": refused(
    system((s) => (s.services.backend.rateLimits[0].seconds = 1)),
    `${S} services.backend.rateLimits.0.seconds = 1: is not an interval that Cloud Armor supports; use one of 10, 30, 60, 120, 180, 240, 270, 300, 600, 900, 1200, 1800, 2700, 3600`,
  ),
  "a timeout of zero seconds": refused(
    system((s) => (s.services.backend.timeoutSeconds = 0)),
    `${S} services.backend.timeoutSeconds = 0: must be at least 1 (seconds); write a number from 1 to 300`,
  ),
  "a timeout of an hour": refused(
    system((s) => (s.services.backend.timeoutSeconds = 3600)),
    `${S} services.backend.timeoutSeconds = 3600: must be at most 300 (seconds); write a number from 1 to 300`,
  ),
  "two rate limits for one path": refused(
    system((s) => s.services.backend.rateLimits.push({ path: "/Auth/", requests: 5, seconds: 10 })),
    `${S} services.backend.rateLimits.2 = {"path":"/Auth/","requests":5,"seconds":10}: limits the same paths as another one; remove one of the two, or name another path`,
  ),
  "a rate limit of a service without a port": refused(
    system((s) => (s.services.worker.rateLimits = [{ requests: 5, seconds: 10 }])),
    `${S} services.worker.rateLimits.0 = {"requests":5,"seconds":10}: must be absent: the service has no port; remove it`,
  ),
  "a rate limit of a service without a host": refused(
    production((e) => (e.services.backend.hosts = [])),
    `${P} services.backend.hosts = []: must name a host: the system limits this service's rate at the edge; add one`,
  ),
  "a host of a service without a port": refused(
    production((e) => (e.services.worker.hosts = ["worker.pmcrm.io"])),
    `${P} services.worker.hosts = ["worker.pmcrm.io"]: are for services with a port; remove them`,
  ),
  "a host of two services": refused((files) => {
    files.system.database.connectionsPerPod = 5;
    files.system.services.other = { ...files.system.services.backend } as Anything;
    files.production.environment.services.other = { replicas: { min: 2, max: 3 }, hosts: ["api.pmcrm.io"] };
    files.staging.environment.services.other = { replicas: { min: 1, max: 2 }, hosts: ["other.pmcrm.io"] };
  }, `${P} services.other.hosts.0 = "api.pmcrm.io": is already a host of backend; give the host to one service, or give each service its own paths`),
  "more hosts than the load balancer supports certificates": refused(
    production((e) => (e.services.backend.hosts = Array.from({ length: 16 }, (_, i) => `h${i}.pmcrm.io`))),
    `${P} services = {"backend":{"replicas":{"min":3,"max":20},"hosts":["h0.pmcrm.io","h1.pmcrm.io...: have 16 hosts, and a load balancer takes 15 certificates; use fewer hosts`,
  ),
  "an unknown mode of the web application firewall": refused(
    production((e) => (e.edge.waf.mode = "off")),
    `${P} edge.waf.mode = "off": must be one of "preview", "enforce"; choose one of them`,
  ),
  "an exclusion from an unknown rule set": refused(
    production((e) => (e.edge.waf.exclusions = [{ ruleSet: "sqli", signatures: ["owasp-crs-v030301-id942432-sqli"] }])),
    `${P} edge.waf.exclusions.0.ruleSet = "sqli": must be one of ${WAF_RULE_SETS.map((set) => `"${set}"`).join(", ")}; choose one of them`,
  ),
  "an exclusion of an invalid signature ID": refused(
    production((e) => (e.edge.waf.exclusions = [{ ruleSet: "sqli-v33-stable", signatures: ["942432"] }])),
    `${P} edge.waf.exclusions.0.signatures.0 = a string: must be a signature's id; copy it from the load balancer's log (preconfiguredExprIds)`,
  ),
  "an exclusion of another rule set's signature": refused(
    production(
      (e) => (e.edge.waf.exclusions = [{ ruleSet: "sqli-v33-stable", signatures: ["owasp-crs-v030301-id941100-xss"] }]),
    ),
    `${P} edge.waf.exclusions.0.signatures.0 = "owasp-crs-v030301-id941100-xss": is not a signature of sqli-v33-stable; name its rule set, or correct it`,
  ),
  "an exclusion without signatures and fields": refused(
    production((e) => (e.edge.waf.exclusions = [{ ruleSet: "sqli-v33-stable" }])),
    `${P} edge.waf.exclusions.0 = {"ruleSet":"sqli-v33-stable"}: excludes nothing; name signatures, fields or both, or remove it`,
  ),
  "excluded fields with a value too many and one too few": refused(
    production((e) => {
      const fields = [
        { in: "header", operator: "EQUALS_ANY", value: "x" },
        { in: "cookie", operator: "EQUALS" },
      ];
      e.edge.waf.exclusions = [{ ruleSet: "xss-v33-stable", fields }];
    }),
    `${P} edge.waf.exclusions.0.fields.0.value = "x": must be absent: EQUALS_ANY compares with no value; remove it`,
    `${P} edge.waf.exclusions.0.fields.1.value = nothing: is required: EQUALS compares with it; add it`,
  ),
  "more excluded fields than Cloud Armor supports": refused(
    production((e) => {
      const fields = Array.from({ length: 11 }, (_, i) => ({ in: "header", operator: "EQUALS", value: `x-${i}` }));
      e.edge.waf.exclusions = [{ ruleSet: "xss-v33-stable", fields }];
    }),
    `${P} edge.waf.exclusions.0.fields.10 = {"in":"header","operator":"EQUALS","value":"x-10"}: is one header more than the 10 that Cloud Armor supports; turn the signature off instead`,
  ),
  "more excluded fields of a rule set in two exclusions together": refused(
    production((e) => {
      const exclusion = (from: number, count: number) => ({
        ruleSet: "xss-v33-stable",
        fields: Array.from({ length: count }, (_, i) => ({ in: "cookie", operator: "EQUALS", value: `c-${from + i}` })),
      });
      e.edge.waf.exclusions = [exclusion(0, 6), exclusion(6, 5)];
    }),
    `${P} edge.waf.exclusions.1.fields.4 = {"in":"cookie","operator":"EQUALS","value":"c-10"}: is one cookie more than the 10 that Cloud Armor supports; turn the signature off instead`,
  ),
  "a field and a signature that are excluded twice": refused(
    production((e) => {
      const field = { in: "header", operator: "EQUALS", value: "x-query" };
      const signature = "owasp-crs-v030301-id941100-xss";
      e.edge.waf.exclusions = [
        { ruleSet: "xss-v33-stable", fields: [field, field] },
        { ruleSet: "xss-v33-stable", fields: [field] },
        { ruleSet: "xss-v33-stable", signatures: [signature, signature] },
      ];
    }),
    `${P} edge.waf.exclusions.2.signatures.1 = "owasp-crs-v030301-id941100-xss": is listed twice; remove one of the two`,
    `${P} edge.waf.exclusions.0.fields.1 = {"in":"header","operator":"EQUALS","value":"x-query"}: is excluded from the same rules already; remove one of the two`,
    `${P} edge.waf.exclusions.1.fields.0 = {"in":"header","operator":"EQUALS","value":"x-query"}: is excluded from the same rules already; remove one of the two`,
  ),
  "excluded fields with names that no request has": refused(
    production((e) => {
      const of = (kind: string, value: string) => ({ in: kind, operator: "CONTAINS", value });
      const fields = [of("header", "x-a\nb"), of("cookie", "a;b"), of("uri", "a b"), of("parameter", "a\tb")];
      e.edge.waf.exclusions = [{ ruleSet: "xss-v33-stable", fields }];
    }),
    `${P} edge.waf.exclusions.0.fields.0.value = "x-a\\nb": is not text that a header's name can contain; write it like "x-request-id"`,
    `${P} edge.waf.exclusions.0.fields.1.value = a string: is not text that a cookie's name can contain; write it like "session_id"`,
    `${P} edge.waf.exclusions.0.fields.2.value = "a b": is not text that a URI can contain; write it like "/search"`,
    `${P} edge.waf.exclusions.0.fields.3.value = "a\\tb": is not text that a parameter's name can contain; write it like "filter"`,
  ),
  "more excluded signatures than fit in an expression": refused(
    production((e) => {
      const signatures = Array.from({ length: 8 }, (_, i) => `owasp-crs-v030301-id94243${i}-sqli`);
      e.edge.waf.exclusions = [{ ruleSet: "sqli-v33-stable", signatures }];
    }),
    `${P} edge.waf.exclusions.0.signatures = ["owasp-crs-v030301-id942430-sqli","owasp-crs-v030301-id942431-sqli","owasp-c...: turn off 8 signatures of sqli-v33-stable, and an expression has room for 7; exclude the fields that they match`,
  ),
  "a service's prefix with an escaped slash": refused(
    system((s) => Object.assign(s.services.backend, { paths: ["/a%2Fb"], rateLimits: [] })),
    `${S} services.backend.paths.0 = "/a%2Fb": ${NO_ESCAPES}`,
  ),
  "a service's prefix with an escaped space": refused(
    system((s) => Object.assign(s.services.backend, { paths: ["/a%20b"], rateLimits: [] })),
    `${S} services.backend.paths.0 = "/a%20b": ${NO_ESCAPES}`,
  ),
  "health at paths with an escaped slash and backslash": refused(
    system((s) => (s.services.backend.health = { live: "/a%2Fb", ready: "/a%5cb" })),
    `${S} services.backend.health.live = "/a%2Fb": ${NO_SLASH}`,
    `${S} services.backend.health.ready = "/a%5cb": ${NO_SLASH}`,
  ),
  "a rate limit with a percent-encoded path": refused(
    system((s) => (s.services.backend.rateLimits[1].path = "/a%20b")),
    `${S} services.backend.rateLimits.1.path = "/a%20b": ${NO_ESCAPES}`,
  ),
  "a path with a slash at the end": refused(
    system((s) => (s.services.backend.paths = ["/api/"])),
    `${S} services.backend.paths.0 = "/api/": must not end with a slash; write it like "/sales"`,
  ),
  "more hosts than Let's Encrypt issues certificates for": refused((files) => {
    (files.system as Anything).services.backend.rateLimits = [];
    production((e) => {
      e.edge = traefik;
      e.services.backend.hosts = Array.from({ length: 51 }, (_, i) => `h${i}.pmcrm.io`);
    })(files);
  }, `${P} services = {"backend":{"replicas":{"min":3,"max":20},"hosts":["h0.pmcrm.io","h1.pmcrm.io...: have 51 hosts, and Let's Encrypt gives a domain 50 certificates in a week; use fewer hosts`),
  "ingress of an unknown kind": refused(
    production((e) => (e.edge = { kind: "nginx" })),
    `${P} edge.kind = "nginx": is not a known kind; use one of google, gateway, traefik`,
  ),
  "a Gateway without a web application firewall": refused(
    production((e) => (e.edge = { kind: "gateway" })),
    `${P} edge.waf = nothing: is required (object); add it, with mode`,
  ),
  "a Gateway with a contact for Let's Encrypt": refused(
    production((e) => (e.edge = { ...gateway, email: "platform@pmcrm.io" })),
    `${P} edge.email = a string: is not a known key; remove it, or correct its spelling`,
  ),
  "an exclusion from a Gateway's firewall that excludes nothing": refused(
    production(
      (e) => (e.edge = { kind: "gateway", waf: { mode: "enforce", exclusions: [{ ruleSet: "sqli-v33-stable" }] } }),
    ),
    `${P} edge.waf.exclusions.0 = {"ruleSet":"sqli-v33-stable"}: excludes nothing; name signatures, fields or both, or remove it`,
  ),
  "readiness at a path that a Gateway's health check does not take": refused((files) => {
    production((e) => (e.edge = gateway))(files);
    (files.system as Anything).services.backend.health.ready = "/@health";
  }, `${S} services.backend.health.ready = a string: must not contain an at sign: a health check of GKE's Gateway takes none; use another path`),
  "more lists of headers than a route of a Gateway takes": refused((files) => {
    onGateway(files);
    (files.system as Anything).services.backend.headers = Array.from({ length: 16 }, (_, i) => ({
      path: `/${i}`,
      set: { "X-A": String(i) },
    }));
  }, `${S} services.backend.headers = [{"path":"/0","set":{"X-A":"0"}},{"path":"/1","set":{"X-A":"1"}},{"path":"/2"...: make 17 different lists, and a route of GKE's Gateway takes 16; use fewer entries, or give some paths to a service of their own, with the same image`),
  "more paths than a route of a Gateway takes, with those of headers": refused((files) => {
    onGateway(files);
    Object.assign((files.system as Anything).services.backend, {
      paths: ["/", ...Array.from({ length: 63 }, (_, i) => `/${i}`)],
      headers: [{ path: "/files", set: { "X-A": "1" } }],
    });
  }, `${S} services.backend.paths = ["/","/0","/1","/2","/3","/4","/5","/6","/7","/8","/9","/10","/11","/12","/13...: are 65 with those of the headers, and a route of GKE's Gateway takes 64; use fewer, or give some to a service of their own, with the same image`),
  "more headers of a path than Google's load balancer sets, with those of shorter paths": refused((files) => {
    onGateway(files);
    const set = (letter: string) => Object.fromEntries(Array.from({ length: 7 }, (_, i) => [`X-${letter}${i}`, "a"]));
    (files.system as Anything).services.backend.headers = [{ set: set("A") }, { path: "/files", set: set("B") }];
  }, `${S} services.backend.headers.1.set = {"X-B0":"a","X-B1":"a","X-B2":"a","X-B3":"a","X-B4":"a","X-B5":"a","X-B6":"a"}: must have at most 13 headers, those of shorter paths included: Google's load balancer sets 16, its own included; let the service set the others`),
  "more headers on all hosts than a load balancer has room for": refused((files) => {
    onGateway(files);
    (files.system as Anything).services.backend.headers = [{ set: { "X-A": "a ".repeat(2000).trim() } }];
    production((e) => (e.services.backend.hosts = Array.from({ length: 17 }, (_, i) => `h${i}.pmcrm.io`)))(files);
  }, `${P} services = {"backend":{"replicas":{"min":3,"max":20},"hosts":["h0.pmcrm.io","h1.pmcrm.io...: have 69 KB of paths and headers on all hosts, and Google's load balancer takes 64; use fewer hosts or shorter headers`),
  "Traefik with a web application firewall": refused((files) => {
    (files.system as Anything).services.backend.rateLimits = [];
    production((e) => (e.edge = { ...traefik, waf: { mode: "enforce" } }))(files);
  }, `${P} edge.waf = an object: is not a known key; remove it, or correct its spelling`),
  "Let's Encrypt's staging certificates in production": refused((files) => {
    (files.system as Anything).services.backend.rateLimits = [];
    production((e) => (e.edge = { ...traefik, acme: "staging" }))(files);
  }, `${P} edge.acme = "staging": must be production in production: no browser trusts the other certificates; write "production"`),
  "Traefik in an unknown node pool": refused((files) => {
    (files.system as Anything).services.backend.rateLimits = [];
    production((e) => (e.edge = { ...traefik, pool: "edge" }))(files);
  }, `${P} edge.pool = "edge": is not a node pool of this environment; use one of app, workers, monitoring`),
  "metrics under a service's public path": refused(
    system((s) => {
      s.services.backend.paths = ["/api"];
      s.services.backend.rateLimits = [];
      s.services.backend.metrics = { ...s.services.backend.metrics, port: 3000, path: "/api/metrics" };
    }),
    `${S} services.backend.metrics.port = 3000: must differ from the service's port, which is public; serve metrics on another port`,
  ),
});
