import { ContainerCluster } from "@cdktf/provider-google/lib/container-cluster";
import { ProjectIamMember } from "@cdktf/provider-google/lib/project-iam-member";
import { ServiceAccount } from "@cdktf/provider-google/lib/service-account";
import { Fn, type ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { credentialsArguments } from "../../facts/kubeconfig";
import { nodesAccountId } from "../../facts/names";
import { NODE_ROLES } from "../../facts/node-roles";
import type { ApiServerRanges } from "../kubernetes/api-server";
import type { Placement } from "../kubernetes/placement";
import { type Network, SECONDARY_RANGES } from "../network/network";
import type { Project } from "../project/project";
import { secretsKey, userOf } from "../secrets/agent-key";
import { EncryptionKey } from "../secrets/encryption-key";
import { MODES } from "./modes";

export interface ClusterProps {
  readonly project: Project;
  readonly network: Network;
  /** The cluster's name, of at most 40 characters. */
  readonly name: string;
  /** The region. GKE spreads the control plane and the nodes over its zones. */
  readonly location: string;
  /**
   * Whether the stack manages node pools (standard), or Google manages the nodes (autopilot). A change replaces the
   * cluster.
   * {@link https://cloud.google.com/kubernetes-engine/docs/concepts/choose-cluster-mode}
   */
  readonly mode: keyof typeof MODES;
  /**
   * Whether the cluster has the Gateway API's kinds, and GKE makes load balancers of Gateways. An Autopilot cluster always
   * has them.
   * {@link https://cloud.google.com/kubernetes-engine/docs/how-to/deploying-gateways#enable-gateway}
   */
  readonly gatewayApi: boolean;
  /**
   * The release channel, which decides how early the cluster gets new Kubernetes versions.
   * {@link https://cloud.google.com/kubernetes-engine/docs/concepts/release-channels}
   */
  readonly releaseChannel: "RAPID" | "REGULAR" | "STABLE" | "EXTENDED";
  /** Start of the daily maintenance window of four hours, as HH:MM in UTC. */
  readonly maintenanceStart: string;
  /**
   * Times (UTC, RFC 3339) in which GKE upgrades neither the control plane nor the nodes by itself. Those that are over have no
   * effect, and GKE accepts them. None by default.
   * {@link https://cloud.google.com/kubernetes-engine/docs/concepts/maintenance-windows-and-exclusions#exclusions}
   */
  readonly maintenanceExclusions?: readonly { readonly from: string; readonly until: string }[];
  /**
   * IPv4 ranges, by name, that can reach the control plane's IP endpoint. By default the cluster has no IP endpoint,
   * only a DNS endpoint, for which IAM controls access.
   * {@link https://cloud.google.com/kubernetes-engine/docs/concepts/network-isolation}
   */
  readonly authorizedNetworks?: Readonly<Record<string, string>>;
  /**
   * Google group `gke-security-groups@<domain>`. The cluster's roles can be bound to the groups in it. None by default.
   * {@link https://cloud.google.com/kubernetes-engine/docs/how-to/google-groups-rbac}
   */
  readonly securityGroup?: string;
  /** The control plane's own range, a /28, if the cluster was created with one. */
  readonly controlPlane?: string;
  /** Google Cloud labels. */
  readonly labels: Readonly<Record<string, string>>;
  /** Whether Terraform refuses to destroy the cluster, its key and its service account. */
  readonly deletionProtection: boolean;
}

/** A time as part of a name. */
const nameOf = (time: string): string => time.replace(/\W/g, "").toLowerCase();

/**
 * A regional GKE cluster with private nodes, Workload Identity, Dataplane V2, shielded nodes, and Secrets that are
 * encrypted with a Cloud KMS key. A Standard cluster has no node pools until you add a {@link NodePool}. In an
 * Autopilot cluster, Google manages the nodes. The settings follow the CIS GKE Benchmark 1.9.
 */
export class Cluster extends Construct {
  readonly cluster: ContainerCluster;
  /** The service account of the nodes. */
  readonly nodeServiceAccount: ServiceAccount;
  /** The roles of the nodes. Node pools depend on them, because nodes cannot pull images without them. */
  readonly nodeGrants: readonly ProjectIamMember[];
  /** The URL of the Kubernetes API. */
  readonly host: string;
  /** The API's certificate authority, in PEM format. Undefined for a DNS endpoint, which has a public certificate. */
  readonly certificateAuthority?: string;
  /** The Workload Identity pool. */
  readonly workloadPool: string;
  /** The command that adds the cluster to a kubeconfig file. */
  readonly credentialsCommand: string;
  /** The ranges of the Kubernetes API's addresses. */
  readonly apiServer: ApiServerRanges;
  /** Whether Google manages the nodes. */
  readonly autopilot: boolean;
  private readonly mode: (typeof MODES)[ClusterProps["mode"]];
  private readonly pools = new Map<string, ITerraformDependable>();

  constructor(scope: Construct, id: string, props: ClusterProps) {
    super(scope, id);
    const { project, network, authorizedNetworks } = props;
    this.mode = MODES[props.mode];
    this.autopilot = this.mode.autopilot;
    this.apiServer = { nodes: network.nodes, controlPlane: props.controlPlane };

    this.nodeServiceAccount = new ServiceAccount(this, "nodes", {
      project: project.id,
      accountId: nodesAccountId(props.name),
      displayName: `Nodes of ${props.name}`,
      lifecycle: { preventDestroy: props.deletionProtection },
    });
    this.nodeServiceAccount.overrideLogicalId("nodes");
    this.nodeGrants = NODE_ROLES.map(
      (role) =>
        new ProjectIamMember(this, `nodes-${role.replace(/^roles\/|[^a-zA-Z]+/g, "")}`, {
          project: project.id,
          role,
          member: this.nodeServiceAccount.member,
        }),
    );

    const key = secretsKey(props.name);
    const secrets = new EncryptionKey(this, "kubernetes-secrets", {
      project,
      name: key.name,
      location: props.location,
      user: userOf(key, project.number),
      userExists: [project.api(key.agent)],
      deletionProtection: props.deletionProtection,
      adopts: true,
    });

    this.workloadPool = `${project.id}.svc.id.goog`;
    this.cluster = new ContainerCluster(this, "cluster", {
      project: project.id,
      name: props.name,
      location: props.location,
      deletionProtection: props.deletionProtection,
      resourceLabels: { ...props.labels },

      network: network.network.id,
      subnetwork: network.subnetwork.id,
      networkingMode: "VPC_NATIVE",
      ipAllocationPolicy: {
        clusterSecondaryRangeName: SECONDARY_RANGES.pods,
        servicesSecondaryRangeName: SECONDARY_RANGES.services,
      },
      enableL4IlbSubsetting: true,
      // Without a range for the control plane, the control plane gets an address in the node range. A range that is
      // added later, or that Google does not keep, would replace the cluster.
      // https://cloud.google.com/kubernetes-engine/docs/concepts/private-service-connect
      privateClusterConfig: {
        enablePrivateNodes: true,
        // Without IP endpoints, Google returns no public endpoint, which the provider reads as true.
        enablePrivateEndpoint: !authorizedNetworks,
      },
      controlPlaneEndpointsConfig: {
        dnsEndpointConfig: { allowExternalTraffic: !authorizedNetworks },
        ipEndpointsConfig: { enabled: Boolean(authorizedNetworks) },
      },
      ...(authorizedNetworks && {
        masterAuthorizedNetworksConfig: {
          cidrBlocks: Object.entries(authorizedNetworks).map(([displayName, cidrBlock]) => ({
            displayName,
            cidrBlock,
          })),
        },
      }),

      ...(props.securityGroup && { authenticatorGroupsConfig: { securityGroup: props.securityGroup } }),
      masterAuth: { clientCertificateConfig: { issueClientCertificate: false } },
      enableLegacyAbac: false,
      rbacBindingConfig: {
        enableInsecureBindingSystemAuthenticated: false,
        enableInsecureBindingSystemUnauthenticated: false,
      },
      anonymousAuthenticationConfig: { mode: "LIMITED" },
      binaryAuthorization: { evaluationMode: "PROJECT_SINGLETON_POLICY_ENFORCE" },
      databaseEncryption: { state: "ENCRYPTED", keyName: secrets.key.id },
      securityPostureConfig: { mode: "BASIC", vulnerabilityMode: "VULNERABILITY_DISABLED" },

      releaseChannel: { channel: props.releaseChannel },
      maintenancePolicy: {
        dailyMaintenanceWindow: { startTime: props.maintenanceStart },
        ...(props.maintenanceExclusions?.length && {
          maintenanceExclusion: props.maintenanceExclusions.map(({ from, until }) => ({
            exclusionName: `${nameOf(from)}-${nameOf(until)}`,
            startTime: from,
            endTime: until,
            exclusionOptions: { scope: "NO_UPGRADES" },
          })),
        }),
      },
      loggingConfig: { enableComponents: ["SYSTEM_COMPONENTS", "WORKLOADS"] },
      costManagementConfig: { enabled: true },

      ...this.mode.config({
        serviceAccount: this.nodeServiceAccount.email,
        workloadPool: this.workloadPool,
        gatewayApi: props.gatewayApi,
      }),
      timeouts: { create: "60m", update: "60m", delete: "60m" },
      lifecycle: {
        preventDestroy: props.deletionProtection,
        ignoreChanges: [...this.mode.ignored],
      },
      // An Autopilot cluster starts nodes at once. A Standard cluster starts nodes when its node pools are created.
      dependsOn: [
        project.api("container"),
        project.api("binaryauthorization"),
        secrets.grant,
        ...(this.mode.startsWithNodes ? this.nodeGrants : []),
      ],
    });
    this.cluster.overrideLogicalId("cluster");

    if (authorizedNetworks) {
      this.host = `https://${this.cluster.endpoint}`;
      this.certificateAuthority = Fn.base64decode(this.cluster.masterAuth.clusterCaCertificate);
    } else {
      this.host = `https://${this.cluster.controlPlaneEndpointsConfig.dnsEndpointConfig.endpoint}`;
    }
    this.credentialsCommand = ["gcloud", ...credentialsArguments({ ...props, project: project.id })].join(" ");
  }

  /** Registers a node pool, so that {@link place} finds it. */
  add(name: string, pool: ITerraformDependable): void {
    this.pools.set(name, pool);
  }

  /**
   * Returns the placement of pods on a node pool. In an Autopilot cluster, the name has no effect.
   * @throws if a Standard cluster has no such pool
   */
  place(name?: string): Placement {
    return this.mode.place(this.cluster, this.pools, name);
  }
}
