import { Construct } from "constructs";
import { type HeadersOfPath, headersAt } from "../../facts/http";
import type { Route } from "../../facts/routes";
import { type KubernetesObject, objects } from "../helm/objects";
import type { Namespace } from "../kubernetes/namespace";
import { SERVICE_PORT } from "../workloads/web-service";
import type { Shares } from "./shares";
import type { Traefik } from "./traefik";
import { pathDigest, traefikRoutes } from "./traefik-routes";

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
  /** Settings of each service, by its name. */
  readonly services: Readonly<Record<string, TraefikService>>;
}

export interface TraefikService {
  /** Seconds in which the service must start to answer. After that, Traefik answers 504. */
  readonly timeoutSeconds: number;
  /**
   * Rate limits, at most one of them without a path. A request counts only towards the limit with the longest path, as
   * with Cloud Armor.
   */
  readonly rateLimits?: readonly ClientRateLimit[];
  /**
   * Response headers by name, in addition to those of every public response. With a path, they are for the path and all
   * paths below it, and replace those of shorter paths.
   */
  readonly headers?: readonly HeadersOfPath[];
  /** Answers preflight requests before the rate limits. */
  readonly cors?: {
    /** Origins such as `https://app.my-company.com`, or `*`. */
    readonly origins: readonly string[];
    readonly methods: readonly string[];
    /** Request headers. */
    readonly headers: readonly string[];
    /** Whether browsers send cookies along. */
    readonly credentials: boolean;
    readonly maxAgeSeconds: number;
  };
  /** Minutes for which a client's requests go to the same pod, by a cookie. */
  readonly stickyMinutes?: number;
  /**
   * The Services that answer the requests, if it is not the one of the service's name alone. If clients are sticky, they stay
   * at a Service that still has a share, so a new share is that of new clients.
   */
  readonly shares?: Shares;
}

/**
 * The number of requests that each client address can send to a service, over all of the service's hosts. Traefik
 * answers more of them with 429. A client can send at once what the limit allows in two seconds, or two requests if that is
 * more, and regains them evenly.
 */
export interface ClientRateLimit {
  /** Beginning of the paths, decoded and in any case. By default, the limit applies to all paths without another limit. */
  readonly path?: string;
  readonly requests: number;
  /** Length of the interval in seconds. */
  readonly seconds: number;
}

/**
 * Routes from Traefik to the services, with HTTPS only, security headers on every response, and rate limits for each
 * client.
 *
 * The routes are Traefik's IngressRoutes, with one router for all hosts and paths of a service, because each router
 * counts requests separately. An Ingress would create a router for each host, so a client of two hosts could send twice
 * as many requests. A path with a limit or with headers of its own has another router. Traefik counts by the address that
 * connects, because clients can send any address in X-Forwarded-For. The counts start again when a route changes, and
 * when a pod behind one starts or stops.
 *
 * WebSockets need no setting: the limits of time end when a connection becomes a WebSocket.
 *
 * The shares of Services are a Helm release of their own, with a TraefikService for each service that has any. So a new
 * share changes nothing else, and a route never names a TraefikService that does not exist.
 *
 * An IngressRoute loads at most one certificate, and Traefik selects certificates by the host that a client names, not
 * by the route. So each certificate has its own IngressRoute, without routes.
 * {@link https://doc.traefik.io/traefik/v3.7/reference/routing-configuration/http/middlewares/ratelimit/}
 * {@link https://doc.traefik.io/traefik/v3.7/reference/routing-configuration/http/middlewares/headers/}
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
    const shared = Object.values(props.services).flatMap(({ shares }) => shares ?? []);
    const shares = shared.length
      ? objects(this, "shares", {
          name: `${props.name}.shares`,
          namespace,
          dependsOn: [...props.namespace.ready, props.traefik.ready, ...shared.flatMap(({ rollouts }) => rollouts)],
          objects: Object.entries(props.services).flatMap(([service, settings]) =>
            settings.shares ? [object("TraefikService", service, weighted(service, settings))] : [],
          ),
        })
      : undefined;
    // Deleted after the routes that name it, and so is what has lost its share.
    if (shares) shares.lifecycle = { createBeforeDestroy: true };
    objects(this, "routes", {
      name: props.name,
      namespace,
      dependsOn: [...props.namespace.ready, props.traefik.ready, ...(shares ? [shares] : [])],
      objects: [
        ...props.certificates.map((secretName) =>
          object("IngressRoute", secretName, { entryPoints: ["websecure"], routes: [], tls: { secretName } }),
        ),
        ...Object.entries(props.services).flatMap(([service, settings]) => {
          const { timeoutSeconds, rateLimits = [], headers = [] } = settings;
          const headerPaths = pathsOf(headers).filter((path) => path !== "/");
          const limitPaths = pathsOf(rateLimits);
          const answers = settings.shares
            ? { kind: "TraefikService", name: service }
            : backend(service, service, settings);
          return [
            // The Middlewares of the service exist even if it sets nothing, so that you can add and remove settings:
            // Traefik does not serve a route that names a missing Middleware.
            ...[undefined, ...headerPaths].map((path) =>
              object("Middleware", named(service, "headers", path), { headers: responseHeaders(settings, path) }),
            ),
            ...[undefined, ...limitPaths].map((path) =>
              object("Middleware", named(service, "limit", path), {
                rateLimit: rateLimit(rateLimits.find((limit) => limit.path === path)),
              }),
            ),
            object("ServersTransport", service, {
              forwardingTimeouts: { responseHeaderTimeout: `${timeoutSeconds}s` },
            }),
            object("IngressRoute", service, {
              entryPoints: ["websecure"],
              tls: {},
              routes: traefikRoutes(service, props.routes, { headers: headerPaths, limits: limitPaths }).map(
                ({ match, priority, headersOf, limitOf }) => ({
                  kind: "Rule",
                  match,
                  priority,
                  middlewares: [
                    { name: named(service, "headers", headersOf) },
                    { name: named(service, "limit", limitOf) },
                  ],
                  services: [answers],
                }),
              ),
            }),
          ];
        }),
      ],
    });
  }
}

const pathsOf = (all: readonly { readonly path?: string }[]): string[] => all.flatMap(({ path }) => path ?? []);

/** Returns the name of a Middleware, which stays the same when other paths change. */
const named = (service: string, what: "headers" | "limit", path?: string): string =>
  [service, what, ...(path === undefined ? [] : [pathDigest(path)])].join("-");

