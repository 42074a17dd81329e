import { Construct } from "constructs";
import { type KubernetesObject, objects } from "../helm/objects";
import type { Namespace } from "../kubernetes/namespace";
import { SECURITY_HEADERS, SERVICE_PORT } from "../workloads/web-service";
import type { Route } from "./ingress";
import type { Traefik } from "./traefik";

export interface TraefikIngressProps {
  /** One that Traefik serves. */
  readonly namespace: Namespace;
  /** Name of the Helm release. */
  readonly name: string;
  readonly traefik: Traefik;
  /** Secrets with the hosts' certificates. A missing one does not affect the others. */
  readonly certificates: readonly string[];
  /**
   * What answers each host's paths. A path ends with a segment: /sales is none of /salesforce. The longest that fits gets
   * the request.
   */
  readonly routes: readonly Route[];
  /** Seconds until services must have begun to answer, by name; after that Traefik answers 504. */
  readonly timeouts: Readonly<Record<string, number>>;
  /** Of services, by name; one that is not here has none. */
  readonly rateLimits: Readonly<Record<string, ClientRateLimit>>;
}

/**
 * What one client address may ask of a service, through all of its hosts. More are answered 429. As many as the interval
 * has may come at once; they are given back evenly.
 */
export interface ClientRateLimit {
  readonly requests: number;
  /** Interval. */
  readonly seconds: number;
}

const HEADERS = "security-headers";

/**
 * Routes of Traefik before the services: HTTPS only, security headers on every response, a limit for each client.
 *
 * They are Traefik's own IngressRoutes, for what counts is a router, whatever Middlewares routers share: an Ingress makes
 * one for each host, so that a client of two hosts would have the limit twice. Here there is one for each path of a
 * service. Counted is the address that connects; X-Forwarded-For says what the client likes. Counting begins anew when a
 * route, or a pod behind one, comes or goes.
 *
 * A route object loads at most one certificate. Traefik chooses the certificate by the host that a client names, not by the
 * route. So certificates have route objects of their own, without routes.
 * {@link https://doc.traefik.io/traefik/v3.7/reference/routing-configuration/http/middlewares/ratelimit/}
 */
export class TraefikIngress extends Construct {
  constructor(scope: Construct, id: string, props: TraefikIngressProps) {
    super(scope, id);
    const namespace = props.namespace.name;
    const object = (kind: string, name: string, spec: object): KubernetesObject => ({
      apiVersion: "traefik.io/v1alpha1",
      kind,
      metadata: { name, namespace },
      spec,
    });
    const services = [...new Set(props.routes.map(({ service }) => service))];
    objects(this, "routes", {
      name: props.name,
      namespace,
      dependsOn: [...props.namespace.ready, props.traefik.ready],
      objects: [
        object("Middleware", HEADERS, { headers: { customResponseHeaders: RESPONSE_HEADERS } }),
        ...props.certificates.map((secretName) =>
          object("IngressRoute", secretName, { entryPoints: ["websecure"], routes: [], tls: { secretName } }),
        ),
        ...services.flatMap((service) => {
          const routes = props.routes.filter((route) => route.service === service);
          const limit = `${service}-limit`;
          return [
            object("Middleware", limit, { rateLimit: rateLimit(props.rateLimits[service]) }),
            object("ServersTransport", service, {
              forwardingTimeouts: { responseHeaderTimeout: `${props.timeouts[service]}s` },
            }),
            object("IngressRoute", service, {
              entryPoints: ["websecure"],
              tls: {},
              routes: [...new Set(routes.map(({ path }) => path))].map((path) => ({
                kind: "Rule",
                match: rule(
                  routes.filter((route) => route.path === path).map(({ host }) => host),
                  path,
                ),
                priority: path.length, // by default that of the whole rule, so that more hosts would win over a longer path
                middlewares: [{ name: HEADERS }, { name: limit }],
                services: [{ name: service, port: SERVICE_PORT, serversTransport: service }],
              })),
            }),
          ];
        }),
      ],
    });
  }
}

const RESPONSE_HEADERS = Object.fromEntries(
  SECURITY_HEADERS.map((header) => header.split(": ", 2) as [string, string]),
);

/**
 * An average of 0 is no limit. It is there all the same, so that a limit may come and go: Traefik does not serve a route
 * while a Middleware that it names is missing.
 */
const rateLimit = (limit?: ClientRateLimit) =>
  limit ? { average: limit.requests, period: `${limit.seconds}s`, burst: limit.requests } : { average: 0 };

/** {@link https://doc.traefik.io/traefik/v3.7/reference/routing-configuration/http/routing/rules-and-priority/} */
function rule(hosts: readonly string[], path: string): string {
  const anyHost = hosts.map((host) => `Host(\`${host}\`)`).join(" || ");
  const below = path.replace(/\/$/, "");
  return below ? `(${anyHost}) && (Path(\`${below}\`) || PathPrefix(\`${below}/\`))` : anyHost;
}
