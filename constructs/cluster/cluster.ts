import { ContainerCluster, type ContainerClusterConfig } from "@cdktf/provider-google/lib/container-cluster";
import { ProjectIamMember } from "@cdktf/provider-google/lib/project-iam-member";
import { ServiceAccount } from "@cdktf/provider-google/lib/service-account";
import { Fn, type ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { NODE_ROLES } from "../../facts/node-roles";
import type { ApiServerRanges } from "../kubernetes/api-server";
import { onAutopilot, onPool, type Placement } from "../kubernetes/placement";
import { type Network, SECONDARY_RANGES } from "../network/network";
import type { Project } from "../project/project";
import { secretsKey, userOf } from "../secrets/agent-key";
import { EncryptionKey } from "../secrets/encryption-key";

export interface ClusterProps {
  readonly project: Project;
  readonly network: Network;
  /** At most 40 characters. */
  readonly name: string;
  /** Region: control plane and nodes are spread over its zones. */
  readonly location: string;
  /**
   * Who decides on the nodes: node pools of ours, or Google, for the pods that there are; a change replaces the
   * cluster.
   * {@link https://cloud.google.com/kubernetes-engine/docs/concepts/choose-cluster-mode}
   */
  readonly mode: "standard" | "autopilot";
  /**
   * How soon new Kubernetes versions come.
   * {@link https://cloud.google.com/kubernetes-engine/docs/concepts/release-channels}
   */
  readonly releaseChannel: "RAPID" | "REGULAR" | "STABLE" | "EXTENDED";
  /** Start of the nightly maintenance window of four hours, HH:MM in UTC. */
  readonly maintenanceStart: string;
  /**
   * Ranges, by name, that may reach the control plane's IP address. Without them it has none, and is reached by its DNS
   * endpoint, which IAM guards. {@link https://cloud.google.com/kubernetes-engine/docs/concepts/network-isolation}
   */
  readonly authorizedNetworks?: Readonly<Record<string, string>>;
  /** /28 of a control plane that was made with a range of its own. */
  readonly controlPlane?: string;
  /** Google Cloud labels. */
  readonly labels: Readonly<Record<string, string>>;
  /** Whether Terraform refuses to destroy it, and Google too where it can; no default: an environment decides. */
  readonly deletionProtection: boolean;
}

/** What the nodes' account may do is IAM's to say. */
export const NODE_SCOPES = ["https://www.googleapis.com/auth/cloud-platform"];

/**
 * The stack turns off Autopilot's automatic monitoring of workloads, but GKE does not always return that setting, so every
 * plan would set it again. {@link https://github.com/hashicorp/terraform-provider-google/issues/26839}
 */
const NOT_ANSWERED = "monitoring_config[0].managed_prometheus[0].auto_monitoring_config";

/**
 * A regional GKE cluster: private nodes, workload identity, Dataplane V2, shielded nodes, Secrets encrypted with a KMS
 * key. A Standard one comes without node pools (see {@link NodePool}); those of an Autopilot one are Google's. The
 * hardening follows the CIS GKE Benchmark 1.9.
 */
export class Cluster extends Construct {
  readonly cluster: ContainerCluster;
  /** Account that the nodes run as. */
  readonly nodeServiceAccount: ServiceAccount;
  /** Nodes wait for them: without them images cannot be pulled. */
  readonly nodeGrants: readonly ProjectIamMember[];
  /** URL of the Kubernetes API. */
  readonly host: string;
  /** PEM certificate authority of the API; undefined at the DNS endpoint, which has a public certificate. */
  readonly certificateAuthority?: string;
  /** Workload identity pool. */
  readonly workloadPool: string;
  /** Command that adds the cluster to a kubeconfig. */
  readonly credentialsCommand: string;
  /** Where the Kubernetes API is. */
  readonly apiServer: ApiServerRanges;
  /** Whether Google owns the nodes. */
  readonly autopilot: boolean;
  private readonly pools = new Map<string, ITerraformDependable>();

  constructor(scope: Construct, id: string, props: ClusterProps) {
    super(scope, id);
    const { project, network, authorizedNetworks } = props;
    const autopilot = props.mode === "autopilot";
    this.autopilot = autopilot;
    this.apiServer = { nodes: network.nodes, controlPlane: props.controlPlane };

    this.nodeServiceAccount = new ServiceAccount(this, "nodes", {
      project: project.id,
      accountId: `${props.name}-nodes`.slice(-30).replace(/^[^a-z]+/, ""),
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
      // No range for the control plane, which gets an address from the nodes' range. A range that is added later, or that
      // Google does not keep, would replace the cluster.
      // https://cloud.google.com/kubernetes-engine/docs/concepts/private-service-connect
      privateClusterConfig: {
        enablePrivateNodes: true,
        // Without IP endpoints, Google returns no public endpoint either, which the provider reads as true.
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
      maintenancePolicy: { dailyMaintenanceWindow: { startTime: props.maintenanceStart } },
      loggingConfig: { enableComponents: ["SYSTEM_COMPONENTS", "WORKLOADS"] },
      costManagementConfig: { enabled: true },

      ...(autopilot ? this.autopilotConfig() : this.standardConfig()),
      timeouts: { create: "60m", update: "60m", delete: "60m" },
      lifecycle: {
        preventDestroy: props.deletionProtection,
        ignoreChanges: autopilot ? [NOT_ANSWERED] : ["node_config", "initial_node_count"], // of the pool that is gone
      },
      // An Autopilot cluster has nodes from the start, a Standard one when its pools are made.
      dependsOn: [
        project.api("container"),
        project.api("binaryauthorization"),
        secrets.grant,
        ...(autopilot ? this.nodeGrants : []),
      ],
    });
    this.cluster.overrideLogicalId("cluster");

    if (authorizedNetworks) {
      this.host = `https://${this.cluster.endpoint}`;
      this.certificateAuthority = Fn.base64decode(this.cluster.masterAuth.clusterCaCertificate);
    } else {
      this.host = `https://${this.cluster.controlPlaneEndpointsConfig.dnsEndpointConfig.endpoint}`;
    }
    this.credentialsCommand = [
      `gcloud container clusters get-credentials ${props.name} --project ${project.id} --location ${props.location}`,
      ...(authorizedNetworks ? [] : ["--dns-endpoint"]),
    ].join(" ");
  }

  /** Makes a node pool known, so that pods can be placed on it. */
  add(name: string, pool: ITerraformDependable): void {
    this.pools.set(name, pool);
  }

  /**
   * Where pods run that ask for a pool; on Autopilot, the pool makes no difference.
   * @throws when there is no such pool
   */
  place(name?: string): Placement {
    if (this.autopilot) return onAutopilot(this.cluster);
    const pool = this.pools.get(name ?? "");
    if (!name || !pool) throw new Error(`the cluster has no node pool "${name ?? ""}"`);
    return onPool(name, pool);
  }

  /** What a Standard cluster is told about its nodes, and Autopilot decides by itself. */
  private standardConfig(): Partial<ContainerClusterConfig> {
    return {
      datapathProvider: "ADVANCED_DATAPATH", // enforces network policies by itself
      networkPolicy: { enabled: false }, // Calico's
      enableIntranodeVisibility: true,
      enableShieldedNodes: true,
      workloadIdentityConfig: { workloadPool: this.workloadPool },
      // Prometheus in the cluster collects the rest, so Google's managed collection would pay for it twice.
      monitoringConfig: { enableComponents: ["SYSTEM_COMPONENTS"], managedPrometheus: { enabled: false } },
      addonsConfig: {
        httpLoadBalancing: { disabled: false },
        horizontalPodAutoscaling: { disabled: false },
        gcePersistentDiskCsiDriverConfig: { enabled: true },
        dnsCacheConfig: { enabled: true },
      },
      // GKE cannot make a cluster without a pool; this one goes at once, and until then runs as the nodes' own account.
      removeDefaultNodePool: true,
      initialNodeCount: 1,
      nodeConfig: {
        serviceAccount: this.nodeServiceAccount.email,
        oauthScopes: NODE_SCOPES,
        imageType: "COS_CONTAINERD",
        shieldedInstanceConfig: { enableSecureBoot: true, enableIntegrityMonitoring: true },
        workloadMetadataConfig: { mode: "GKE_METADATA" },
        kubeletConfig: { insecureKubeletReadonlyPortEnabled: "FALSE" },
        spot: false,
      },
    };
  }

  /**
   * What can be told to Autopilot: Dataplane V2, intranode visibility, shielded nodes, workload identity and the
   * add-ons are always on, and naming them is refused.
   * {@link https://cloud.google.com/kubernetes-engine/docs/resources/autopilot-standard-feature-comparison}
   */
  private autopilotConfig(): Partial<ContainerClusterConfig> {
    return {
      enableAutopilot: true,
      // Without it nodes run as the project's default account; `nodeConfig` is not heard.
      clusterAutoscaling: {
        autoProvisioningDefaults: { serviceAccount: this.nodeServiceAccount.email, oauthScopes: NODE_SCOPES },
      },
      nodePoolAutoConfig: { nodeKubeletConfig: { insecureKubeletReadonlyPortEnabled: "FALSE" } },
      // Managed collection cannot be turned off here; it scrapes what Google and PodMonitorings name, and looks for
      // nothing.
      // https://cloud.google.com/stackdriver/docs/managed-prometheus/setup-managed#disable
      monitoringConfig: {
        enableComponents: ["SYSTEM_COMPONENTS"],
        managedPrometheus: { enabled: true, autoMonitoringConfig: { scope: "NONE" } },
      },
    };
  }
}
