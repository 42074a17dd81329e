import type { Api } from "../constructs/project/project";
import { type AgentKey, disksKey, secretsKey } from "../constructs/secrets/agent-key";
import type { Environment } from "../schema/environment";

/** Name of an environment of a system, and of its network, cluster and more. */
export const fullNameOf = (systemName: string, environmentName: string): string => `${systemName}-${environmentName}`;

/** APIs that the stack enables. `bootstrap` enables them first, because an API is not usable at once. */
export const apisOf = ({ database, cache, network, edge }: Environment): readonly Api[] => [
  "compute",
  "container",
  "cloudkms",
  "binaryauthorization",
  "logging",
  "monitoring",
  ...(database.kind === "cloud-sql" ? (["sqladmin"] as const) : []),
  ...(cache.kind === "memorystore" ? (["redis"] as const) : []),
  ...(network.datastores ? (["servicenetworking"] as const) : []),
  ...(edge.dnsZone ? (["dns"] as const) : []),
];

/** Keys of the stack. `bootstrap` makes them first, with their grants, because a grant is not effective at once. */
export const keysOf = (fullName: string, { database, cache, search }: Environment): readonly AgentKey[] => [
  secretsKey(fullName),
  ...([database, cache, search].some((store) => store?.kind === "bitnami") ? [disksKey(fullName)] : []),
];
