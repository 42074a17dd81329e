import { type Anything, P, production, refused, S, staging, system, T, testRefused, traefik } from "./support";

/** What services ask of the edge: paths, headers, other origins, bans, stickiness and WebSockets. */

const backend = (change: (service: Anything) => void) => system((s) => change(s.services.backend));
const B = `${S} services.backend`;
const headers = (...all: object[]) => backend((service) => (service.headers = all.map((set) => ({ set }))));
const cors = (change: object) => (files: Anything) => {
  onTraefik(files);
  backend((service) => {
    service.cors = { origins: ["https://app.pmcrm.io"], methods: ["GET"], ...change };
  })(files);
};
/** Both environments behind Traefik. */
const onTraefik = (files: Anything) => {
  production((e) => (e.edge = traefik))(files);
  staging((e) => (e.edge = { ...traefik, acme: "staging" }))(files);
};
const A4095 = `${"a ".repeat(2047)}a`;
const EDGE = "is a header that the edge sets itself; remove it";
const CONNECTION =
  "concerns one connection or the shape of a message, which the edge and the service agree on; remove it";
const VALUE =
  "must be a header's value: printable ASCII in one line, with no space at its ends; write it like \"default-src 'self'\"";
const CORS =
  'must be absent: Google\'s load balancer does not answer requests of other origins; let the service answer them, and give it the origins in a variable of the kind "origins"';
const ORIGIN =
  'must be a service, a frontend, an origin with https and without a path, or "*"; write it like "frontend" or "https://app.my-company.com"';

