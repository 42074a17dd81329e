import { type Anything, P, production, refused, S, system, testRefused } from "./support";

/** What would be applied, and mean something else than its writer thinks. */

const backend = (change: (service: Anything) => void) => system((s) => change(s.services.backend));
const limits = (...paths: string[]) => paths.map((path) => ({ path, requests: 5, seconds: 60 }));
const NEVER = "can never match: the service receives only paths below /sales; name a path of the service";

/** Gives the backend a prefix, and metrics on its public port. */
const metrics = (prefix: string, path: string) =>
  backend((service) => {
    service.paths = [prefix];
    service.metrics = { ...service.metrics, port: 3000, path };
    service.rateLimits = [];
  });
const PUBLIC = `${S} services.backend.metrics.port = 3000: must differ from the service's port, which is public; serve metrics on another port`;
const notNormal = (path: string, normal: string) =>
  `${S} services.backend.metrics.path = ${JSON.stringify(path)}: must be in its normal form; write ${JSON.stringify(normal)}`;

const everybodys = (registry: string) =>
  refused(
    production((e) => (e.registries = [...e.registries, registry])),
    `${P} registries.1 = ${JSON.stringify(registry)}: admits everybody's images: others have folders in this registry too; name your own folder in it`,
  );
const starting = (name: string) =>
  refused(
    system((s) => {
      s.variables[name] = "x";
      s.services.backend.variables.push(name);
    }),
    `${S} variables.${name} = a string: changes how every program in the container starts; set it in the image, or use a variable that the program reads`,
  );
const statusLabel = (label: string) =>
  refused(
    system((s) => (s.services.backend.metrics.requests.status = label)),
    `${S} services.backend.metrics.requests.status = "${label}": is a label of every series, and has no status code; name the program's own label`,
  );
const title = (text: string) =>
  refused(
    system((s) => (s.overview = { title: text, figures: {} })),
    `${S} overview.title = ${JSON.stringify(text)}: is the title of a dashboard that exists already; choose another title`,
  );