/** Returns the headers of responses at a path, and the answers to other origins. */
function responseHeaders({ headers = [], cors }: TraefikService, path = "/") {
  return {
    customResponseHeaders: headersAt(headers, path),
    ...(cors && {
      accessControlAllowOriginList: cors.origins,
      accessControlAllowMethods: cors.methods,
      accessControlAllowHeaders: cors.headers,
      accessControlAllowCredentials: cors.credentials,
      accessControlMaxAge: cors.maxAgeSeconds,
      addVaryHeader: true, // so that caches keep the answers to different origins apart
    }),
  };
}

/** Returns a Service that answers requests of a service, with the cookie that names one of its pods. */
const backend = (name: string, service: string, settings: TraefikService) => ({
  name,
  port: SERVICE_PORT,
  serversTransport: service,
  ...sticky(`${name}-pod`, settings),
});

/**
 * Returns the Services that have a share, and the cookie that names one of them.
 * {@link https://doc.traefik.io/traefik/v3.7/reference/routing-configuration/kubernetes/crd/http/traefikservice/}
 */
const weighted = (service: string, settings: TraefikService) => ({
  weighted: {
    services: Object.entries(settings.shares?.of ?? {})
      .filter(([, weight]) => weight > 0)
      .map(([name, weight]) => ({ ...backend(name, service, settings), weight })),
    ...sticky(`${service}-release`, settings),
  },
});

const sticky = (name: string, { stickyMinutes, cors }: TraefikService) =>
  stickyMinutes && {
    sticky: {
      cookie: {
        name,
        secure: true,
        httpOnly: true,
        sameSite: cors?.credentials ? "none" : "lax", // browsers send "lax" only from pages of the same site
        maxAge: 60 * stickyMinutes,
      },
    },
  };

/** An average of 0 means no limit. */
const rateLimit = (limit?: ClientRateLimit) =>
  limit ? { average: limit.requests, period: `${limit.seconds}s`, burst: burst(limit) } : { average: 0 };

/**
 * Returns how many requests a client can send at once. Traefik forgets a client after two seconds without a request, or after a
 * second and the time in which the client regains a request, if that is longer. A forgotten client has all of them again, so
 * these are no more than it regains in two seconds. Two are the least, because a form is a request for the page and one with
 * the answers. With less than a request a second, a client can get almost twice as many through.
 * {@link https://github.com/traefik/traefik/blob/v3.7.9/pkg/middlewares/ratelimiter/rate_limiter.go}
 */
const burst = ({ requests, seconds }: ClientRateLimit): number =>
  Math.min(requests, Math.max(2, Math.floor((2 * requests) / seconds)));
