import { type AgentKey, disksKey, secretsKey } from "../constructs/secrets/agent-key";
import type { Api } from "../facts/apis";
import { bucketNeeds } from "../schema/buckets";
import { datastoreNeeds } from "../schema/datastores";
import { edgeNeeds } from "../schema/edge";
import type { Environment } from "../schema/environment";
import type { System } from "../schema/system";

/** APIs that the stack enables. `bootstrap` enables them first, because an API is not available immediately. */
export const apisOf = (system: System, environment: Environment): readonly Api[] => [
  ...new Set<Api>([
    "compute",
    "container",
    "cloudkms",
    "binaryauthorization",
    "logging",
    "monitoring",
    ...datastoreNeeds(environment).flatMap(({ apis }) => apis),
    ...(environment.network.datastores ? (["servicenetworking"] as const) : []),
    ...edgeNeeds(environment).apis,
    ...bucketNeeds(system).apis,
  ]),
];

/**
 * Keys that the stack uses. `bootstrap` creates them first, with their IAM bindings, because a binding does not apply
 * immediately.
 */
export const keysOf = (fullName: string, environment: Environment): readonly AgentKey[] => [
  secretsKey(fullName),
  ...(datastoreNeeds(environment).some(({ bitnami }) => bitnami) ? [disksKey(fullName)] : []),
];
