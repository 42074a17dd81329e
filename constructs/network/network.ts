import { ComputeFirewall } from "@cdktf/provider-google/lib/compute-firewall";
import { ComputeGlobalAddress } from "@cdktf/provider-google/lib/compute-global-address";
import { ComputeNetwork } from "@cdktf/provider-google/lib/compute-network";
import { ComputeRouter } from "@cdktf/provider-google/lib/compute-router";
import { ComputeRouterNat } from "@cdktf/provider-google/lib/compute-router-nat";
import { ComputeSubnetwork } from "@cdktf/provider-google/lib/compute-subnetwork";
import { ServiceNetworkingConnection } from "@cdktf/provider-google/lib/service-networking-connection";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { PUBLIC_RANGES } from "../../facts/cidr";
import type { Project } from "../project/project";
import { fix } from "../terraform/fixed";

export interface NetworkProps {
  readonly project: Project;
  /** Name of the network and the subnet, and first part of the other names. */
  readonly name: string;
  /** The region, such as europe-west1. */
  readonly region: string;
  /** IPv4 ranges in CIDR notation. */
  readonly ranges: {
    readonly nodes: string;
    readonly pods: string;
    readonly services: string;
    /**
     * Ranges that private services access uses for Cloud SQL and Memorystore. Empty if the environment uses neither. If
     * a range is full, add another one: a change of a range would replace it.
     */
    readonly datastores: readonly string[];
    /** The control plane's own range, a /28, if the cluster was created with one. */
    readonly controlPlane?: string;
  };
  /** Ports of public addresses that nodes and pods can reach, beside 443. */
  readonly publicPorts: readonly number[];
  /** Whether Terraform refuses to destroy the network, the subnet and the datastore ranges. */
  readonly deletionProtection: boolean;
}

/** Names of the subnet's secondary ranges. */
export const SECONDARY_RANGES = { pods: "pods", services: "services" } as const;

/**
 * A VPC network with one subnet (with flow logs and Private Google Access), Cloud NAT for connections from nodes to the
 * internet, private services access for Google's datastores, and a firewall. The firewall denies all ingress, and all
 * egress except to the network's own ranges, to TCP port 443, and to further ports of public addresses. GKE and its load balancers add rules with a higher
 * priority.
 * {@link https://cloud.google.com/kubernetes-engine/docs/concepts/firewall-rules}
 */
export class Network extends Construct {
  readonly network: ComputeNetwork;
  readonly subnetwork: ComputeSubnetwork;
  /** The node range. */
  readonly nodes: string;
  private readonly connection?: ITerraformDependable;

