import { Construct } from "constructs";
import { release } from "../helm/release";
import { toApiServer } from "../kubernetes/api-server";
import type { Namespace } from "../kubernetes/namespace";
import { type Allowance, connectionPolicy, HOST_AGENT_PORTS, INTERNET } from "../kubernetes/network-policy";
import { DEDICATED } from "../kubernetes/placement";
import { Secret, type SecretValue } from "../kubernetes/secret";
import type { Platform } from "../platform";

export interface DatadogProps {
  readonly platform: Platform;
  /** That of the host agents. */
  readonly namespace: Namespace;
  /** Datadog's site, such as datadoghq.eu. {@link https://docs.datadoghq.com/getting_started/site/} */
  readonly site: string;
  /** Of the organization. */
  readonly apiKey: SecretValue;
}

/** The only registry that GKE Autopilot lets the agent come from, and one that private nodes reach within Google. */
const REGISTRY = "gcr.io/datadoghq";
const NAME = "datadog";

/**
 * Datadog's agent on every node, dedicated or not. It takes traces and DogStatsD metrics at host ports of the node, and
 * adds metrics of the node, its containers and its pods. What else Datadog could do stays off: logs, which Cloud
 * Logging has; the state of Kubernetes' objects, which Prometheus has; probes in the kernel, and settings made from
 * outside. So does the cluster agent, which an agent does not need: it would be a server with webhooks and rights to
 * every object, in the one namespace that is not restricted.
 * {@link https://github.com/DataDog/helm-charts/tree/datadog-3.240.0/charts/datadog}
 */
export class Datadog extends Construct {
  /** Images that the release runs, as patterns of Binary Authorization. */
  static readonly IMAGES: readonly string[] = [`${REGISTRY}/agent:*`];

  constructor(scope: Construct, id: string, props: DatadogProps) {
    super(scope, id);
    const { names, cluster, chartsMirror } = props.platform;
    const { autopilot } = cluster;
    const tags = { env: names.environment, system: names.system }; // `env` is Datadog's own word
    const namespace = props.namespace.name;
    const policy = (direction: "to" | "from", other: string, ...allowances: readonly Allowance[]) =>
      connectionPolicy(this, { workload: NAME, namespace }, direction, other, ...allowances);
    const policies = [
      policy("from", "workloads", { peers: ["cluster"], ports: HOST_AGENT_PORTS }),
      policy("to", "internet", { peers: [INTERNET], ports: [{ port: 443 }] }),
      policy("to", "control-plane", toApiServer(cluster.apiServer)),
      policy("to", "kubelet", { peers: ["anybody"], ports: [{ port: 10250 }] }), // the firewall keeps it inside
    ];
    const apiKey = new Secret(this, "api-key", {
      namespace,
      name: "datadog-api-key",
      data: { "api-key": props.apiKey }, // the key's name is the chart's
    });

    const off = { enabled: false };
    const sized = (cpu: string, memory: string, memoryLimit: string) => ({
      // Autopilot takes the chart's own and no other.
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
        registry: REGISTRY,
        providers: { gke: autopilot ? { autopilot } : { cos: true } },
        datadog: {
          site: props.site,
          clusterName: names.full,
          tags: Object.entries(tags).map(([key, value]) => `${key}:${value}`),
          apiKeyExistingSecret: apiKey.name,
          // Host ports, for a restricted pod may not mount the folder of a socket.
          apm: { portEnabled: true, socketEnabled: false, instrumentation: { skipKPITelemetry: true } },
          dogstatsd: { useHostPort: true, useSocketVolume: false, nonLocalTraffic: true, originDetection: true },
          useHostPID: false, // clients say which container they are
          // Who holds containerd's socket is root on the node, and the agent hears whatever pods send. Autopilot admits
          // no mounts but the chart's: there at least not all of /var/run.
          containerRuntimeSupport: { enabled: autopilot },
          ...(autopilot && { criSocketPath: "/var/run/containerd/containerd.sock" }),
          kubelet: {
            // Without it the role has nodes/proxy, with which one can run commands in any pod of a node. Kubernetes
            // 1.33.
            fineGrainedAuthorization: true,
            // Autopilot's kubelets do not list their pods to an agent.
            useApiServer: autopilot,
          },
          logs: off,
          processAgent: { processDiscovery: false },
          disablePasswdMount: true,
          discovery: off, // it would bring the probe
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
          priorityClassCreate: true, // a node that is full makes room
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
