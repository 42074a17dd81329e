import type { Answer, ApiName, Read } from "./google-api";

// biome-ignore lint/suspicious/noExplicitAny: resources of many types, of which each reader knows its own arguments
type Resource = Record<string, any>;

/** The resources of a stack, by type and name. */
export type Resources = Readonly<Record<string, Readonly<Record<string, Resource>>>>;

/** A resource of the stack that exists, with the ID that Terraform imports it by. */
export interface Existing {
  readonly to: string;
  readonly id: string;
}

/** Finds a resource; returns the ID of its import, or undefined if it does not exist. */
type Find = (read: Read, resource: Resource, resources: Resources) => Promise<string | undefined>;

/** Finds what the API has at a path that is the import's ID, too. What was deleted, and can come back, does not count. */
const at =
  (api: ApiName, path: (resource: Resource, resources: Resources) => string): Find =>
  async (read, resource, resources) => {
    const id = path(resource, resources);
    const found = await read(api, api === "storage" ? `b/${id}` : id);
    return found && !found.deleted && found.state !== "DELETED" ? id : undefined;
  };

/** Finds what has a name that the API has chosen, by its display name. */
const displayed =
  (api: ApiName, path: (resource: Resource) => string): Find =>
  async (read, resource) => {
    const collection = path(resource);
    for (let page = ""; ; ) {
      const answer: Answer = (await read(api, `${collection}${page}`)) ?? {};
      const items: Answer[] = answer[collection.split("/").pop() as string] ?? [];
      const found = items.find(({ displayName }) => displayName === resource.display_name);
      if (found || !answer.nextPageToken) return found?.name;
      page = `?${new URLSearchParams({ pageToken: answer.nextPageToken })}`;
    }
  };

/** The resource that an argument such as `${google_kms_key_ring.images_ring.id}` refers to. */
function referred(argument: string, resources: Resources): Resource {
  const [, type = "", name = ""] = /^\$\{(\w+)\.([\w-]+)\./.exec(argument) ?? [];
  return resources[type]?.[name] ?? {};
}

const ring = ({ project, location, name }: Resource) => `projects/${project}/locations/${location}/keyRings/${name}`;
const pool = ({ project, workload_identity_pool_id: id }: Resource) =>
  `projects/${project}/locations/global/workloadIdentityPools/${id}`;

/**
 * How to find what exists, by Terraform's type. Types that are not here need no import: Google ignores a grant that is
 * there, and an API that is enabled.
 */
const FINDERS: Readonly<Record<string, Find>> = {
  google_storage_bucket: at("storage", ({ name }) => name),
  google_service_account: at(
    "iam",
    ({ project, account_id: id }) => `projects/${project}/serviceAccounts/${id}@${project}.iam.gserviceaccount.com`,
  ),
  google_project_iam_custom_role: at("iam", ({ project, role_id: id }) => `projects/${project}/roles/${id}`),
  google_iam_workload_identity_pool: at("iam", pool),
  google_iam_workload_identity_pool_provider: at(
    "iam",
    ({ workload_identity_pool_id, workload_identity_pool_provider_id: id }, resources) =>
      `${pool(referred(workload_identity_pool_id, resources))}/providers/${id}`,
  ),
  google_secret_manager_secret: at(
    "secretmanager",
    ({ project, secret_id: id }) => `projects/${project}/secrets/${id}`,
  ),
  google_artifact_registry_repository: at(
    "artifactregistry",
    ({ project, location, repository_id: id }) => `projects/${project}/locations/${location}/repositories/${id}`,
  ),
  google_kms_key_ring: at("cloudkms", ring),
  google_kms_crypto_key: at(
    "cloudkms",
    ({ key_ring, name }, resources) => `${ring(referred(key_ring, resources))}/cryptoKeys/${name}`,
  ),
  google_billing_budget: displayed(
    "billingbudgets",
    ({ billing_account }) => `billingAccounts/${billing_account}/budgets`,
  ),
  google_monitoring_notification_channel: displayed(
    "monitoring",
    ({ project }) => `projects/${project}/notificationChannels`,
  ),
};

/** The resources of a stack that Google has already, so that Terraform must import them. */
export async function existing(read: Read, resources: Resources): Promise<Existing[]> {
  const found = await Promise.all(
    Object.entries(FINDERS).flatMap(([type, find]) =>
      Object.entries(resources[type] ?? {}).map(async ([name, resource]): Promise<Existing[]> => {
        const id = await find(read, resource, resources);
        return id ? [{ to: `${type}.${name}`, id }] : [];
      }),
    ),
  );
  return found.flat();
}
