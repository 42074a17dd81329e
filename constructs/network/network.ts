import { ComputeFirewall } from "@cdktf/provider-google/lib/compute-firewall";
import { ComputeGlobalAddress } from "@cdktf/provider-google/lib/compute-global-address";
import { ComputeNetwork } from "@cdktf/provider-google/lib/compute-network";
import { ComputeRouter } from "@cdktf/provider-google/lib/compute-router";
import { ComputeRouterNat } from "@cdktf/provider-google/lib/compute-router-nat";
import { ComputeSubnetwork } from "@cdktf/provider-google/lib/compute-subnetwork";
import { ServiceNetworkingConnection } from "@cdktf/provider-google/lib/service-networking-connection";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { Project } from "../project/project";
import { fix } from "../terraform/fixed";

export interface NetworkProps {
  readonly project: Project;
  /** Name of network and subnet, and first part of the names of the rest. */
  readonly name: string;
  /** Such as europe-west1. */
  readonly region: string;
  /** IPv4 ranges in CIDR notation. */
  readonly ranges: {
    readonly nodes: string;
    readonly pods: string;
    readonly services: string;
    /**
     * Ranges that private services access gives to Cloud SQL and Memorystore; empty if neither is used. New instances get
     * their addresses from the last range. To grow, add one at the end: changing a range would replace it.
     */
    readonly datastores: readonly string[];
    /** Of a control plane that was made with a range of its own. */
    readonly controlPlane?: string;
  };
  /** Whether Terraform refuses to destroy it, and Google too where it can; no default: an environment decides. */
  readonly deletionProtection: boolean;
}

/** Names of the subnet's secondary ranges. */
export const SECONDARY_RANGES = { pods: "pods", services: "services" } as const;

/**
 * A VPC with one subnet (flow logs, private Google access), Cloud NAT for the nodes' way out, private services access
 * for Google's datastores where there are any, and a firewall that denies in both directions: out go only the VPC's own
 * ranges and TCP 443. GKE and its load balancers add what they need at a higher priority.
 * {@link https://cloud.google.com/kubernetes-engine/docs/concepts/firewall-rules}
 */
export class Network extends Construct {
  readonly network: ComputeNetwork;
  readonly subnetwork: ComputeSubnetwork;
  /** Range of the nodes. */
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
      // Network endpoint groups that GKE made go some minutes after their cluster.
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

    // A cluster's ranges are fixed when it is created: Google would refuse a change in the middle of an apply.
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
      // Many pods of a node talk to the same few APIs: 64 ports each, the default, would run out.
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
    // After the exceptions, so that no node is ever cut off from its control plane.
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
   * Private services access for Google's datastores, which wait for it: none of their arguments refers to it. They name no
   * range, so that Google takes a free block in any of them.
   * {@link https://cloud.google.com/vpc/docs/private-services-access}
   * @throws when the network has no range for them
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
        lifecycle: { preventDestroy: deletionProtection }, // instances have their addresses from it
      });
      // Also protects a range that is removed from the list, and with it the block above. The bindings lack this argument.
      allocation.addOverride("deletion_policy", deletionProtection ? "PREVENT" : "DELETE");
      return allocation;
    });
    return new ServiceNetworkingConnection(this, "private-services", {
      network: this.network.id,
      service: "servicenetworking.googleapis.com",
      reservedPeeringRanges: reserved.map((range) => range.name),
      // Google keeps using the peering for hours after the last instance has gone; deleting it fails until then.
      deletionPolicy: "ABANDON",
      updateOnCreationFail: true, // so a network that comes back under its name finds it there already
      dependsOn: [project.api("servicenetworking")],
    });
  }
}
