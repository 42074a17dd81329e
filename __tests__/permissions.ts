import { urlSigner } from "../facts/url-signer";
import type { Json, Stack } from "./support";

/**
 * What roles allow with objects, secrets, keys and service accounts, as far as tests ask for it.
 * https://cloud.google.com/iam/docs/roles-permissions
 * https://cloud.google.com/storage/docs/access-control/iam-roles
 */
const READ = ["storage.objects.get", "storage.objects.list"];
const ALLOWS: Readonly<Record<string, readonly string[]>> = {
  "roles/storage.objectViewer": READ,
  "roles/storage.objectUser": [...READ, "storage.objects.create", "storage.objects.delete", "storage.objects.update"],
  "roles/storage.objectCreator": ["storage.objects.create"],
  "roles/storage.legacyObjectReader": ["storage.objects.get"],
  "roles/iam.workloadIdentityUser": ["iam.serviceAccounts.getAccessToken", "iam.serviceAccounts.getOpenIdToken"],
  "roles/secretmanager.secretAccessor": ["secretmanager.versions.access"],
  "roles/cloudkms.cryptoKeyEncrypterDecrypter": [],
  // Of the nodes, in the project.
  "roles/container.defaultNodeServiceAccount": [],
  "roles/artifactregistry.reader": [],
};

/** A permission that somebody has. */
interface Grant {
  /** Expression or name of what it is for. */
  readonly on: string;
  readonly member: string;
  readonly permission: string;
}

/** Everything that a stack's bindings allow. Fails if it does not know a role. */
export function grantsOf({ json }: Stack): Grant[] {
  const { project } = json.provider.google[0];
  const own = { [urlSigner(project)]: ["iam.serviceAccounts.signBlob"] };
  return Object.entries<Record<string, Json>>(json.resource).flatMap(([type, byName]) =>
    /_iam_(member|binding|policy)$/.test(type)
      ? Object.values(byName).flatMap(({ role, member, project, bucket, ...rest }) => {
          if (!member) throw new Error(`${type} replaces what others have granted`);
          const permissions = { ...ALLOWS, ...own }[role as string];
          if (!permissions) throw new Error(`__tests__/permissions.ts does not say what ${role} allows`);
          const on = bucket ?? rest.service_account_id ?? rest.secret_id ?? rest.crypto_key_id ?? project;
          return permissions.map((permission) => ({ on, member, permission }));
        })
      : [],
  );
}

/** Who has a permission on a resource. */
export const whoCan = (grants: readonly Grant[], permission: string, on: string): string[] =>
  grants.filter((grant) => grant.permission === permission && grant.on === on).map(({ member }) => member);
