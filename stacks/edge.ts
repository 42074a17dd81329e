import type { ITerraformDependable, TerraformStack } from "cdktf";
import { CertManager } from "../constructs/edge/cert-manager";
import { CertificateIssuer } from "../constructs/edge/certificate-issuer";
import { GoogleLoadBalancer } from "../constructs/edge/google-load-balancer";
import { Ingress } from "../constructs/edge/ingress";
import { Traefik } from "../constructs/edge/traefik";
import { TraefikIngress } from "../constructs/edge/traefik-ingress";
import type { ApiServerRanges } from "../constructs/kubernetes/api-server";
import { NAME_LABEL } from "../constructs/kubernetes/labels";
import type { Namespace } from "../constructs/kubernetes/namespace";
import { PrometheusStack } from "../constructs/monitoring/prometheus-stack";
import type { Project } from "../constructs/project/project";
import type { Environment } from "../schema/environment";
import type { Workloads } from "./workloads";

export interface EdgeProps<Kind extends Environment["edge"]["kind"]> {
  readonly edge: Extract<Environment["edge"], { kind: Kind }>;
  readonly systemName: string;
  /** Of the system and the environment, for names in Google Cloud. */
  readonly fullName: string;
  /** At least one. */
  readonly hosts: readonly string[];
  readonly project: Project;
  /** The services'. */
  readonly namespace: Namespace;
  readonly routes: Workloads["routes"];
  readonly deletionProtection: boolean;
}

export interface TraefikEdgeProps extends EdgeProps<"traefik"> {
  readonly region: string;
  readonly cluster: ITerraformDependable;
  /** Where it runs: its node pool, or the cluster. */
  readonly nodes: ITerraformDependable;
  /** What lets its images run. */
  readonly admission: ITerraformDependable;
  readonly autopilot: boolean;
  /** Where the Kubernetes API is. */
  readonly apiServer: ApiServerRanges;
  readonly chartsMirror?: string;
}

/** Images of an environment's way in, as patterns of Binary Authorization. */
export const edgeImages = ({ edge }: Pick<Environment, "edge">): readonly string[] =>
  edge.kind === "traefik" ? [...Traefik.IMAGES, ...CertManager.IMAGES] : [];

/** Google's load balancer; returns its address. */
export function googleEdge(stack: TerraformStack, props: EdgeProps<"google">): string {
  const { project, fullName: name, hosts, namespace, systemName, routes, deletionProtection } = props;
  const edge = new GoogleLoadBalancer(stack, "edge", {
    project,
    name,
    hosts,
    dnsZone: props.edge.dnsZone,
    deletionProtection,
  });
  new Ingress(stack, "ingress", { namespace, name: systemName, edge, routes });
  return edge.address.address;
}

/** Traefik and certificates of Let's Encrypt; returns the address. */
export function traefikEdge(stack: TerraformStack, props: TraefikEdgeProps): string {
  const { edge, namespace, hosts, routes, autopilot, apiServer, chartsMirror } = props;
  const { pool, dnsZone } = edge;
  const placed = { pool, autopilot };
  const installed = {
    ...placed,
    scrapers: PrometheusStack.SCRAPERS,
    apiServer,
    chartsMirror,
    cluster: props.cluster,
    dependsOn: [props.nodes, props.admission],
  };
  const ports = new Map(routes.map(({ workload, port }) => [workload, port]));
  const traefik = new Traefik(stack, "traefik", {
    ...installed,
    project: props.project,
    name: props.fullName,
    region: props.region,
    hosts,
    dnsZone,
    namespaces: [namespace],
    longestResponse: Math.max(...routes.map(({ timeoutSeconds }) => timeoutSeconds)),
    backends: [...ports].map(([workload, port]) => ({
      peers: [{ pods: { [NAME_LABEL]: workload }, namespace: namespace.name }],
      ports: [{ port }],
    })),
    deletionProtection: props.deletionProtection,
  });
  const certManager = new CertManager(stack, "cert-manager", installed);
  const { secretNames } = new CertificateIssuer(stack, "certificate", {
    ...placed,
    namespace,
    traefik,
    server: edge.acme,
    email: edge.email,
    hosts,
    dependsOn: [certManager.ready],
  });
  new TraefikIngress(stack, "ingress", {
    namespace,
    name: props.systemName,
    traefik,
    certificates: secretNames,
    routes,
    timeouts: Object.fromEntries(routes.map(({ service, timeoutSeconds }) => [service, timeoutSeconds])),
    rateLimits: Object.fromEntries(routes.flatMap(({ service, limit }) => (limit ? [[service, limit]] : []))),
  });
  return traefik.address.address;
}
