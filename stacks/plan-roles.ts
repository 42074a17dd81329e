import type { Condition } from "../constructs/identity/deployment-account";
import type { Api } from "../facts/apis";
import type { CustomRole } from "../facts/custom-role";
import { secretName } from "../facts/names";
import type { Environment } from "../schema/environment";
import type { System } from "../schema/system";
import { chartsReaderRoles } from "./deployer-roles";
import { bootstrapApis } from "./prerequisites";

/** Roles with which a plan reads what an API has, by API. Those without one have nothing that the stack manages. */
const READERS = {
  serviceusage: ["roles/serviceusage.serviceUsageViewer"],
  cloudresourcemanager: ["roles/browser"],
  iam: ["roles/iam.securityReviewer", "roles/iam.serviceAccountViewer"],
  secretmanager: ["roles/secretmanager.viewer"],
  storage: ["roles/storage.bucketViewer"],
  cloudkms: ["roles/cloudkms.viewer"],
  compute: ["roles/compute.viewer"],
  container: ["roles/container.viewer"],
  binaryauthorization: ["roles/binaryauthorization.policyViewer"],
  logging: ["roles/logging.viewer"],
  monitoring: ["roles/monitoring.viewer"],
  sqladmin: ["roles/cloudsql.viewer"],
  redis: ["roles/redis.viewer"],
  // https://cloud.google.com/vpc/docs/configure-private-services-access#permissions
  servicenetworking: ["roles/compute.networkViewer"],
  dns: ["roles/dns.reader"],
  certificatemanager: ["roles/certificatemanager.viewer"],
  iamcredentials: [],
  sts: [],
  artifactregistry: [],
  billingbudgets: [],
} as const satisfies Readonly<Record<Api, readonly string[]>>;

/** Roles of the account that plans, and changes nothing. */
export const planRoles = (system: System, environment: Environment): readonly string[] => [
  ...bootstrapApis(system, environment).flatMap((api) => READERS[api]),
  ...Object.keys(chartsReaderRoles(environment)),
];

/**
 * Condition of the role with which a plan opens the system's secrets, because Terraform compares them while planning. Google
 * names secrets by the project's number.
 * {@link https://cloud.google.com/iam/docs/conditions-resource-attributes#resource-name}
 */
export const secretsOf = (system: string, projectNumber: string): Condition => ({
  title: "secrets-of-the-system",
  expression: `resource.name.startsWith('projects/${projectNumber}/secrets/${secretName(system, "")}')`,
});

/**
 * A role of the project with which a plan reads what viewers do not: Kubernetes Secrets, and the cache's password, which the
 * provider always asks for.
 * {@link https://cloud.google.com/kubernetes-engine/docs/reference/rest}
 * {@link https://cloud.google.com/memorystore/docs/redis/manage-redis-auth}
 */
export const SECRETS_READER: CustomRole = {
  id: "planReader",
  title: "Reads secrets to plan",
  permissions: ["container.secrets.get", "container.secrets.list", "redis.instances.getAuthString"],
};
