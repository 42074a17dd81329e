import { Construct } from "constructs";
import { type KubernetesObject, objects } from "../helm/objects";
import type { Namespace } from "../kubernetes/namespace";
import { SECURITY_HEADERS, SERVICE_PORT } from "../workloads/web-service";
import type { Route } from "./ingress";
import type { Traefik } from "./traefik";

export interface TraefikIngressProps {
  /** The services' namespace. It must be among those that Traefik serves. */
  readonly namespace: Namespace;
  /** Name of the Helm release. */
  readonly name: string;
  readonly traefik: Traefik;
  /** Names of the Secrets with the hosts' certificates. A missing Secret does not affect the others. */
  readonly certificates: readonly string[];
  /**
   * The service that answers each path of each host. A path matches whole segments: /sales does not match /salesforce.
   * The longest path that matches wins.
   */
  readonly routes: readonly Route[];
  /** Seconds in which a service must start to answer, by the service's name. After that, Traefik answers 504. */
  readonly timeouts: Readonly<Record<string, number>>;
  /** Rate limits by the service's name. A service that is not in the list has no limit. */
  readonly rateLimits: Readonly<Record<string, ClientRateLimit>>;
}

/**
 * The number of requests that each client address can send to a service, over all of the service's hosts. Traefik
 * answers more of them with 429. A client can send all requests of an interval at once, and regains them evenly over
 * the interval.
 */
export interface ClientRateLimit {
  readonly requests: number;
  /** Length of the interval in seconds. */
  readonly seconds: number;
}

const HEADERS = "security-headers";

/**
 * Routes from Traefik to the services, with HTTPS only, security headers on every response, and a rate limit for each
 * client.
 *
 * The routes are Traefik's IngressRoutes, with one router for each path of a service, because each router counts
 * requests separately. An Ingress would create a router for each host, so a client of two hosts could send twice as
 * many requests. Traefik counts by the address that connects, because clients can send any address in X-Forwarded-For.
 * The counts start again when a route changes, and when a pod behind one starts or stops.
 *
 * An IngressRoute loads at most one certificate, and Traefik selects certificates by the host that a client names, not
 * by the route. So each certificate has its own IngressRoute, without routes.
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
                priority: path.length, // by default, a rule with more hosts would win over one with a longer path
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
 * An average of 0 means no limit. The Middleware exists even without a limit, so that you can add and remove a limit:
 * Traefik does not serve a route that names a missing Middleware.
 */
const rateLimit = (limit?: ClientRateLimit) =>
  limit ? { average: limit.requests, period: `${limit.seconds}s`, burst: limit.requests } : { average: 0 };

/** {@link https://doc.traefik.io/traefik/v3.7/reference/routing-configuration/http/routing/rules-and-priority/} */
function rule(hosts: readonly string[], path: string): string {
  const anyHost = hosts.map((host) => `Host(\`${host}\`)`).join(" || ");
  const below = path.replace(/\/$/, "");
  return below ? `(${anyHost}) && (Path(\`${below}\`) || PathPrefix(\`${below}/\`))` : anyHost;
}
