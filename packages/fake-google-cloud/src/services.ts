import type { Service } from "./service";
import { artifactRegistry } from "./services/artifact-registry";
import { billingBudgets } from "./services/billing-budgets";
import { binaryAuthorization } from "./services/binary-authorization";
import { certificateManager } from "./services/certificate-manager";
import { cloudBilling } from "./services/cloud-billing";
import { cloudKms } from "./services/cloud-kms";
import { cloudResourceManager } from "./services/cloud-resource-manager";
import { cloudSql } from "./services/cloud-sql/cloud-sql";
import { compute } from "./services/compute/compute";
import { container } from "./services/container/container";
import { dns } from "./services/dns";
import { iam } from "./services/iam";
import { iamCredentials } from "./services/iam-credentials";
import { logging } from "./services/logging";
import { monitoring } from "./services/monitoring/monitoring";
import { redis } from "./services/redis";
import { secretManager } from "./services/secret-manager";
import { serviceNetworking } from "./services/service-networking";
import { serviceUsage } from "./services/service-usage";
import { storage } from "./services/storage";

/** Every service that the fake plays. */
export const SERVICES: readonly Service[] = [
  artifactRegistry,
  billingBudgets,
  binaryAuthorization,
  certificateManager,
  cloudBilling,
  cloudKms,
  cloudResourceManager,
  cloudSql,
  compute,
  container,
  dns,
  iam,
  iamCredentials,
  logging,
  monitoring,
  redis,
  secretManager,
  serviceNetworking,
  serviceUsage,
  storage,
];
