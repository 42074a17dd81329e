import type { Need, ServicePermissions } from "./service-permissions";

/** What replaces an object deletes it. https://cloud.google.com/storage/docs/access-control/iam-json#object-permissions */
const replaced: Need = ({ stored }) => (Object.keys(stored).length ? ["storage.objects.delete"] : []);

/** Cloud Storage: https://cloud.google.com/storage/docs/access-control/iam-json */
export const STORAGE: ServicePermissions = {
  calls: {
    "POST b": ["storage.buckets.create"],
    "GET b": ["storage.buckets.list"],
    "GET b/*": ["storage.buckets.get"],
    "PATCH b/*": ["storage.buckets.get", "storage.buckets.update"],
    "DELETE b/*": ["storage.buckets.delete"],
    "GET b/*/iam": ["storage.buckets.getIamPolicy"],
    "PUT b/*/iam": ["storage.buckets.setIamPolicy"],
    "GET b/*/anywhereCaches/": ["storage.anywhereCaches.list"],
    "GET b/*/o": ["storage.objects.list"],
    "GET b/*/o/**": ["storage.objects.get"],
    "POST b/*/o/**": ["storage.objects.create", replaced],
    "DELETE b/*/o/**": ["storage.objects.delete"],
  },
  roles: {
    "roles/storage.legacyObjectReader": "objects.get",
    "roles/storage.objectCreator": "objects.create",
    "roles/storage.admin": "*",
    "roles/storage.objectAdmin": "objects.*",
    "roles/storage.objectUser": "objects.*",
    "roles/storage.objectViewer": "objects.get objects.list",
    "roles/storage.bucketViewer": "buckets.get buckets.list",
    "roles/iam.securityReviewer": "*.getIamPolicy *.list",
  },
};
