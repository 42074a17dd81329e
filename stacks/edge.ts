import type { TerraformStack } from "cdktf";
import { CertManager } from "../constructs/edge/cert-manager";
import { CertificateIssuer } from "../constructs/edge/certificate-issuer";
import { GoogleLoadBalancer } from "../constructs/edge/google-load-balancer";
import { Ingress } from "../constructs/edge/ingress";
import { Traefik } from "../constructs/edge/traefik";
import { TraefikIngress } from "../constructs/edge/traefik-ingress";
import { NAME_LABEL } from "../constructs/kubernetes/labels";
import type { Namespace } from "../constructs/kubernetes/namespace";
import { PrometheusStack } from "../constructs/monitoring/prometheus-stack";
import type { Platform } from "../constructs/platform";
import type { Environment } from "../schema/environment";
import type { Workloads } from "./workloads";

export interface EdgeProps<Kind extends Environment["edge"]["kind"]> {
  readonly platform: Platform;
  readonly edge: Extract<Environment["edge"], { kind: Kind }>;
  /** At least one. */
  readonly hosts: readonly string[];
  /** The services'. */
  readonly namespace: Namespace;
  readonly routes: Workloads["routes"];
}

/** Images of an environment's way in, as patterns of Binary Authorization. */
export const edgeImages = ({ edge }: Pick<Environment, "edge">): readonly string[] =>
  edge.kind === "traefik" ? [...Traefik.IMAGES, ...CertManager.IMAGES] : [];

/** Google's load balancer; returns its address. */
export function googleEdge(stack: TerraformStack, props: EdgeProps<"google">): string {
  const { platform, hosts, namespace, routes } = props;
  const edge = new GoogleLoadBalancer(stack, "edge", { platform, hosts, dnsZone: props.edge.dnsZone });
  new Ingress(stack, "ingress", { namespace, name: platform.names.system, edge, routes });
  return edge.address.address;
}

/** Traefik and certificates of Let's Encrypt; returns the address. */
export function traefikEdge(stack: TerraformStack, props: EdgeProps<"traefik">): string {
  const { platform, edge, namespace, hosts, routes } = props;
  const place = platform.cluster.place(edge.pool);
  const installed = { platform, place, scrapers: PrometheusStack.SCRAPERS };
  const ports = new Map(routes.map(({ workload, port }) => [workload, port]));
  const traefik = new Traefik(stack, "traefik", {
    ...installed,
    hosts,
    dnsZone: edge.dnsZone,
    namespaces: [namespace],
    longestResponse: Math.max(...routes.map(({ timeoutSeconds }) => timeoutSeconds)),
    backends: [...ports].map(([workload, port]) => ({
      peers: [{ pods: { [NAME_LABEL]: workload }, namespace: namespace.name }],
      ports: [{ port }],
    })),
  });
  const certManager = new CertManager(stack, "cert-manager", installed);
  const { secretNames } = new CertificateIssuer(stack, "certificate", {
    place,
    namespace,
    traefik,
    server: edge.acme,
    email: edge.email,
    hosts,
    dependsOn: [certManager.ready],
  });
  new TraefikIngress(stack, "ingress", {
    namespace,
    name: platform.names.system,
    traefik,
    certificates: secretNames,
    routes,
    timeouts: Object.fromEntries(routes.map(({ service, timeoutSeconds }) => [service, timeoutSeconds])),
    rateLimits: Object.fromEntries(routes.flatMap(({ service, limit }) => (limit ? [[service, limit]] : []))),
  });
  return traefik.address.address;
}