testRefused({
  "no path": refused(
    backend((service) => (service.paths = [])),
    `${B}.paths = []: must not be empty; name a path, or remove the key`,
  ),
  "a path that is listed twice": refused(
    backend((service) => (service.paths = ["/", "/api", "/api"])),
    `${B}.paths.2 = "/api": is listed twice; remove one of the two`,
  ),
  "one path in place of a list": refused(
    backend((service) => (service.paths = "/api")),
    `${B}.paths = "/api": must be a list; write it in brackets`,
  ),
  "metrics below the second path": refused(
    backend((service) => {
      Object.assign(service, { paths: ["/api", "/internal"], rateLimits: [] });
      service.metrics = { ...service.metrics, port: 3000, path: "/internal/metrics" };
    }),
    `${B}.metrics.port = 3000: must differ from the service's port, which is public; serve metrics on another port`,
  ),
  "a limit below none of the paths": refused(
    backend((service) => {
      service.paths = ["/api", "/files"];
      service.rateLimits = [{ path: "/auth/", requests: 5, seconds: 60 }];
    }),
    `${B}.rateLimits.0.path = "/auth/": can never match: the service receives only paths below /api or /files; name a path of the service`,
  ),
  "two services that share the second path": refused(
    (files: Anything) => {
      const { backend, ...others } = files.system.services;
      files.system.services = {
        backend: { ...backend, paths: ["/", "/files"] },
        ...others,
        files: { ...backend, paths: ["/files"], after: [], variables: [], connects: [], rateLimits: [] },
      };
      for (const { environment } of [files.production, files.staging])
        environment.services.files = { replicas: { min: 2, max: 3 }, hosts: environment.services.backend.hosts };
    },
    ...[T, P].map(
      (file) =>
        `${file} services.files.hosts.0 = "api.${file === T ? "staging." : ""}pmcrm.io": shares the path /files with backend; give the host to one service, or give each service its own paths`,
    ),
  ),

  "headers that each edge sets": refused(
    headers({ "x-frame-options": "SAMEORIGIN", "Strict-Transport-Security": "max-age=0", "Set-Cookie": "a=b" }),
    `${B}.headers.0.set.x-frame-options = "SAMEORIGIN": ${EDGE}`,
    `${B}.headers.0.set.Strict-Transport-Security = a string: ${EDGE}`,
    `${B}.headers.0.set.Set-Cookie = a string: ${EDGE}`,
  ),
  "headers of one connection": refused(
    headers({ Connection: "close", "Transfer-Encoding": "chunked", "Content-Length": "0" }),
    `${B}.headers.0.set.Connection = "close": ${CONNECTION}`,
    `${B}.headers.0.set.Transfer-Encoding = "chunked": ${CONNECTION}`,
    `${B}.headers.0.set.Content-Length = "0": ${CONNECTION}`,
  ),
  "a header that answers other origins": refused(
    headers({ "Access-Control-Allow-Origin": "*" }),
    `${B}.headers.0.set.Access-Control-Allow-Origin = a string: answers requests of other origins; use cors, or let the service set it`,
  ),
  "a header's name that HTTP does not allow": refused(
    headers({ "Content Security": "x" }),
    `${B}.headers.0.set["Content Security"] = "Content Security": must be a header's name of at most 128 characters; write it like "Content-Security-Policy"`,
  ),
  "header values that HTTP does not allow": refused(
    headers({ "X-A": "a\nX-B: b", "X-C": " a", "X-D": "ü", "X-E": "" }),
    `${B}.headers.0.set.X-A = a string: ${VALUE}`,
    `${B}.headers.0.set.X-C = " a": ${VALUE}`,
    `${B}.headers.0.set.X-D = "\\u00fc": ${VALUE}`,
    `${B}.headers.0.set.X-E = "": ${VALUE}`,
  ),
  "a header with a secret": refused(
    headers({ "X-A": `gh${"p_"}${"a1B2".repeat(9)}` }),
    `${B}.headers.0.set.X-A = a string: looks like a secret; remove it: npm run secrets prints the commands that put a secret into Secret Manager`,
  ),
  "a header that is set twice": refused(
    headers({ "X-A": "1", "x-a": "2" }),
    `${B}.headers.0.set.x-a = "2": is set twice: names have no case; remove one of the two`,
  ),
  "no header": refused(headers({}), `${B}.headers.0.set = {}: must not be empty; name a header, or remove the entry`),
  "two entries of headers for all paths": refused(
    headers({ "X-A": "1" }, { "X-B": "1" }),
    `${B}.headers.1 = {"set":{"X-B":"1"}}: has the same paths as another one; put the headers into one`,
  ),
  "headers that Google's load balancer keeps": refused(
    headers({ "X-Google-Id": "1", "X-GFE-Id": "2", "CDN-Loop": "3" }),
    ...["X-Google-Id", "X-GFE-Id", "CDN-Loop"].map(
      (name, i) =>
        `${B}.headers.0.set.${name} = "${i + 1}": is a header that Google's load balancer keeps for itself; use another name`,
    ),
  ),
  "a value that Google's load balancer reads as a variable": refused(
    headers({ "X-A": "{client_region}" }),
    `${B}.headers.0.set.X-A = a string: must not contain braces: Google's load balancer reads a variable in them; let the service set the header`,
  ),
  "more headers than Google's load balancer sets": refused(
    headers(Object.fromEntries(Array.from({ length: 14 }, (_, i) => [`X-${i}`, "a"]))),
    `${B}.headers.0.set = {"X-0":"a","X-1":"a","X-2":"a","X-3":"a","X-4":"a","X-5":"a","X-6":"a","X-7":...: must have at most 13 headers: Google's load balancer sets 16, its own included; let the service set the others`,
  ),
  "headers that are longer than Google's load balancer sets": refused(
    headers({ "X-A": A4095, "X-B": A4095 }),
    `${B}.headers.0.set = an object: must have at most 8192 characters together, which is what Google's load balancer sets; shorten the values`,
  ),
  "headers of one path on Google's edge": refused(
    backend((service) => (service.headers = [{ path: "/admin", set: { "X-A": "1" } }])),
    `${B}.headers.0.path = "/admin": must be absent: Google's load balancer sets a service's headers on all of its paths; remove the path, or give these paths to a service of their own, with the same image`,
  ),
  "headers of a path that the service never receives": refused((files) => {
    onTraefik(files);
    backend((service) => {
      Object.assign(service, { paths: ["/api"], rateLimits: [], headers: [{ path: "/apis", set: { "X-A": "1" } }] });
    })(files);
  }, `${B}.headers.0.path = "/apis": can never match: the service receives only paths below /api; name a path of the service`),

  "other origins on Google's edge": refused(
    backend((service) => (service.cors = { origins: ["https://app.pmcrm.io"], methods: ["GET"] })),
    `${B}.cors = {"origins":["https://app.pmcrm.io"],"methods":["GET"]}: ${CORS}`,
  ),
  "no origin, and no method": refused(
    cors({ origins: [], methods: [] }),
    `${B}.cors.origins = []: must not be empty; name an origin`,
    `${B}.cors.methods = []: must not be empty; name a method`,
  ),
  "origins that no browser sends": refused(
    cors({ origins: ["http://app.pmcrm.io", "https://app.pmcrm.io/", "https://app.pmcrm.io:443", "app.pmcrm.io"] }),
    ...["http://app.pmcrm.io", "https://app.pmcrm.io/", "https://app.pmcrm.io:443", "app.pmcrm.io"].map(
      (origin, i) => `${B}.cors.origins.${i} = "${origin}": ${ORIGIN}`,
    ),
  ),
  "an origin that is no service": refused(
    cors({ origins: ["frontend", "worker"] }),
    ...["frontend", "worker"].map(
      (name, i) =>
        `${B}.cors.origins.${i} = "${name}": is neither a frontend nor a public bucket nor a service with a port; use one of backend, or an origin like "https://app.my-company.com"`,
    ),
  ),
  "all origins, and cookies": refused(
    cors({ origins: ["*"], credentials: true }),
    `${B}.cors.origins.0 = a string: must not be all origins: browsers send them no cookies; name the origins, or remove credentials`,
  ),
  "all origins and one of them": refused(
    cors({ origins: ["*", "https://app.pmcrm.io"] }),
    `${B}.cors.origins.0 = a string: admits all origins, and others are listed; remove one or the others`,
  ),
  "an unknown method, and a header that is listed twice": refused(
    cors({ methods: ["GET", "LIST"] }),
    `${B}.cors.methods.1 = "LIST": must be one of "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"; choose one of them`,
  ),
  "a request header that is listed twice": refused(
    cors({ headers: ["Authorization", "authorization"] }),
    `${B}.cors.headers.1 = "authorization": is listed twice; remove one of the two`,
  ),
  "an origin that has no host": refused(
    (files: Anything) => {
      const { backend } = files.system.services;
      files.system.services.app = { ...backend, after: [], variables: [], connects: [], rateLimits: [] };
      for (const { environment } of [files.production, files.staging])
        environment.services.app = { replicas: { min: 2, max: 3 } };
      cors({ origins: ["app"] })(files);
    },
    ...[T, P].map(
      (file) =>
        `${file} services.app.hosts = nothing: must name a host: it is an origin in the cors of backend; add one`,
    ),
  ),

  "a ban on Traefik": refused((files) => {
    onTraefik(files);
    backend((service) => (service.rateLimits = [{ requests: 5, seconds: 60, ban: { seconds: 600 } }]))(files);
  }, `${B}.rateLimits.0.ban = {"seconds":600}: must be absent: Traefik limits a client's requests, but does not ban it; remove it: requests above the limit are refused anyway`),
  "a ban that Cloud Armor does not support": refused(
    backend((service) => (service.rateLimits[1].ban = { seconds: 90 })),
    `${B}.rateLimits.1.ban.seconds = 90: is not a time that Cloud Armor supports; use one of 60, 120, 180, 240, 300, 600, 900, 1200, 1800, 2700, 3600`,
  ),
  "a ban of two hours": refused(
    backend((service) => (service.rateLimits[1].ban = { seconds: 7200 })),
    `${B}.rateLimits.1.ban.seconds = 7200: must be at most 3600 (seconds); write a number from 60 to 3600`,
  ),
  "a cookie and a WebSocket of more than a day, and of no time": refused(
    backend((service) => Object.assign(service, { sticky: { minutes: 1441 }, websockets: { minutes: 0 } })),
    `${B}.sticky.minutes = 1441: must be at most 1440 (minutes); write a number from 1 to 1440`,
    `${B}.websockets.minutes = 0: must be at least 1 (minutes); write a number from 1 to 1440`,
  ),

  "what only services with a port have": refused(
    system((s) =>
      Object.assign(s.services.worker, {
        paths: ["/worker"],
        sticky: { minutes: 60 },
        websockets: { minutes: 60 },
        headers: [{ set: { "X-A": "1" } }],
      }),
    ),
    `${S} services.worker.paths = ["/worker"]: is for services with a port; remove it`,
    `${S} services.worker.sticky = {"minutes":60}: is for services with a port; remove it`,
    `${S} services.worker.websockets = {"minutes":60}: is for services with a port; remove it`,
    `${S} services.worker.headers.0 = {"set":{"X-A":"1"}}: must be absent: the service has no port; remove it`,
  ),
  "what only services with a host have": refused(
    (files) => {
      backend((service) =>
        Object.assign(service, {
          rateLimits: [],
          sticky: { minutes: 60 },
          websockets: { minutes: 60 },
          headers: [{ set: { "X-A": "1" } }],
        }),
      )(files);
      production((e) => (e.services.backend.hosts = []))(files);
    },
    ...[
      "sets response headers of this service",
      "keeps this service's clients at their pods",
      "limits this service's WebSockets",
    ].map((what) => `${P} services.backend.hosts = []: must name a host: the system ${what} at the edge; add one`),
  ),
});
