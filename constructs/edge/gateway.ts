import { Construct } from "constructs";
import type { HeadersOfPath } from "../../facts/http";
import { hostDigest } from "../../facts/names";
import { pathsByHeaders, type Route } from "../../facts/routes";
import { type KubernetesObject, objects } from "../helm/objects";
import type { Namespace } from "../kubernetes/namespace";
import { wait } from "../terraform/wait";
import { SERVICE_PORT } from "../workloads/web-service";
import type { GoogleLoadBalancer } from "./google-load-balancer";
import type { Shares } from "./shares";

export interface GatewayProps {
  readonly namespace: Namespace;
  /** Name of the Gateway, of its policy and of the Helm release. */
  readonly name: string;
  /** The load balancer's address and TLS policy. */
  readonly edge: GoogleLoadBalancer;
  /** Name of the hosts' certificate map. */
  readonly certificateMap: string;
  /**
   * The service that answers each path of each host. A path matches whole segments: /sales does not match /salesforce.
   * The longest path that matches wins.
   */
  readonly routes: readonly Route[];
  /** Settings of each service, by its name. */
  readonly services: Readonly<Record<string, GatewayService>>;
}

export interface GatewayService {
  /**
   * Response headers by name, in addition to those of every public response. With a path, they are for the path and all
   * paths below it, and replace those of shorter paths.
   */
  readonly headers: readonly HeadersOfPath[];
  /** The Services that answer the requests, if it is not the one of the service's name alone. */
  readonly shares?: Shares;
}

const GATEWAY_API = "gateway.networking.k8s.io";

/** A port of the load balancer. Without other settings, it takes routes of its own namespace. */
interface Listener {
  readonly name: string;
  readonly port: number;
  readonly protocol: string;
}
const HTTP: Listener = { name: "http", port: 80, protocol: "HTTP" };
const HTTPS: Listener = { name: "https", port: 443, protocol: "HTTPS" };

/**
 * Seconds until GKE has applied a change to the load balancer. It takes a minute or two until GKE accepts a route, and some
 * more until Google's front ends know it.
 * {@link https://github.com/kubernetes-sigs/external-dns/pull/5486}
 */
const SETTLING = 300;

/**
 * Google's global load balancer in front of the services, as GKE makes it of a Gateway: it serves HTTPS and redirects HTTP to
 * it. A change of the routes ends with a wait until GKE has applied it.
 *
 * The listener for HTTPS has no field `tls`, because the load balancer gets its certificates from the map. A route that GKE
 * does not accept keeps it from applying all others, so routes use only what GKE supports: it supports neither timeouts nor
 * CORS in routes, nor a port in redirects.
 * {@link https://cloud.google.com/kubernetes-engine/docs/how-to/deploying-gateways}
 * {@link https://cloud.google.com/kubernetes-engine/docs/how-to/gatewayclass-capabilities}
 * {@link https://github.com/kubernetes-sigs/gateway-api/tree/main/conformance/reports/v1.3.0/gke-gateway}
 */
export class Gateway extends Construct {
  constructor(scope: Construct, id: string, props: GatewayProps) {
    super(scope, id);
    const { name, edge, certificateMap, routes } = props;
    const namespace = props.namespace.name;
    const object = (
      group: string,
      kind: string,
      name: string,
      spec: object,
      annotations?: object,
    ): KubernetesObject => ({
      apiVersion: `${group}/v1`,
      kind,
      metadata: { name, namespace, ...(annotations && { annotations }) },
      spec,
    });
    const route = (name: string, listener: Listener, spec: object): KubernetesObject =>
      object(GATEWAY_API, "HTTPRoute", name, {
        parentRefs: [{ name: props.name, sectionName: listener.name }],
        ...spec,
      });
    const served = [...new Map(routes.map(({ service, host }) => [`${service} ${host}`, { service, host }])).values()];
    const shared = Object.values(props.services).flatMap(({ shares }) => shares ?? []);
    const release = objects(this, "routes", {
      name,
      namespace,
      dependsOn: [...props.namespace.ready, ...shared.flatMap(({ rollouts }) => rollouts)],
      objects: [
        object(
          GATEWAY_API,
          "Gateway",
          name,
          {
            gatewayClassName: "gke-l7-global-external-managed",
            addresses: [{ type: "NamedAddress", value: edge.address.name }],
            listeners: [HTTP, HTTPS],
          },
          { "networking.gke.io/certmap": certificateMap },
        ),
        object("networking.gke.io", "GCPGatewayPolicy", name, {
          default: { sslPolicy: edge.sslPolicy.name },
          targetRef: { group: GATEWAY_API, kind: "Gateway", name },
        }),
        route("redirect-to-https", HTTP, {
          rules: [{ filters: [{ type: "RequestRedirect", requestRedirect: { scheme: "https", statusCode: 301 } }] }],
        }),
        ...served.map(({ service, host }) =>
          route(`${service}-${hostDigest(host)}`, HTTPS, {
            hostnames: [host],
            rules: pathsByHeaders({ service, host }, routes, (props.services[service] as GatewayService).headers).map(
              ({ paths, headers }) => ({
                matches: paths.map((value) => ({ path: { type: "PathPrefix", value } })),
                filters: [
                  {
                    type: "ResponseHeaderModifier",
                    responseHeaderModifier: { set: Object.entries(headers).map(([name, value]) => ({ name, value })) },
                  },
                ],
                backendRefs: backendsOf(service, props.services[service] as GatewayService),
              }),
            ),
          }),
        ),
      ],
    });
    // What has lost its share is deleted after the routes have changed.
    if (shared.length) release.lifecycle = { createBeforeDestroy: true };
    const changes = {
      certificateMap,
      routes,
      ...(shared.length && { shared: shared.flatMap(({ of }) => Object.keys(of)) }),
    };
    wait(this, "settled", { seconds: SETTLING, changesWith: changes, dependsOn: [release] });
  }
}

/**
 * Returns the Services that answer a service's requests. One that has no share yet is among them, because Google checks its
 * pods only then, and they must be healthy when it gets a share.
 * {@link https://gateway-api.sigs.k8s.io/reference/spec/#httpbackendref}
 */
const backendsOf = (service: string, { shares }: GatewayService) =>
  shares
    ? Object.entries(shares.of).map(([name, weight]) => ({ name, port: SERVICE_PORT, weight }))
    : [{ name: service, port: SERVICE_PORT }];
