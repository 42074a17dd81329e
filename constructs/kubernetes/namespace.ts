import { LimitRangeV1 } from "@cdktf/provider-kubernetes/lib/limit-range-v1";
import { NamespaceV1 } from "@cdktf/provider-kubernetes/lib/namespace-v1";
import { ResourceQuotaV1 } from "@cdktf/provider-kubernetes/lib/resource-quota-v1";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { networkPolicy } from "./network-policy";

export interface NamespaceProps {
  readonly name: string;
  /**
   * Pod Security Standard that is enforced; default restricted.
   * {@link https://kubernetes.io/docs/concepts/security/pod-security-standards/}
   */
  readonly podSecurity?: "restricted" | "privileged";
  /** What all pods together may ask for. */
  readonly quota: {
    readonly pods: number;
    /** Millicores. */
    readonly cpu: number;
    /** Mebibytes. */
    readonly memory: number;
    /** Kinds of objects that must not be here, such as `jobs.batch`. */
    readonly none?: readonly string[];
    /** Services of type LoadBalancer, which take no node ports; default none, so that nothing opens a way in. */
    readonly loadBalancers?: number;
  };
  /** Whether Terraform refuses to destroy it, and with it all that is in it; default false. */
  readonly deletionProtection?: boolean;
  /** The cluster, or the nodes. */
  readonly dependsOn: readonly ITerraformDependable[];
}

/**
 * GKE's resolvers: kube-dns, NodeLocal DNSCache and Cloud DNS.
 * {@link https://cloud.google.com/kubernetes-engine/docs/how-to/nodelocal-dns-cache}
 */
const RESOLVERS = [
  { pods: { "k8s-app": "kube-dns" }, namespace: "kube-system" },
  { pods: { "k8s-app": "node-local-dns" }, namespace: "kube-system" },
  { range: "169.254.20.10/32" },
  { range: "169.254.169.254/32" },
] as const;

/**
 * A namespace whose pods must satisfy the restricted Pod Security Standard, unless it is the one of the host agents
 * (see `host-agents.ts`), with a quota, sizes for containers that name none, and no traffic but DNS until a policy
 * allows it.
 */
export class Namespace extends Construct {
  readonly name: string;
  /** Pods wait for it: they are not to start before the policies and the quota are there. */
  readonly ready: readonly ITerraformDependable[];

  constructor(scope: Construct, id: string, props: NamespaceProps) {
    super(scope, id);
    const { quota, podSecurity = "restricted" } = props;
    const level = Object.fromEntries(
      ["enforce", "audit", "warn"].flatMap((mode) => [
        [`pod-security.kubernetes.io/${mode}`, podSecurity],
        [`pod-security.kubernetes.io/${mode}-version`, "latest"],
      ]),
    );
    const namespace = new NamespaceV1(this, "namespace", {
      metadata: { name: props.name, labels: { name: props.name, ...level } },
      timeouts: { delete: "20m" },
      ...(props.deletionProtection !== undefined && { lifecycle: { preventDestroy: props.deletionProtection } }),
      dependsOn: [...props.dependsOn],
    });
    this.name = namespace.metadata.name;
    const metadata = { name: "namespace", namespace: this.name };
    this.ready = [
      new ResourceQuotaV1(this, "quota", {
        metadata,
        spec: {
          hard: {
            pods: String(quota.pods),
            "requests.cpu": `${quota.cpu}m`,
            "requests.memory": `${quota.memory}Mi`,
            "services.loadbalancers": String(quota.loadBalancers ?? 0),
            "services.nodeports": "0",
            ...Object.fromEntries((quota.none ?? []).map((kind) => [`count/${kind}`, "0"])),
          },
        },
      }),
      new LimitRangeV1(this, "limits", {
        metadata,
        spec: {
          limit: [{ type: "Container", defaultRequest: { cpu: "50m", memory: "128Mi" }, default: { memory: "256Mi" } }],
        },
      }),
      networkPolicy(this, "default-deny", { name: "default-deny", namespace: this.name, ingress: [], egress: [] }),
      networkPolicy(this, "allow-dns", {
        name: "allow-dns",
        namespace: this.name,
        egress: [
          {
            peers: RESOLVERS,
            ports: [
              { port: 53, protocol: "UDP" },
              { port: 53, protocol: "TCP" },
            ],
          },
        ],
      }),
    ];
  }
}
