import { ServiceV1 } from "@cdktf/provider-kubernetes/lib/service-v1";
import { TerraformResource, TerraformStack } from "cdktf";
import { Construct } from "constructs";
import { objects } from "../helm/objects";
import { NAME_LABEL } from "../kubernetes/labels";
import { connectionPolicy, type Peer } from "../kubernetes/network-policy";
import { BALANCERS, type Balanced } from "./backend-settings";
import type { HttpHealth } from "./pod";
import { Workload, type WorkloadProps } from "./workload";

export interface WebServiceProps extends WorkloadProps {
  readonly serving: WorkloadProps["serving"] & {
    readonly port: number;
    /**
     * Google's load balancer asks each pod for `ready` itself. A proxy in the cluster sends requests to pods that Kubernetes
     * finds ready.
     */
    readonly health: HttpHealth;
    /** Seconds in which the service answers a request. */
    readonly timeoutSeconds: number;
  };
  /**
   * What sends public requests to the service: Google's load balancer, with a Cloud Armor policy, or the pods of a
   * proxy in the cluster. By default, the service is not public.
   */
  readonly public?: Balanced | { readonly proxies: readonly Peer[] };
  /** Names of workloads that can connect to the service. */
  readonly clients: readonly string[];
}

/** The Service's port. */
export const SERVICE_PORT = 80;

/**
 * Ranges of Google's load balancers and their health checks.
 * {@link https://cloud.google.com/load-balancing/docs/health-check-concepts#ip-ranges}
 */
const LOAD_BALANCERS: readonly Peer[] = [{ range: "35.191.0.0/16" }, { range: "130.211.0.0/22" }];

/**
 * A workload that answers HTTP requests, with a Service. Named workloads can connect to it and, if it is public, a load
 * balancer or proxy.
 */
export class WebService extends Construct {
  readonly rollout: Workload["rollout"];
  /** The Service's name, for routes. */
  readonly name: string;

  constructor(scope: Construct, id: string, props: WebServiceProps) {
    super(scope, id);
    const { name } = props.pod;
    const { port, health, timeoutSeconds } = props.serving;
    const namespace = props.namespace.name;

    const proxies = props.public && "proxies" in props.public ? props.public.proxies : [];
    const balanced = props.public && "securityPolicy" in props.public ? props.public : undefined;
    const peers: Peer[] = [
      ...(balanced ? LOAD_BALANCERS : []),
      ...proxies,
      ...props.clients.map((workload) => ({ workload })),
    ];
    const policies = peers.length
      ? [connectionPolicy(this, { workload: name, namespace }, "from", "clients", { peers, ports: [{ port }] })]
      : [];
    // The workload is a sibling of this construct, not a child. So a worker that gets a port keeps its Terraform
    // addresses and its pods.
    const workload = new Workload(scope, "workload", { ...props, dependsOn: [...props.dependsOn, ...policies] });
    this.rollout = workload.rollout;
    const stack = TerraformStack.of(this);
    const earlier = stack.getLogicalId(this.node);
    const now = stack.getLogicalId(scope.node);
    for (const part of workload.node.findAll())
      if (part instanceof TerraformResource)
        part.moveFromId(`${part.terraformResourceType}.${earlier}${stack.getLogicalId(part).slice(now.length)}`);

    const balancer = balanced && BALANCERS[balanced.by];
    const settings =
      balancer &&
      objects(this, balancer.id, {
        name: `${name}.edge`,
        namespace,
        dependsOn: props.namespace.ready,
        objects: balancer.objects({ ...balanced, name, namespace, port, ready: health.ready, timeoutSeconds }),
      });
    if (settings) settings.lifecycle = { createBeforeDestroy: true }; // deleted before its Cloud Armor policy
    const service = new ServiceV1(this, "service", {
      metadata: {
        name,
        namespace,
        labels: { [NAME_LABEL]: name },
        annotations: balancer?.annotations(name) ?? {},
      },
      spec: {
        type: "ClusterIP",
        selector: { [NAME_LABEL]: name },
        port: [{ name: "http", port: SERVICE_PORT, targetPort: String(port), protocol: "TCP" }],
      },
      lifecycle: { createBeforeDestroy: true }, // a removed Service is deleted after its routes
      dependsOn: settings ? [settings] : [...props.namespace.ready],
    });
    this.name = service.metadata.name;
  }
}