testRefused({
  "a label of Kubernetes as the status code": statusLabel("namespace"),
  "the metric's name as the status code": statusLabel("__name__"),
  "metrics below the public path": refused(metrics("/sales", "/sales/metrics"), PUBLIC),
  "metrics at the public path": refused(metrics("/sales", "/sales"), PUBLIC),
  "metrics below the public path after decoding": refused(
    metrics("/sales", "/sales%2Fmetrics"),
    `${S} services.backend.metrics.path = "/sales%2Fmetrics": must have no escapes: servers compare them in different ways; use another path`,
  ),
  "metrics at an escaped path": refused(metrics("/metrics", "/%6Detrics"), notNormal("/%6Detrics", "/metrics")),
  "metrics at a path with dots": refused(metrics("/sales", "/x/../sales/m"), notNormal("/x/../sales/m", "/sales/m")),
  "metrics at a path with two slashes": refused(metrics("/sales", "//sales/m"), notNormal("//sales/m", "/sales/m")),
  "health at a path with small hexadecimal digits": refused(
    backend((service) => (service.health.live = "/%c3%a9")),
    `${S} services.backend.health.live = "/%c3%a9": must be in its normal form; write "/%C3%A9"`,
  ),
  "a percent sign that escapes nothing": refused(
    metrics("/x", "/%zz"),
    `${S} services.backend.metrics.path = "/%zz": must be an absolute URL path without query; write it like "/health"`,
  ),
  "an escaped control character": refused(
    metrics("/x", "/%0A"),
    `${S} services.backend.metrics.path = "/%0A": must not contain control characters; write the path without them`,
  ),
  "limits of paths that the service never receives": refused(
    backend((service) => {
      service.paths = ["/sales"];
      service.rateLimits = limits("/saleshealth", "/finance", "/salesX");
    }),
    ...[0, 1, 2].map(
      (i) => `${S} services.backend.rateLimits.${i}.path = "${["/saleshealth", "/finance", "/salesX"][i]}": ${NEVER}`,
    ),
  ),
  "limits of the same paths": refused(
    backend((service) => {
      service.rateLimits = [...limits("/"), { requests: 5, seconds: 60 }];
    }),
    `${S} services.backend.rateLimits.1 = {"requests":5,"seconds":60}: limits the same paths as another one; remove one of the two, or name another path`,
  ),
  "a limit of paths that another service of the host receives": refused(
    (files) => {
      const { system: s, production: p, staging: t } = files as Anything;
      s.services.sales = {
        ...s.services.backend,
        paths: ["/sales"],
        after: [],
        variables: [],
        connects: [],
        metrics: undefined,
        objective: undefined,
        rateLimits: [],
      };
      s.services.backend.rateLimits = limits("/sales/orders");
      for (const { environment } of [p, t])
        environment.services.sales = { replicas: { min: 2, max: 3 }, hosts: environment.services.backend.hosts };
    },
    `${S} services.backend.rateLimits.0.path = "/sales/orders": can never match: in staging, sales receives these paths of the hosts; write the limit for sales`,
    `${S} services.backend.rateLimits.0.path = "/sales/orders": can never match: in production, sales receives these paths of the hosts; write the limit for sales`,
  ),
  "a firewall's exclusion that can never match": refused(
    production((e) => {
      e.edge.waf.exclusions = [
        { ruleSet: "sqli-v33-stable", fields: [{ in: "uri", operator: "STARTS_WITH", value: "search" }] },
      ];
    }),
    `${P} edge.waf.exclusions.0.fields.0.value = "search": can never match: a request's URI starts with a slash; write it like "/search"`,
  ),
  ...Object.fromEntries(
    [
      "europe-west1-docker.pkg.dev/",
      "docker.io/",
      "index.docker.io/",
      "registry-1.docker.io/",
      "gcr.io/",
      "eu.gcr.io/",
      "ghcr.io/",
      "quay.io/",
      "public.ecr.aws/",
      "registry.gitlab.com/",
      "ghcr.io:443/",
    ].map((registry) => [`all of the registry ${registry}`, everybodys(registry)]),
  ),
  "alerts above all requests and all memory": refused(
    system((s) => (s.alerts = { errorPercent: 100, memoryPercent: 100 })),
    `${S} alerts.errorPercent = 100: must be at most 99.9 (per cent); write a number from 0.1 to 99.9`,
    `${S} alerts.memoryPercent = 100: must be at most 99.9 (per cent); write a number from 10 to 99.9`,
  ),
  "an objective for latency above the timeout": refused(
    backend((service) => {
      service.timeoutSeconds = 5;
      service.objective.latency = { percent: 99, seconds: 10 };
    }),
    `${S} services.backend.objective.latency.seconds = 10: can never be missed: the edge ends requests after 5 seconds (timeoutSeconds); lower it, or raise timeoutSeconds`,
  ),
  ...Object.fromEntries(
    [
      "PATH",
      "LD_PRELOAD",
      "LD_LIBRARY_PATH",
      "LD_AUDIT",
      "GLIBC_TUNABLES",
      "BASH_ENV",
      "KUBERNETES_SERVICE_HOST",
      "KUBERNETES_PORT",
    ].map((name) => [`the variable ${name}`, starting(name)]),
  ),
  "the title of the services' dashboard": title("Services of pmcrm"),
  "that title in other letters": title(" services of PMCRM"),
  "the title of a dashboard of Kubernetes": title("Kubernetes / Compute Resources / Cluster"),
  "the title of a dashboard of DNS": title("CoreDNS"),
  ...Object.fromEntries(
    ["kube-system", "kube-public", "default", "gke-managed-system", "gmp-public", "istio-system", "traefik"].map(
      (name) => [
        `the namespace ${name}`,
        refused(
          system((s) => (s.namespace = name)),
          `${S} namespace = "${name}": must not be a namespace of the platform or of Kubernetes; use a name that contains the system's`,
        ),
      ],
    ),
  ),
});
