import { ARTIFACT_REGISTRY } from "./artifact-registry";
import { BILLING_BUDGETS } from "./billing-budgets";
import { BINARY_AUTHORIZATION } from "./binary-authorization";
import { CERTIFICATE_MANAGER } from "./certificate-manager";
import { CLOUD_BILLING } from "./cloud-billing";
import { CLOUD_KMS } from "./cloud-kms";
import { CLOUD_RESOURCE_MANAGER } from "./cloud-resource-manager";
import { CLOUD_SQL } from "./cloud-sql";
import { COMPUTE } from "./compute";
import { CONTAINER } from "./container";
import { DNS } from "./dns";
import { IAM } from "./iam";
import { IAM_CREDENTIALS } from "./iam-credentials";
import { LOGGING } from "./logging";
import { MONITORING } from "./monitoring";
import { REDIS } from "./redis";
import { SECRET_MANAGER } from "./secret-manager";
import { SERVICE_NETWORKING } from "./service-networking";
import type { Need, ServicePermissions } from "./service-permissions";
import { SERVICE_USAGE } from "./service-usage";
import { STORAGE } from "./storage";

/** By the service's name in the fake's addresses. */
export const TABLES: Readonly<Record<string, ServicePermissions>> = {
  artifactregistry: ARTIFACT_REGISTRY,
  billingbudgets: BILLING_BUDGETS,
  binaryauthorization: BINARY_AUTHORIZATION,
  certificatemanager: CERTIFICATE_MANAGER,
  cloudbilling: CLOUD_BILLING,
  clouddns: DNS,
  cloudkms: CLOUD_KMS,
  cloudresourcemanager: CLOUD_RESOURCE_MANAGER,
  compute: COMPUTE,
  container: CONTAINER,
  iam: IAM,
  iamcredentials: IAM_CREDENTIALS,
  logging: LOGGING,
  monitoring: MONITORING,
  redis: REDIS,
  secretmanager: SECRET_MANAGER,
  servicenetworking: SERVICE_NETWORKING,
  serviceusage: SERVICE_USAGE,
  sql: CLOUD_SQL,
  storage: STORAGE,
};

/** Services whose permissions begin with another name. */
const NAMES: Readonly<Record<string, string>> = {
  billing: "billingbudgets",
  cloudsql: "sql",
  dns: "clouddns",
  resourcemanager: "cloudresourcemanager",
};

/** The service that a permission is of, by its name in the fake's addresses. */
export function serviceOf(permission: string): string {
  const name = permission.slice(0, permission.indexOf("."));
  return NAMES[name] ?? name;
}

const patternOf = (glob: string, one: string) =>
  new RegExp(
    `^${glob.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replace(/\*\*|\*/g, (star) => (star === "**" ? ".+" : one))}$`,
  );

const CALLS: ReadonlyMap<string, readonly (readonly [RegExp, readonly Need[]])[]> = new Map(
  Object.entries(TABLES).map(([service, { calls }]) => [
    service,
    Object.entries(calls).map(([call, needs]) => [patternOf(call, "[^/:]+"), needs] as const),
  ]),
);

/** What a call needs; nothing if its table has no row for it. */
export const needsOf = (service: string, method: string, path: string): readonly Need[] | undefined =>
  CALLS.get(service)?.find(([call]) => call.test(`${method} ${path}`))?.[1];

/** What predefined roles allow, by the service and the role. */
const ALLOWED: ReadonlyMap<string, ReadonlyMap<string, readonly RegExp[]>> = new Map(
  Object.entries(TABLES).map(([service, { roles = {} }]) => [
    service,
    new Map(
      Object.entries(roles).map(([role, globs]) => [
        role,
        globs
          .split(" ")
          .filter(Boolean)
          .map((glob) => patternOf(glob, ".*")),
      ]),
    ),
  ]),
);

/** Every predefined role that a table knows. */
export const PREDEFINED_ROLES: ReadonlySet<string> = new Set(
  [...ALLOWED.values()].flatMap((roles) => [...roles.keys()]),
);

/** Whether a predefined role allows something. */
export function allows(role: string, permission: string): boolean {
  const name = permission.slice(permission.indexOf(".") + 1);
  return (
    ALLOWED.get(serviceOf(permission))
      ?.get(role)
      ?.some((glob) => glob.test(name)) ?? false
  );
}
