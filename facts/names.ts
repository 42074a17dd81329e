import { createHash } from "node:crypto";
import { PLATFORM_NAMES } from "./reserved";

/** Names in Google Cloud that follow from a system's, an environment's and a workload's. */

/** Of an environment of a system; its network, cluster and more are named after it. */
export const fullName = (system: string, environment: string): string => `${system}-${environment}`;

/** Id of the Google service account of a workload. */
export const accountId = (system: string, workload: string): string => `${system}-${workload}`;

/** Id of the Google service account of a cluster's nodes: the name's end, which says most, and begins with a letter. */
export const nodesAccountId = (cluster: string): string => `${cluster}-nodes`.slice(-30).replace(/^[^a-z]+/, "");

/** A bucket of an environment, unlike any other in the world: a project's id is. */
export const bucketName = (project: string, fullName: string, bucket: string): string =>
  `${project}-${fullName}-${bucket}`;

/** Name of the bootstrap stack of an environment. */
export const bootstrapStackName = (environment: string): string => `bootstrap-${environment}`;

/** Bucket of the bootstrap stack's state. */
export const bootstrapBucket = (project: string): string => `${project}-bootstrap-state`;

/** Bucket of the records of deploys. */
export const recordsBucket = (project: string): string => `${project}-records`;

/** What the address of a service account says: `<accountId>@<project>.iam.gserviceaccount.com`. */
export function parseAccount(email: string): { readonly accountId: string; readonly project: string } {
  const [accountId = "", project = ""] = email.split(/[@.]/);
  return { accountId, project };
}

/** Address of the account that plans and changes nothing. */
export const planAccount = (project: string): string => `planner@${project}.iam.gserviceaccount.com`;

/** Address of the account that pushes images, and does nothing else. */
export const pushAccount = (project: string): string => `pusher@${project}.iam.gserviceaccount.com`;

/** Repository of the registry that others' images and charts are copied into. */
export const THIRD_PARTY = "third-party";

/** Bucket of a database's backups. */
export const backupBucket = (project: string, fullName: string): string =>
  bucketName(project, fullName, PLATFORM_NAMES.backupAccount);

/** Folder of PostgreSQL's backups in this bucket. */
export const BACKUP_FOLDER = "postgresql";

/** Id of the Google service account that writes them. */
export const backupAccountId = (system: string): string => accountId(system, PLATFORM_NAMES.backupAccount);

/** A variable's name as names are written in Google Cloud. */
export const kebab = (variable: string): string => variable.toLowerCase().replace(/_/g, "-");

/** Name that the secret of a variable has in Secret Manager. */
export const secretName = (system: string, variable: string): string => `${system}-${kebab(variable)}`;

/** Namespace of the datastores in the cluster. */
export const DATASTORES_NAMESPACE = "datastores";

/** Stands for a host in the names of its certificates, which have no dots and fewer characters than a host can have. */
export const hostDigest = (host: string): string => createHash("sha256").update(host).digest("hex").slice(0, 8);
