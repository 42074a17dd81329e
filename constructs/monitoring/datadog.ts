import { Construct } from "constructs";
import { mirrored } from "../../facts/registries";
import { release } from "../helm/release";
import { toApiServer } from "../kubernetes/api-server";
import type { Namespace } from "../kubernetes/namespace";
import { type Allowance, connectionPolicy, HOST_AGENT_PORTS, INTERNET } from "../kubernetes/network-policy";
import { DEDICATED } from "../kubernetes/placement";
import { Secret, type SecretValue } from "../kubernetes/secret";
import type { Platform } from "../platform";

export interface DatadogProps {
  readonly platform: Platform;
  /** The namespace of host agents. */
  readonly namespace: Namespace;
  /** The Datadog site, such as datadoghq.eu. {@link https://docs.datadoghq.com/getting_started/site/} */
  readonly site: string;
  /** An API key of the Datadog organization. */
  readonly apiKey: SecretValue;
}

/** The only registry from which Autopilot admits the agent, so there it has no mirror. Private nodes can reach it. */
const REGISTRY = "gcr.io/datadoghq";
const registryOf = (autopilot: boolean, imagesMirror?: string): string =>
  autopilot ? REGISTRY : mirrored(REGISTRY, imagesMirror);
const NAME = "datadog";

/**
 * Datadog's agent on every node, which includes nodes of dedicated pools. It receives traces and DogStatsD metrics at
 * ports of the node, and adds metrics of the node, its containers and its pods. Other features are off: logs, which
 * Cloud Logging has, the state of Kubernetes objects, which Prometheus has, kernel probes, and remote configuration.
 * The cluster agent is off too. An agent does not need it, and it would add webhooks and access to all objects in the
 * only namespace without the restricted Pod Security Standard.
 * {@link https://github.com/DataDog/helm-charts/tree/datadog-3.240.0/charts/datadog}
 */
export class Datadog extends Construct {
  /** The release's images, as Binary Authorization patterns. */
  static IMAGES(autopilot: boolean, imagesMirror?: string): readonly string[] {
    return [`${registryOf(autopilot, imagesMirror)}/agent:*`];
  }

  constructor(scope: Construct, id: string, props: DatadogProps) {
    super(scope, id);
    const { names, cluster, chartsMirror, imagesMirror } = props.platform;
    const { autopilot } = cluster;
    const tags = { env: names.environment, system: names.system }; // `env` is Datadog's name for the environment
    const namespace = props.namespace.name;
    const policy = (direction: "to" | "from", other: string, ...allowances: readonly Allowance[]) =>
      connectionPolicy(this, { workload: NAME, namespace }, direction, other, ...allowances);
    const policies = [
      policy("from", "workloads", { peers: ["cluster"], ports: HOST_AGENT_PORTS }),
      policy("to", "internet", { peers: [INTERNET], ports: [{ port: 443 }] }),
      policy("to", "control-plane", toApiServer(cluster.apiServer)),
      policy("to", "kubelet", { peers: ["anybody"], ports: [{ port: 10250 }] }), // the firewall keeps the port private
    ];
    const apiKey = new Secret(this, "api-key", {
      namespace,
      name: "datadog-api-key",
      data: { "api-key": props.apiKey }, // the chart requires this key
    });

    const off = { enabled: false };
    const sized = (cpu: string, memory: string, memoryLimit: string) => ({
      // Autopilot admits only the chart's own resources.
      ...(!autopilot && {
        securityContext: { allowPrivilegeEscalation: false, seccompProfile: { type: "RuntimeDefault" } },
      }),
      resources: { requests: { cpu, memory }, limits: { memory: memoryLimit } },
    });
    release(this, "agent", {
      name: NAME,
      namespace,
      chart: "datadog",
      source: { repository: "https://helm.datadoghq.com", version: "3.240.0", mirror: chartsMirror },
      configuration: [apiKey],
      dependsOn: [...props.namespace.ready, ...policies],
      values: {
        registry: registryOf(autopilot, imagesMirror),
        providers: { gke: autopilot ? { autopilot } : { cos: true } },
        datadog: {
          site: props.site,
          clusterName: names.full,
          tags: Object.entries(tags).map(([key, value]) => `${key}:${value}`),
          apiKeyExistingSecret: apiKey.name,
          // Uses ports of the node, because a restricted pod cannot mount the folder of a socket.
          apm: { portEnabled: true, socketEnabled: false, instrumentation: { skipKPITelemetry: true } },
          dogstatsd: { useHostPort: true, useSocketVolume: false, nonLocalTraffic: true, originDetection: true },
          useHostPID: false, // clients send their container's ID
          // Access to containerd's socket gives root access to the node, and every pod can send data to the agent. In
          // Autopilot clusters, which admit only the chart's own mounts, this setting at least avoids a mount of the
          // whole folder /var/run.
          containerRuntimeSupport: { enabled: autopilot },
          ...(autopilot && { criSocketPath: "/var/run/containerd/containerd.sock" }),
          kubelet: {
            // Without this, the role includes nodes/proxy, which allows running commands in all pods of a node.
            // Requires Kubernetes 1.33.
            fineGrainedAuthorization: true,
            // In Autopilot clusters, kubelets do not list their pods for an agent.
            useApiServer: autopilot,
          },
          logs: off,
          processAgent: { processDiscovery: false },
          disablePasswdMount: true,
          discovery: off, // it requires a kernel probe
          kubeStateMetricsEnabled: false,
          kubeStateMetricsCore: off,
          orchestratorExplorer: off,
          collectEvents: false,
          leaderElection: false,
          operator: off,
        },
        remoteConfiguration: off,
        clusterAgent: off,
        agents: {
          tolerations: [{ key: DEDICATED, operator: "Exists" }],
          priorityClassCreate: true, // evicts other pods from a node that is full
          containers: {
            agent: sized("200m", "256Mi", "512Mi"),
            traceAgent: sized("100m", "128Mi", "256Mi"),
            initContainers: sized("100m", "128Mi", "256Mi"),
          },
        },
      },
    });
  }
}
