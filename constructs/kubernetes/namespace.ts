import { LimitRangeV1 } from "@cdktf/provider-kubernetes/lib/limit-range-v1";
import { NamespaceV1 } from "@cdktf/provider-kubernetes/lib/namespace-v1";
import { ResourceQuotaV1 } from "@cdktf/provider-kubernetes/lib/resource-quota-v1";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { networkPolicy } from "./network-policy";

export interface NamespaceProps {
  readonly name: string;
  /**
   * The Pod Security Standard that the namespace enforces. The default is `restricted`.
   * {@link https://kubernetes.io/docs/concepts/security/pod-security-standards/}
   */
  readonly podSecurity?: "restricted" | "privileged";
  /** The most that all pods together can request. */
  readonly quota: {
    readonly pods: number;
    /** CPU requests in millicores. */
    readonly cpu: number;
    /** Memory requests in MiB. */
    readonly memory: number;
    /** Kinds of objects that the namespace does not admit, such as `jobs.batch`. By default, it admits all kinds. */
    readonly none?: readonly string[];
    /**
     * Number of Services of type LoadBalancer that the namespace admits. They must not use node ports. The default is
     * 0.
     */
    readonly loadBalancers?: number;
  };
  /** Whether Terraform refuses to destroy the namespace and everything in it. The default is false. */
  readonly deletionProtection?: boolean;
  /** Resources that must exist first: the cluster, or its nodes. */
  readonly dependsOn: readonly ITerraformDependable[];
}

/**
 * GKE's DNS resolvers: kube-dns, NodeLocal DNSCache and Cloud DNS.
 * {@link https://cloud.google.com/kubernetes-engine/docs/how-to/nodelocal-dns-cache}
 */
const RESOLVERS = [
  { pods: { "k8s-app": "kube-dns" }, namespace: "kube-system" },
  { pods: { "k8s-app": "node-local-dns" }, namespace: "kube-system" },
  { range: "169.254.20.10/32" },
  { range: "169.254.169.254/32" },
] as const;

/**
 * A namespace with a Pod Security Standard, a quota, default requests and limits for containers, and network policies
 * that deny all traffic except DNS. Only the namespace of host agents (see `monitoring/host-agents.ts`) is not
 * restricted.
 */
export class Namespace extends Construct {
  readonly name: string;
  /** The namespace's policies and quota. Pods depend on them. */
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
