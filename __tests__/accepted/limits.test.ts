import { isBelow } from "../../facts/paths";
import {
  type Anything,
  autopilot,
  gateway,
  inCluster,
  production,
  release,
  staging,
  system,
  traefik,
} from "../bad-inputs/support";
import { problems, synth } from "../support";

/** Unusual inputs that are right, beside those that bad-inputs/limits and bad-inputs/meanings refuse. */

const backend = (change: (service: Anything) => void) => system((s) => change(s.services.backend));
const variable = (value: string) => production((e) => (e.variables.LOG_LEVEL = value));
const hosts = (...names: string[]) => production((e) => (e.services.backend.hosts = names));
const resources = (change: object) => backend((service) => Object.assign(service.resources, change));
const registries = (...names: string[]) => production((e) => (e.registries = [...e.registries, ...names]));
const limit = (path: string) => ({ path, requests: 5, seconds: 60 });

const ACCEPTED: Record<string, (files: Anything) => void> = {
  "text with tabs and lines": variable("a\tb\nc"),
  "text in other scripts and symbols": variable("Grüße, 世界 🎉 \u2028"),
  "text with braces, percent signs and quotes": variable(`{"a": "50 %"} '$HOME' \\ {{ x }}`),
  "the longest text": variable("x y ".repeat(1024)),

  millicores: resources({ cpu: "1m", cpuLimit: "999m" }),
  "cores without millicores": resources({ cpu: "1", cpuLimit: "100" }),
  "a limit far above the request": resources({ cpu: "50m", cpuLimit: "64", memory: "1Mi", memoryLimit: "999Gi" }),
  "memory in mebibytes above a gibibyte": resources({ memory: "1500Mi", memoryLimit: "1536Mi" }),
  "Autopilot's largest pod": (files) => {
    autopilot(files);
    resources({ cpu: "1", cpuLimit: "30", memory: "1Gi", memoryLimit: "110Gi" })(files);
  },
  "Autopilot's largest pod for Prometheus": (files) => {
    autopilot(files);
    files.production.environment.monitoring.memory = "110Gi";
  },
  "the most replicas that the pool has room for": production((e) => {
    e.services.worker.replicas = 40;
    e.database.tier = "db-custom-32-122880";
  }),
  "an autoscaled range far above its fewest replicas": production((e) => {
    e.services.backend.replicas = { min: 2, max: 60 };
    e.database.tier = "db-custom-32-122880";
  }),

  "a hundred limits of one length, and more of another": backend((service) => {
    service.rateLimits = Array.from({ length: 150 }, (_, i) => limit(`/${i}`));
  }),
  "limits of a service with a prefix: at it, below it, above it": backend((service) => {
    service.paths = ["/sales"];
    service.rateLimits = ["/sales", "/sales/", "/sales/orders", "/", "/sal"].map(limit);
  }),
  "a limit in other letters than the prefix": backend((service) => {
    service.paths = ["/Sales"];
    service.rateLimits = [limit("/sales/login")];
  }),
  "several paths, one below the other": backend((service) => {
    service.paths = ["/", "/sales", "/sales/reports"];
  }),
  "a second path of a service below another service's path": (files) => {
    const { backend } = files.system.services;
    const like = { ...backend, after: [], variables: [], connects: [], rateLimits: [] };
    files.system.services.sales = { ...like, paths: ["/sales"] };
    backend.paths = ["/", "/sales/reports"];
    backend.rateLimits = ["/sales/reports", "/sales/r", "/sales/reports/daily"].map(limit);
    for (const { environment } of [files.production, files.staging])
      environment.services.sales = { replicas: { min: 2, max: 3 }, hosts: environment.services.backend.hosts };
    files.production.environment.database.tier = "db-custom-32-122880";
    files.staging.environment.database.tier = "db-custom-32-122880";
  },
  "ten requests a minute, and then a ban of ten minutes": backend((service) => {
    service.rateLimits = ["/api/login", "/api/oauth/google/exchange"].map((path) => ({
      path,
      requests: 10,
      seconds: 60,
      ban: { seconds: 600 },
    }));
  }),
  "a ban for all paths": backend((service) => {
    service.rateLimits = [{ requests: 1000, seconds: 60, ban: { seconds: 3600 } }];
  }),
  "headers with unusual names and values": backend((service) => {
    service.headers = [
      {
        set: {
          "Content-Security-Policy": "default-src 'self'; script-src 'nonce-x' https://*.pmcrm.io; report-uri /csp",
          "Permissions-Policy": 'geolocation=(), camera=(self "https://meet.pmcrm.io")',
          "Access-Control-Expose-Headers": "X-Total",
          "X-Robots-Tag": "noindex",
          "x_a!#$%&'*+.^`|~0": "a\tb ~",
        },
      },
    ];
  }),
  "as many headers as Google's load balancer sets": backend((service) => {
    service.headers = [{ set: Object.fromEntries(Array.from({ length: 13 }, (_, i) => [`X-${i}`, "a"])) }];
  }),
  "clients and WebSockets that stay for a day": backend((service) => {
    Object.assign(service, { sticky: { minutes: 1440 }, websockets: { minutes: 1440 } });
  }),
  "Traefik with headers, limits and other origins": (files) => {
    production((e) => (e.edge = traefik))(files);
    staging((e) => (e.edge = { ...traefik, acme: "staging" }))(files);
    backend((service) => {
      service.rateLimits = [limit("/auth/"), { requests: 7, seconds: 7 }];
      service.headers = [
        { set: { "Report-To": '{"group":"csp"}', "X-Google-Id": "1" } },
        { path: "/admin", set: { "X-A": "2" } },
      ];
      service.cors = {
        origins: ["backend", "https://app.pmcrm.io", "https://pmcrm.example:8443"],
        methods: ["GET", "POST"],
        headers: ["Authorization"],
        credentials: true,
        maxAgeSeconds: 86400,
      };
    })(files);
  },
  "a Gateway with headers of many paths, and more hosts than certificates of an Ingress": (files) => {
    for (const change of [production, staging]) change((e) => (e.edge = gateway))(files);
    hosts(...Array.from({ length: 30 }, (_, i) => `h${i}.pmcrm.io`))(files);
    backend((service) => {
      service.headers = Array.from({ length: 15 }, (_, i) => ({ path: `/${i}`, set: { "X-A": String(i) } }));
      service.health.live = "/@live";
    })(files);
  },
  "all origins without cookies": (files) => {
    production((e) => (e.edge = traefik))(files);
    staging((e) => (e.edge = { ...traefik, acme: "staging" }))(files);
    backend((service) => (service.cors = { origins: ["*"], methods: ["GET"] }))(files);
  },
  "metrics on the public port at a path that merely begins like the service's": backend((service) => {
    service.paths = ["/sales"];
    service.rateLimits = [];
    service.metrics.port = 3000;
    service.metrics.path = "/sales-metrics";
  }),
  "metrics on a port of their own below the service's path": backend((service) => {
    service.paths = ["/sales"];
    service.rateLimits = [];
    service.metrics.path = "/sales/metrics";
  }),
  "paths with escapes that are needed": backend((service) => {
    service.health = { live: "/a%20b", ready: "/%C3%BC/%25/~x-y_z.w" };
  }),
  "paths with two dots in a name, a slash at the end and reserved characters": backend((service) => {
    service.health = { live: "/v1..2/", ready: "/.well-known/health;v=1,2:x@y!" };
  }),
  "health that is not below the service's prefix": backend((service) => {
    service.paths = ["/sales"];
    service.rateLimits = [];
    service.health = { live: "/saleshealth", ready: "/ready" };
  }),

  "every extension that Cloud SQL has in common use": system((s) => {
    s.database.extensions = ["vector", "postgis", "uuid-ossp", "pg_trgm", "hstore", "pgaudit", "pg_stat_statements"];
  }),
  "extensions after those that they need": system((s) => {
    s.database.extensions = ["cube", "earthdistance", "address_standardizer_data_us", "postgis", "fuzzystrmatch"];
    s.database.extensions.push("postgis_tiger_geocoder", "h3", "postgis_raster", "h3_postgis", "pgrouting");
  }),
  "pods that open nearly all connections of the tier": (files) => {
    files.system.database.connectionsPerPod = 9; // in each of 5 + 4 + 1
    Object.assign(files.production.environment.services, { backend: { replicas: { min: 2, max: 4 }, hosts: [] } });
    Object.assign(files.production.environment.services, { worker: { replicas: 3 } });
    files.system.services.backend.rateLimits = [];
    files.production.environment.database.tier = "db-custom-1-3840";
  },
  "a range with exactly the addresses of the Services": production((e) => {
    e.network.services = "10.8.0.0/27";
  }),
  "a task that connects to a service that does not wait for it": system((s) => {
    s.database.connectionsPerPod = 5;
    s.services.worker.after = [];
    s.services.api = { ...s.services.backend, after: [], rateLimits: [], metrics: undefined, objective: undefined };
    s.tasks.migrate.connects.push("api");
  }),
  "tasks that wait for the same task and for each other's": system((s) => {
    s.tasks.check = { ...s.tasks.migrate, changesDatabase: false, variables: [], connects: [] };
    s.tasks.report = { ...s.tasks.check, after: ["migrate", "check"] };
    s.tasks.last = { ...s.tasks.check, after: ["report", "check"] };
    s.services.worker.after = ["last", "migrate"];
  }),
  "a service with a path for readiness alone": backend((service) => (service.health = { ready: "/ready" })),
  "the largest id of a user": system((s) => (s.images = { backend: { user: 2_147_483_647, group: 1 } })),
  "a task that reads the database": system((s) => (s.tasks.migrate.changesDatabase = false)),
  "a copy from long ago that has been there since": production((e) => {
    e.database.restore = { name: "before-import", at: "2025-01-31T12:00:00Z" };
  }),

  "authorized networks of offices, a VPN and an address": production((e) => {
    const offices = Array.from({ length: 97 }, (_, i) => [`office-${i}`, `8.8.${i}.0/24`]);
    e.cluster.authorizedNetworks = {
      ...Object.fromEntries(offices),
      vpn: "10.0.0.0/8",
      shared: "100.64.0.0/10",
      home: "9.9.9.9/32",
    };
  }),
  "a bucket with dots, at the limit of its parts": production((e) => {
    e.stateBucket = `${"a".repeat(63)}.state_1.pmcrm.io`;
  }),
  "a bucket of digits": production((e) => (e.stateBucket = "100")),
  "a bucket with go and ogle apart": production((e) => (e.stateBucket = "go-ogle-state")),

  "hosts in punycode, also at the end": hosts("xn--bcher-kva.pmcrm.io", "xn--e1afmkfd.xn--p1ai"),
  "a host of the longest length": hosts(`${"a".repeat(59)}.info`),
  "hosts below suffixes of two and three parts": hosts("pmcrm.co.uk", "api.pmcrm.tokyo.jp", "a.b.pmcrm.com.au"),
  "hosts that begin with digits and have dashes inside": hosts("3com.pmcrm.io", "a-b--c.pmcrm.io"),
  "hosts of new and of country suffixes": hosts("api.pmcrm.dev", "api.pmcrm.cloud", "pmcrm.io"),
  "hosts of a service that gives names to its users": hosts("pmcrm.github.io", "pmcrm.web.app"),

  "e-mail addresses with the characters of RFC 5322": (files) => {
    staging((e) => (e.monitoring.email = "o'neil+pager!1@eu.pmcrm.co.uk"))(files);
    production((e) => (e.edge = { ...traefik, email: `${"x".repeat(62)}.y@PMCRM.xn--p1ai` }))(files);
    backend((service) => (service.rateLimits = []))(files);
  },
  "hosts that only look like an example's": hosts("example.pmcrm.io", "myexample.com", "example.com.pmcrm.io"),

  "registries with ports": registries("registry.pmcrm.io:5000/", "registry.pmcrm.io:65535/team/"),
  "all of a registry of one's own": registries("registry.pmcrm.io/", "pmcrm.azurecr.io/", "pmcrm.jfrog.io/"),
  "all of a registry of one publisher": registries("registry.k8s.io/", "mcr.microsoft.com/"),
  "folders of shared registries": registries("docker.io/library/", "ghcr.io/pmcrm/", "us-docker.pkg.dev/pmcrm-tools/"),
  "folders with dots, dashes and underscores": registries("quay.io/a.b/c__d/e--f_g/"),

  "parameters of database URLs": system((s) => {
    s.variables.DATABASE_URL.parameters = { target_session_attrs: "read-write", connect_timeout: "5" };
  }),
  "thresholds close to all": system((s) => (s.alerts = { errorPercent: 99.9, memoryPercent: 99 })),
  "an objective for latency at the timeout": backend((service) => {
    service.timeoutSeconds = 5;
    service.objective.latency = { percent: 99, seconds: 5 };
  }),
  "options of runtimes, and what many programs read": system((s) => {
    for (const name of [
      "NODE_OPTIONS",
      "JAVA_TOOL_OPTIONS",
      "PYTHONPATH",
      "HOSTNAME",
      "ENV",
      "PATH_PREFIX",
      "OLD_PATH",
    ]) {
      s.variables[name] = "--max-old-space-size=900";
      s.services.backend.variables.push(name);
    }
  }),
  "a title of one's own": system((s) => (s.overview = { title: "Kubernetes of pmcrm", figures: {} })),
  "metrics and labels with words that PromQL takes for names too": system((s) => {
    Object.assign(s.services.backend.metrics.requests, { counter: "count", status: "on" });
    s.overview = { title: "Words", figures: { By: "by", Sum: "SUM", "A {b} $c": "nan_total", "50 $": "info" } };
  }),
  "figures with symbols in their legends": system((s) => {
    s.overview = { title: "Größe", figures: { "Umsatz (€), 100 %": "sales_total" } };
  }),
  "namespaces that only look like the platform's": system((s) => (s.namespace = "monitoring-portal")),
  "a namespace that ends in system": system((s) => (s.namespace = "sales-system")),
  "a namespace of the longest name": system((s) => (s.namespace = "n".repeat(63))),
  "a version with a suffix": release((r) => (r.version = "1.0.0-rc.1+build_5")),

  "commands with spaces and quotes": system((s) => {
    s.services.worker.command = ["sh", "-c", `exec node "a b.js" --name='x y' 100%`];
  }),
  "a long command": system(
    (s) => (s.services.worker.command = ["node", ...Array.from({ length: 60 }, () => "a ".repeat(2000))]),
  ),
  "variables that nearly fill a ConfigMap": system((s) => {
    const names = Array.from({ length: 250 }, (_, i) => `TEXT_${i}`);
    for (const name of names) s.variables[name] = "x y ".repeat(1024);
    s.services.worker.variables.push(...names);
  }),
  "a datastore with much memory": inCluster((e) => {
    e.database.resources = { cpu: "1", memory: "4Gi", memoryLimit: "12Gi" };
  }),
  "a firewall's exclusion of a part of the URI": production((e) => {
    e.edge.waf.exclusions = [
      { ruleSet: "sqli-v33-stable", fields: [{ in: "uri", operator: "CONTAINS", value: "search" }] },
      { ruleSet: "xss-v33-stable", fields: [{ in: "uri", operator: "EQUALS", value: "/search" }] },
      { ruleSet: "xss-v33-stable", fields: [{ in: "cookie", operator: "STARTS_WITH", value: "cart[" }] },
      { ruleSet: "xss-v33-stable", fields: [{ in: "header", operator: "EQUALS_ANY" }] },
      {
        ruleSet: "xss-v33-stable",
        signatures: ["owasp-crs-v030301-id941100-xss"],
        fields: [{ in: "parameter", operator: "EQUALS", value: "filter[größe] a" }],
      },
    ];
  }),
  "Traefik with limits for all paths": (files) => {
    production((e) => (e.edge = traefik))(files);
    staging((e) => (e.edge = { ...traefik, acme: "staging" }))(files);
    backend((service) => (service.rateLimits = [{ requests: 10000, seconds: 3600 }]))(files);
  },
};

