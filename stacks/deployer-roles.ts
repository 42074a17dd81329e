import type { Condition } from "../constructs/identity/deployment-account";
import { bootstrapBucket, recordsBucket } from "../facts/names";
import { NODE_ROLES } from "../facts/node-roles";
import { bucketNeeds } from "../schema/buckets";
import { datastoreNeeds } from "../schema/datastores";
import { edgeNeeds } from "../schema/edge";
import type { Environment } from "../schema/environment";
import type { System } from "../schema/system";

/**
 * Roles of the deployer in the project, each with what it needs the role for. A rehearsal lists those that no call needs.
 * Network Admin covers private services access and the node pools' instance groups, too.
 */
const DEPLOYER_ROLES: Readonly<Record<string, string>> = {
  "roles/serviceusage.serviceUsageAdmin": "enable APIs",
  "roles/compute.networkAdmin": "network, NAT, addresses, load balancers, TLS policy, private services access",
  "roles/compute.securityAdmin": "firewall, Cloud Armor, certificates",
  "roles/container.admin": "cluster, node pools, everything in the cluster",
  "roles/cloudkms.admin": "keys and their grants",
  "roles/binaryauthorization.policyEditor": "which images may run",
  "roles/logging.configWriter": "how long logs are kept",
  "roles/monitoring.alertPolicyEditor": "alerts",
  "roles/monitoring.notificationChannelEditor": "notification channels of alerts",
  "roles/monitoring.uptimeCheckConfigEditor": "checks of the public hosts",
  "roles/secretmanager.admin": "secrets, their versions and grants",
  "roles/iam.serviceAccountAdmin": "service accounts and workload identity",
  "roles/iam.serviceAccountUser": "run nodes as their account",
};

/** The deployer's roles, with those for the environment's choices. */
export const deployerRoles = (system: System, environment: Environment): Readonly<Record<string, string>> =>
  Object.assign(
    {},
    DEPLOYER_ROLES,
    ...[bucketNeeds(system), ...datastoreNeeds(environment), edgeNeeds(environment)].map(({ roles }) => roles),
  );

/**
 * Condition of the deployer's role `projectIamAdmin`: it can grant the nodes' roles, and nothing else.
 * {@link https://cloud.google.com/iam/docs/setting-limits-on-granting-roles}
 */
export const NODES_ONLY: Condition = {
  title: "nodes-only",
  expression: `api.getAttribute('iam.googleapis.com/modifiedGrantsByRole', []).hasOnly([${NODE_ROLES.map((role) => `'${role}'`).join(", ")}])`,
};

/**
 * Condition of the role that can change every bucket of the project: not the buckets of states, which have roles of their
 * own, and not the records, which the deployer can only add to. Calls that create a bucket name the project.
 * {@link https://cloud.google.com/iam/docs/conditions-resource-attributes#resource-name}
 */
const otherBuckets = ({ project, stateBucket }: Environment): Condition => ({
  title: "other-buckets",
  expression: [bootstrapBucket(project), recordsBucket(project), stateBucket]
    .map((name) => `!resource.name.startsWith('projects/_/buckets/${name}')`)
    .join(" && "),
});

/** What an administrator grants the deployer in the project: roles, each with its condition if it has one. */
export const deployerGrants = (
  system: System,
  environment: Environment,
): Readonly<Record<string, Condition | undefined>> => ({
  ...Object.fromEntries(
    Object.keys(deployerRoles(system, environment)).map((role) => [
      role,
      role === "roles/storage.admin" ? otherBuckets(environment) : undefined,
    ]),
  ),
  "roles/resourcemanager.projectIamAdmin": NODES_ONLY,
});
