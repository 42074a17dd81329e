import { z } from "zod";
import { AUTOPILOT_MOST, autopilotResources } from "../facts/autopilot";
import { MACHINE_SERIES, machineOf } from "../facts/google";
import type { Resources } from "../facts/resources";
import { cidr, count, holding, label, matching, timeOfDay } from "./fields";

/** An environment's cluster: its modes, the fields of each mode, and what the mode means for pods and quotas. */

const nodePool = z.strictObject({
  machineType: holding(
    (type) => machineOf(type) !== undefined,
    `must be a machine type of the series ${MACHINE_SERIES.join(", ")}`,
    'write one like "e2-standard-4", or add it to facts/google.ts',
  ),
  /** Fewest nodes, all zones together. */
  min: count(0, 1000, "nodes in all zones together"),
  /** Most nodes, all zones together. */
  max: count(1, 1000, "nodes in all zones together"),
  /** Size of each node's boot disk in GB. */
  diskGb: count(20, 2000, "GB").default(50),
  /** Spot machines: cheap, but Google can reclaim them at any time. */
  spot: z.boolean().default(false),
  /** Whether only pods that name the pool run in it. */
  dedicated: z.boolean().default(false),
});

const everyMode = {
  /**
   * How soon new Kubernetes versions come.
   * {@link https://cloud.google.com/kubernetes-engine/docs/concepts/release-channels}
   */
  channel: z.enum(["RAPID", "REGULAR", "STABLE", "EXTENDED"]),
  /** Start of the four hours in which the cluster may be upgraded, every night. */
  maintenance: timeOfDay,
  /**
   * Ranges that can reach the control plane's IP address. Without them, the control plane has only its DNS endpoint,
   * which IAM guards.
   */
  authorizedNetworks: z.record(label(), cidr(0, 32)).optional(),
  /**
   * Google group whose members, which are groups, the cluster's roles can be bound to. Google keeps it until another one is
   * named.
   * {@link https://cloud.google.com/kubernetes-engine/docs/how-to/google-groups-rbac}
   */
  securityGroup: matching(
    /^gke-security-groups@([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/,
    "must be the group gke-security-groups of a domain",
    'write it like "gke-security-groups@my-company.com"',
  ).optional(),
};

export const cluster = z.discriminatedUnion("mode", [
  z.strictObject({ mode: z.literal("standard"), ...everyMode, nodePools: z.record(label(40), nodePool) }),
  /** Google manages the nodes and bills the pods' requests. Autopilot ignores a service's pool. */
  z.strictObject({ mode: z.literal("autopilot"), ...everyMode }),
]);

type Cluster = z.output<typeof cluster>;
type NodePool = z.output<typeof nodePool>;
type WithCluster = { readonly cluster: Cluster };

interface Mode {
  /** Pools that pods can name, or undefined if Google manages the nodes. */
  readonly nodePools?: Readonly<Record<string, NodePool>>;
  /** The requests and limits that a container gets. */
  resources(asked: Resources): Resources;
  /** The largest pod, in millicores and MiB, or undefined if only the nodes limit it. */
  readonly largestPod?: typeof AUTOPILOT_MOST;
  /** Compute Engine quotas that GKE needs while it creates the cluster. */
  readonly quotas: Readonly<Record<string, number>>;
}

/** Metric of the quota for all regions of the project. {@link https://cloud.google.com/compute/resource-usage#cpu_quota} */
export const ALL_CPUS = "CPUS_ALL_REGIONS";

/** A mode without an entry does not compile. */
const MODES: { readonly [M in Cluster["mode"]]: (cluster: Extract<Cluster, { readonly mode: M }>) => Mode } = {
  standard: ({ nodePools }) => ({
    nodePools,
    resources: (asked) => asked,
    // GKE creates a pool, which is deleted before the other pools are created: an e2-medium with a disk of 100 GB in each
    // of three zones. https://cloud.google.com/kubernetes-engine/docs/concepts/regional-clusters#pricing
    quotas: { CPUS: 3 * 2, [ALL_CPUS]: 3 * 2, INSTANCES: 3, SSD_TOTAL_GB: 3 * 100 },
  }),
  autopilot: () => ({ resources: autopilotResources, largestPod: AUTOPILOT_MOST, quotas: {} }),
};

/** The cast is needed: TypeScript does not see that both have the same mode. */
export const modeOf = ({ cluster }: WithCluster): Mode => (MODES[cluster.mode] as (cluster: Cluster) => Mode)(cluster);

/** Its node pools; none if Google manages the nodes. */
export const nodePoolsOf = (e: WithCluster): Readonly<Record<string, NodePool>> => modeOf(e).nodePools ?? {};

/** The largest number of nodes in a pool: one more than its maximum, during an upgrade. */
export const mostNodesOf = ({ max }: { readonly max: number }): number => max + 1;

/** The largest number of nodes in all pools. */
export const mostNodes = (e: WithCluster): number =>
  Object.values(nodePoolsOf(e)).reduce((sum, pool) => sum + mostNodesOf(pool), 0);
