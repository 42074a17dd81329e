import type { ITerraformDependable } from "cdktf";
import type { Construct } from "constructs";
import { Namespace } from "../kubernetes/namespace";

export interface HostAgentsProps {
  /** The most nodes that the cluster may have. */
  readonly nodes: number;
  /** The cluster. */
  readonly dependsOn: readonly ITerraformDependable[];
}

/** More than twice what the two agents of a node ask for: a pod that is replaced counts until it is gone. */
const PER_NODE = { pods: 4, cpu: 800, memory: 1024 };

/**
 * The one namespace that is not restricted, for agents that look at their node: Datadog's, and Prometheus' node
 * exporter. Nothing else belongs here. Agents in the node's own network are beyond network policies; the others bring
 * theirs.
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
