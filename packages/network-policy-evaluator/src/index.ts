export { dotted, type Range, range } from "./addresses";
export type { Cluster, LabelSelector, Namespace, NetworkPolicy, Peer, Port, Rule } from "./kubernetes";
export { type Address, type Endpoint, isPod, NetworkPolicies, type Pod, type Verdict } from "./network-policies";
export type { Protocol } from "./ports";
export { namespaceName, readTerraform, type TerraformJson } from "./terraform";