  constructor(scope: Construct, id: string, props: NetworkProps) {
    super(scope, id);
    const { project, name, region, ranges } = props;

    this.nodes = ranges.nodes;
    this.network = new ComputeNetwork(this, "network", {
      project: project.id,
      name,
      autoCreateSubnetworks: false,
      routingMode: "REGIONAL",
      // GKE deletes its network endpoint groups some minutes after the cluster. Until then, Google refuses to delete
      // the network.
      timeouts: { delete: "20m" },
      lifecycle: { preventDestroy: props.deletionProtection },
      dependsOn: [project.api("compute")],
    });
    this.network.overrideLogicalId("network");

    this.subnetwork = new ComputeSubnetwork(this, "subnetwork", {
      project: project.id,
      name,
      region,
      network: this.network.id,
      ipCidrRange: ranges.nodes,
      secondaryIpRange: [
        { rangeName: SECONDARY_RANGES.pods, ipCidrRange: ranges.pods },
        { rangeName: SECONDARY_RANGES.services, ipCidrRange: ranges.services },
      ],
      privateIpGoogleAccess: true,
      logConfig: { aggregationInterval: "INTERVAL_5_SEC", flowSampling: 0.5, metadata: "INCLUDE_ALL_METADATA" },
      timeouts: { delete: "20m" },
      lifecycle: { preventDestroy: props.deletionProtection },
    });
    this.subnetwork.overrideLogicalId("subnetwork");

    // A cluster's ranges cannot change. Without this, Google would refuse the change only during the apply.
    // {@link https://cloud.google.com/kubernetes-engine/docs/how-to/alias-ips}
    fix(this, "ranges", {
      values: { pods: ranges.pods, services: ranges.services },
      deletionProtection: props.deletionProtection,
    });

    const router = new ComputeRouter(this, "router", { project: project.id, name, region, network: this.network.id });
    new ComputeRouterNat(this, "nat", {
      project: project.id,
      name,
      region,
      router: router.name,
      natIpAllocateOption: "AUTO_ONLY",
      // Many pods of a node connect to the same few addresses. The default of 64 ports for each node would not be
      // enough.
      enableDynamicPortAllocation: true,
      minPortsPerVm: 64,
      maxPortsPerVm: 4096,
      enableEndpointIndependentMapping: false,
      sourceSubnetworkIpRangesToNat: "LIST_OF_SUBNETWORKS",
      subnetwork: [{ name: this.subnetwork.id, sourceIpRangesToNat: ["ALL_IP_RANGES"] }],
      logConfig: { enable: true, filter: "ERRORS_ONLY" },
    });

    if (ranges.datastores.length) this.connection = this.connect(props, ranges.datastores);

    const firewall = (rule: string, config: Partial<ConstructorParameters<typeof ComputeFirewall>[2]>) =>
      new ComputeFirewall(this, rule, {
        project: project.id,
        name: `${name}-${rule}`,
        network: this.network.id,
        ...config,
      });
    const logged = { metadata: "INCLUDE_ALL_METADATA" };
    firewall("deny-ingress", {
      direction: "INGRESS",
      priority: 65534,
      sourceRanges: ["0.0.0.0/0"],
      deny: [{ protocol: "all" }],
      logConfig: logged,
    });
    const allowed = [
      firewall("allow-internal-egress", {
        direction: "EGRESS",
        priority: 1000,
        destinationRanges: Object.values(ranges).flatMap((range) => range ?? []),
        allow: [{ protocol: "all" }],
      }),
      firewall("allow-https-egress", {
        direction: "EGRESS",
        priority: 1000,
        destinationRanges: ["0.0.0.0/0"],
        allow: [{ protocol: "tcp", ports: ["443"] }],
      }),
    ];
    if (props.publicPorts.length)
      allowed.push(
        firewall("allow-public-egress", {
          direction: "EGRESS",
          priority: 1000,
          destinationRanges: [...PUBLIC_RANGES],
          allow: [{ protocol: "tcp", ports: props.publicPorts.map(String) }],
        }),
      );
    // Terraform creates this rule after the exceptions, so that nodes never lose their control plane.
    firewall("deny-egress", {
      direction: "EGRESS",
      priority: 65534,
      destinationRanges: ["0.0.0.0/0"],
      deny: [{ protocol: "all" }],
      logConfig: logged,
      dependsOn: allowed,
    });
  }

  /**
   * The private services connection. Datastores must depend on it, because none of their arguments refers to it. They
   * name no range, so Google uses a free block in any range.
   * {@link https://cloud.google.com/vpc/docs/private-services-access}
   * @throws if the network has no range for datastores
   */
  get privateServices(): ITerraformDependable {
    if (!this.connection) throw new Error("the network has no range for datastores");
    return this.connection;
  }

  private connect(
    { project, name, deletionProtection }: NetworkProps,
    ranges: readonly string[],
  ): ITerraformDependable {
    const reserved = ranges.map((range, i) => {
      const [address, prefixLength] = range.split("/") as [string, string];
      const number = i ? `-${i + 1}` : "";
      const allocation = new ComputeGlobalAddress(this, `datastore-range${number}`, {
        project: project.id,
        name: `${name}-datastores${number}`,
        network: this.network.id,
        purpose: "VPC_PEERING",
        addressType: "INTERNAL",
        address,
        prefixLength: Number(prefixLength),
        lifecycle: { preventDestroy: deletionProtection }, // instances have their addresses in it
      });
      // This also protects a range that is removed from the list, which prevent_destroy does not. The bindings do not
      // have the argument.
      allocation.addOverride("deletion_policy", deletionProtection ? "PREVENT" : "DELETE");
      return allocation;
    });
    return new ServiceNetworkingConnection(this, "private-services", {
      network: this.network.id,
      service: "servicenetworking.googleapis.com",
      reservedPeeringRanges: reserved.map((range) => range.name),
      // Google uses the peering for hours after the last instance is deleted, and refuses to delete it until then.
      deletionPolicy: "ABANDON",
      updateOnCreationFail: true, // a network that is created again can still have the connection
      dependsOn: [project.api("servicenetworking")],
    });
  }
}
