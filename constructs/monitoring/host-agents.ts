import type { ITerraformDependable } from "cdktf";
import type { Construct } from "constructs";
import { Namespace } from "../kubernetes/namespace";

export interface HostAgentsProps {
  /** The maximum number of nodes in the cluster. */
  readonly nodes: number;
  /** The cluster. */
  readonly dependsOn: readonly ITerraformDependable[];
}

/**
 * Pods, millicores and MiB for each node: more than twice the requests of a node's two agents, because a pod counts
 * until its replacement has started and it is gone.
 */
const PER_NODE = { pods: 4, cpu: 800, memory: 1024 };

/**
 * Creates the only namespace without the restricted Pod Security Standard. It is only for agents that need access to
 * their node: Datadog's agent and Prometheus' node exporter. Network policies do not apply to agents in the node's
 * network. The other agents have their own policies.
 */
export const hostAgents = (scope: Construct, id: string, { nodes, dependsOn }: HostAgentsProps): Namespace =>
  new Namespace(scope, id, {
    name: "host-agents",
    podSecurity: "privileged",
    quota: {
      pods: nodes * PER_NODE.pods,
      cpu: nodes * PER_NODE.cpu,
      memory: nodes * PER_NODE.memory,
      none: ["deployments.apps", "replicasets.apps", "statefulsets.apps", "jobs.batch", "cronjobs.batch"],
    },
    dependsOn,
  });
