import type { TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import { CertManager } from "../constructs/edge/cert-manager";
import { CertificateIssuer, certificateName } from "../constructs/edge/certificate-issuer";
import { CertificateMap } from "../constructs/edge/certificate-map";
import { Gateway } from "../constructs/edge/gateway";
import { GoogleLoadBalancer } from "../constructs/edge/google-load-balancer";
import { Ingress } from "../constructs/edge/ingress";
import { managedCertificates } from "../constructs/edge/managed-certificates";
import { SecurityPolicy } from "../constructs/edge/security-policy";
import { Traefik } from "../constructs/edge/traefik";
import { TraefikIngress } from "../constructs/edge/traefik-ingress";
import { NAME_LABEL } from "../constructs/kubernetes/labels";
import type { Namespace } from "../constructs/kubernetes/namespace";
import { PrometheusStack } from "../constructs/monitoring/prometheus-stack";
import type { Platform } from "../constructs/platform";
import type { BALANCERS } from "../constructs/workloads/backend-settings";
import type { WebServiceProps } from "../constructs/workloads/web-service";
import type { Resources } from "../facts/resources";
import { entryOf, type Kinds } from "../schema/choices";
import type { Environment } from "../schema/environment";
import type { Service } from "../schema/workload";
import type { Workloads } from "./workloads";

export interface EdgeProps {
  readonly platform: Platform;
  /** At least one host name. */
  readonly hosts: readonly string[];
  /** The services' namespace. */
  readonly namespace: Namespace;
  readonly routes: Workloads["routes"];
  readonly publicServices: Workloads["publicServices"];
}

/** A kind of ingress, which routes public requests to services. */
interface Edge {
  /** Whether it needs the Gateway API in the cluster. */
  readonly gatewayApi: boolean;
  /** Images that run in the cluster, as Binary Authorization patterns. */
  readonly images: readonly string[];
  /** Returns the names of the Certificates that cert-manager renews, in the services' namespace. */
  certificates(hosts: readonly string[]): readonly string[] | undefined;
  /** Returns the requests of pods that it starts in the services' namespace, for the quota. */
  pods(hosts: readonly string[]): readonly Resources[];
  /** Returns what a public service admits. */
  front(scope: Construct, service: Front): NonNullable<WebServiceProps["public"]>;
  /** Creates the ingress and returns its address. */
  build(stack: TerraformStack, props: EdgeProps): string;
}

interface Front {
  readonly platform: Platform;
  readonly name: string;
  readonly service: Service;
}

const EDGES: Kinds<Environment["edge"], Edge> = {
  google: (choice) => ({
    ...loadBalancer("ingress", choice),
    gatewayApi: false,
    build(stack, { platform, hosts, namespace, routes }) {
      const { project, names } = platform;
      const edge = new GoogleLoadBalancer(stack, "edge", { platform, hosts, dnsZone: choice.dnsZone });
      const certificates = managedCertificates(edge, { project, name: names.full, hosts });
      new Ingress(stack, "ingress", { namespace, name: names.system, edge, certificates, routes });
      return edge.address.address;
    },
  }),
  gateway: (choice) => ({
    ...loadBalancer("gateway", choice),
    gatewayApi: true,
    build(stack, { platform, hosts, namespace, routes, publicServices }) {
      const { project, names } = platform;
      const { dnsZone } = choice;
      const edge = new GoogleLoadBalancer(stack, "edge", { platform, hosts, dnsZone });
      const { map } = new CertificateMap(edge, "certificates", { project, name: names.full, hosts, dnsZone });
      new Gateway(stack, "gateway", {
        namespace,
        name: names.system,
        edge,
        certificateMap: map.name,
        routes,
        services: Object.fromEntries(
          Object.entries(publicServices).map(([name, { service, shares }]) => [
            name,
            { headers: service.headers, shares },
          ]),
        ),
      });
      return edge.address.address;
    },
  }),
  traefik: (choice) => ({
    gatewayApi: false,
    images: [...Traefik.IMAGES, ...CertManager.IMAGES],
    certificates: (hosts) => hosts.map(certificateName),
    pods: (hosts) => hosts.map(() => CertificateIssuer.SOLVER),
    front: () => ({ proxies: Traefik.PEERS }),
    build: (stack, props) => traefik(stack, props, choice),
  }),
};

/** Returns what is alike in the kinds of ingress that are load balancers of Google's. */
const loadBalancer = (
  by: keyof typeof BALANCERS,
  { waf }: Extract<Environment["edge"], { kind: "google" | "gateway" }>,
): Pick<Edge, "images" | "certificates" | "pods" | "front"> => ({
  images: [],
  certificates: () => undefined,
  pods: () => [],
  front: (scope, { platform: { project, names }, name, service }) => ({
    by,
    securityPolicy: new SecurityPolicy(scope, "security-policy", {
      project,
      name: `${names.full}-${name}`,
      waf,
      rateLimits: service.rateLimits,
    }).name,
    headers: by === "ingress" ? service.headers[0]?.set : undefined, // validation has checked that there is one list
    stickyMinutes: service.sticky?.minutes,
    websocketMinutes: service.websockets?.minutes,
  }),
});

/** Returns the environment's kind of ingress. */
export const edgeOf = ({ edge }: Pick<Environment, "edge">): Edge => entryOf(EDGES, edge);

/** Returns ingress through Traefik, with certificates from Let's Encrypt. */
function traefik(
  stack: TerraformStack,
  { platform, namespace, hosts, routes, publicServices }: EdgeProps,
  edge: Extract<Environment["edge"], { kind: "traefik" }>,
): string {
  const place = platform.cluster.place(edge.pool);
  const installed = { platform, place, scrapers: PrometheusStack.SCRAPERS };
  const services = Object.entries(publicServices);
  const proxy = new Traefik(stack, "traefik", {
    ...installed,
    hosts,
    dnsZone: edge.dnsZone,
    namespaces: [namespace],
    longestResponse: Math.max(...services.map(([, { timeoutSeconds }]) => timeoutSeconds)),
    backends: services.map(([, { workloads, port }]) => ({
      peers: workloads.map((workload) => ({ pods: { [NAME_LABEL]: workload }, namespace: namespace.name })),
      ports: [{ port }],
    })),
  });
  const certManager = new CertManager(stack, "cert-manager", installed);
  const { secretNames } = new CertificateIssuer(stack, "certificate", {
    place,
    namespace,
    traefik: proxy,
    server: edge.acme,
    email: edge.email,
    hosts,
    dependsOn: [certManager.ready],
  });
  new TraefikIngress(stack, "ingress", {
    namespace,
    name: platform.names.system,
    traefik: proxy,
    certificates: secretNames,
    routes,
    services: Object.fromEntries(
      services.map(([name, { service, timeoutSeconds, corsOrigins: origins, shares }]) => [
        name,
        {
          timeoutSeconds,
          rateLimits: service.rateLimits,
          headers: service.headers,
          cors: service.cors && { ...service.cors, origins },
          stickyMinutes: service.sticky?.minutes,
          shares,
        },
      ]),
    ),
  });
  return proxy.address.address;
}