test.each(Object.entries(ACCEPTED))("%s: accepted", (_what, change) => {
  // Services that a change adds are in both environments.
  const inBoth = (files: Anything) => {
    change(files);
    for (const name of Object.keys(files.system.services))
      for (const { environment } of [files.production, files.staging])
        environment.services[name] ??= { replicas: { min: 2, max: 3 } };
  };
  expect(problems(inBoth)).toEqual([]);
});

test("a path is below a prefix only if the prefix ends at a slash", () => {
  for (const path of ["/sales", "/sales/", "/sales/health"])
    expect([path, isBelow(path, "/sales")]).toEqual([path, true]);
  for (const path of ["/saleshealth", "/sale", "/", "/Sales"])
    expect([path, isBelow(path, "/sales")]).toEqual([path, false]);
  expect(isBelow("/anything", "/")).toBe(true);
});

test.each([
  ["/sales/health", 1],
  ["/saleshealth", 0],
])("a service at /sales with the health path %s has %d uptime checks", (ready, checks) => {
  const { production } = synth(
    backend((service) => {
      Object.assign(service, { paths: ["/sales"], rateLimits: [], health: { live: "/live", ready } });
    }),
  );
  expect(
    production.resources.filter(([address]) => address.startsWith("google_monitoring_uptime_check_config.")),
  ).toHaveLength(checks);
});
