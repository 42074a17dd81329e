import { type AgentKey, disksKey, secretsKey } from "../constructs/secrets/agent-key";
import { type Api, BOOTSTRAP_APIS, OPERATION_APIS } from "../facts/apis";
import { bucketNeeds } from "../schema/buckets";
import { datastoreNeeds } from "../schema/datastores";
import { edgeNeeds } from "../schema/edge";
import { type Environment, suppliedToPlatform } from "../schema/environment";
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

/** APIs that `bootstrap` enables: at most as many as one call can enable. */
export const bootstrapApis = (system: System, environment: Environment): readonly Api[] => [
  ...new Set<Api>([...BOOTSTRAP_APIS, ...apisOf(system, environment), ...OPERATION_APIS]),
];

/** Variables whose secrets people supply: the system's, and those of the platform. */
export const suppliedVariables = (system: System, environment: Environment): readonly string[] => [
  ...Object.entries(system.variables).flatMap(([variable, kind]) =>
    typeof kind !== "string" && kind.kind === "supplied" ? [variable] : [],
  ),
  ...suppliedToPlatform(environment),
];

/**
 * Keys that the stack uses. `bootstrap` creates them first, with their IAM bindings, because a binding does not apply
 * immediately.
 */
export const keysOf = (fullName: string, environment: Environment): readonly AgentKey[] => [
  secretsKey(fullName),
  ...(datastoreNeeds(environment).some(({ bitnami }) => bitnami) ? [disksKey(fullName)] : []),
];
