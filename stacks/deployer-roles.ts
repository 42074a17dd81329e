import type { Condition } from "../constructs/identity/deployment-account";
import { IMAGES_KEY } from "../constructs/secrets/agent-key";
import type { CustomRole } from "../facts/custom-role";
import { bootstrapBucket, recordsBucket } from "../facts/names";
import { NODE_ROLES } from "../facts/node-roles";
import { parseRegistry } from "../facts/registries";
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
  "roles/serviceusage.serviceUsageAdmin": "enable APIs that a change needs, if bootstrap has not enabled them before",
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
  "roles/resourcemanager.projectIamAdmin": "audit logs, and the nodes' roles",
};

/** Roles with which Helm reads the mirror of charts, if it is in the project. In another project, its owner grants them. */
export const chartsReaderRoles = ({ project, chartsMirror = "" }: Environment): Readonly<Record<string, string>> =>
  parseRegistry(chartsMirror)?.project === project ? { "roles/artifactregistry.reader": "charts" } : {};

/** Role with which Trivy reads the images of releases, if they are in the project. In another project, its owner grants it. */
const imagesReaderRoles = ({ project, repository }: Environment): Readonly<Record<string, string>> =>
  parseRegistry(repository)?.project === project
    ? { "roles/artifactregistry.reader": "images that are scanned, and charts" }
    : {};

/**
 * What the deployer does with service accounts: workloads get theirs, and nodes run as one. The predefined roles allow more,
 * such as to bring a deleted account back.
 * {@link https://cloud.google.com/iam/docs/creating-custom-roles}
 */
export const ACCOUNT_DEPLOYER: CustomRole = {
  id: "accountDeployer",
  title: "Deploys service accounts",
  permissions: ["actAs", "create", "delete", "get", "getIamPolicy", "setIamPolicy", "update"].map(
    (verb) => `iam.serviceAccounts.${verb}`,
  ),
};

/**
 * Condition of the deployer's role `projectIamAdmin`: it can grant the nodes' roles, and nothing else.
 * {@link https://cloud.google.com/iam/docs/setting-limits-on-granting-roles}
 */
const NODES_ONLY: Condition = {
  title: "nodes-only",
  expression: `api.getAttribute('iam.googleapis.com/modifiedGrantsByRole', []).hasOnly([${NODE_ROLES.map((role) => `'${role}'`).join(", ")}])`,
};

/**
 * A condition that leaves out resources and what they contain. Without the slash, it would also leave out resources whose
 * names begin in the same way.
 * {@link https://cloud.google.com/iam/docs/conditions-resource-attributes#resource-name}
 */
const allBut = (title: string, names: readonly string[]): Condition => ({
  title,
  expression: names.map((name) => `resource.name != '${name}' && !resource.name.startsWith('${name}/')`).join(" && "),
});

/** Conditions of roles that would reach what only an administrator changes. */
const CONDITIONS: Readonly<Record<string, (environment: Environment) => Condition>> = {
  // The buckets of states have roles of their own, and the deployer can only add to the records.
  "roles/storage.admin": ({ project, stateBucket }) =>
    allBut(
      "other-buckets",
      [bootstrapBucket(project), recordsBucket(project), stateBucket].map((name) => `projects/_/buckets/${name}`),
    ),
  // The other keys are in the environment's stack, too.
  "roles/cloudkms.admin": ({ project, region }) =>
    allBut("other-keys", [`projects/${project}/locations/${region}/keyRings/${IMAGES_KEY.name}`]),
  "roles/resourcemanager.projectIamAdmin": () => NODES_ONLY,
};

/** A role that an administrator grants the deployer in the project. */
export interface Grant {
  readonly role: string;
  /** What the deployer needs it for. */
  readonly why: string;
  readonly condition?: Condition;
}

/** What an administrator grants the deployer in the project. */
export const deployerGrants = (system: System, environment: Environment): readonly Grant[] => [
  ...Object.entries<string>(
    Object.assign(
      {},
      DEPLOYER_ROLES,
      chartsReaderRoles(environment),
      imagesReaderRoles(environment),
      ...[bucketNeeds(system), ...datastoreNeeds(environment), edgeNeeds(environment)].map(({ roles }) => roles),
    ),
  ).map(([role, why]) => ({ role, why, condition: CONDITIONS[role]?.(environment) })),
  {
    role: `projects/${environment.project}/roles/${ACCOUNT_DEPLOYER.id}`,
    why: "service accounts, workload identity, and nodes that run as their account",
  },
];
