const rbac = { apiVersion: "rbac.authorization.k8s.io/v1" } as const;
const apiGroup = "rbac.authorization.k8s.io";

const READ = ["get", "list", "watch"];

/** Kubernetes' own kinds in the group without a name, besides Secrets. */
const CORE =
  "configmaps endpoints events limitranges namespaces nodes persistentvolumeclaims persistentvolumes pods resourcequotas serviceaccounts services";

/** Its other groups. */
const GROUPS = [
  "apps",
  "autoscaling",
  "batch",
  "policy",
  "admissionregistration.k8s.io",
  "apiextensions.k8s.io",
  "discovery.k8s.io",
  "gateway.networking.k8s.io",
  "networking.k8s.io",
  "rbac.authorization.k8s.io",
  "scheduling.k8s.io",
  "storage.k8s.io",
];

/** Roles that Kubernetes does not bring: what GKE's viewer reads, and what Kubernetes Secrets add to it. */
const readers = (customGroups: readonly string[]) => [
  {
    ...rbac,
    kind: "ClusterRole",
    metadata: { name: "gke-viewer" },
    rules: [
      { apiGroups: [""], resources: CORE.split(" "), verbs: READ },
      { apiGroups: [...GROUPS, ...customGroups], resources: ["*"], verbs: READ },
    ],
  },
  {
    ...rbac,
    kind: "ClusterRole",
    metadata: { name: "gke-secrets-reader" },
    rules: [{ apiGroups: [""], resources: ["secrets"], verbs: READ }],
  },
];

/** What roles of Google Cloud, and permissions in a project's own roles, allow in a cluster. */
const BOUND: Readonly<Record<string, string>> = {
  "roles/container.admin": "cluster-admin",
  "roles/container.developer": "edit",
  "roles/container.viewer": "gke-viewer",
  "container.secrets.get": "gke-secrets-reader",
};

/**
 * Roles of callers from Google Cloud. GKE asks IAM for each call; here, groups that are named after roles and permissions are
 * bound to the closest of Kubernetes' roles. {@link https://cloud.google.com/kubernetes-engine/docs/how-to/iam#predefined}
 *
 * @param customGroups API groups of custom resources, which GKE's viewer reads
 */
export const clusterRoles = (customGroups: readonly string[]): object[] => [
  ...readers(customGroups),
  ...Object.entries(BOUND).map(([group, name]) => ({
    ...rbac,
    kind: "ClusterRoleBinding",
    metadata: { name: group.replace("/", ":") },
    roleRef: { apiGroup, kind: "ClusterRole", name },
    subjects: [{ apiGroup, kind: "Group", name: group }],
  })),
];
