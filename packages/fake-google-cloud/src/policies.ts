import { conflict, invalid } from "./api-error";
import type { Body } from "./body";
import type { Cloud } from "./cloud";
import { PREDEFINED_ROLES } from "./permissions/tables";
import type { Propagation } from "./propagation";
import { type Call, type Route, route } from "./route";
import { hasAgent } from "./service-agents";
import type { Shape } from "./shape";

/** Predefined roles that can be granted here: those whose permissions are known, and others. Google has some thousand. https://cloud.google.com/iam/docs/roles-permissions */
const ROLES = new Set([
  ...PREDEFINED_ROLES,
  ...[
    "owner editor viewer cloudsql.client",
    "cloudsql.editor container.clusterViewer secretmanager.secretVersionManager",
    "stackdriver.resourceMetadata.writer storage.legacyBucketOwner storage.legacyBucketReader",
    "storage.legacyBucketWriter storage.legacyObjectOwner",
  ].flatMap((line) => line.split(" ").map((role) => `roles/${role}`)),
]);

/** Who may do what with an object: https://cloud.google.com/iam/docs/reference/rest/v1/Policy */
export class Policies {
  private readonly policies = new Map<string, Body>();

  constructor(private readonly propagation: Propagation | undefined) {}

  get(key: string): Body {
    return this.policies.get(key) ?? { version: 1, etag: "ACAB", bindings: [] };
  }

  /** Replaces a policy; auditConfigs stay as they are unless the mask names them. */
  set(key: string, { policy, updateMask = "bindings,etag" }: Body, etag: string): Body {
    const before = this.get(key);
    if (policy.etag && policy.etag !== before.etag)
      throw conflict(
        "There were concurrent policy changes. Please retry the whole read-modify-write with exponential backoff.",
        "conflict",
        "ABORTED",
      );
    const auditConfigs = updateMask.split(",").includes("auditConfigs") ? policy.auditConfigs : before.auditConfigs;
    const after = { version: 1, bindings: [], ...policy, auditConfigs, etag: btoa(etag) }; // an empty list is not sent
    this.policies.set(key, after);
    const old = new Set(grantsIn(before));
    for (const grant of grantsIn(after)) if (!old.has(grant)) this.propagation?.begin(`${key} ${grant}`, "grant");
    return after;
  }

  grants(key: string, role: string, member: string): boolean {
    return this.get(key).bindings.some((b: Body) => b.role === role && b.members?.includes(member));
  }

  /** The policy of what is deleted goes with it. */
  delete(key: string): void {
    this.policies.delete(key);
  }

  entries(): [string, Body][] {
    return [...this.policies];
  }

  restore(entries: readonly (readonly [string, Body])[]): void {
    this.policies.clear();
    for (const [key, policy] of structuredClone(entries)) this.policies.set(key, policy);
  }
}

/** Each role of each member in a policy, with its condition, as text. */
export const grantsIn = ({ bindings = [] }: Body): string[] =>
  bindings.flatMap(({ role, members = [], condition }: Body) =>
    members.map((member: string) => grantOf(role, member, condition)),
  );

export const grantOf = (role: string, member: string, condition?: Body): string =>
  JSON.stringify([role, member, condition?.title, condition?.expression]);

/** Whoever is granted something must be there, and what is granted must be a role. */
export function checkBindings(cloud: Cloud, policy: Body): void {
  for (const { role, members = [] } of policy.bindings ?? []) {
    if (/^projects\//.test(role) && !cloud.store.get(`iam/${role}`))
      throw invalid(`Role (${role}) does not exist in the resource's hierarchy.`);
    if (!ROLES.has(role) && !/^(projects|organizations)\/[^/]+\/roles\//.test(role))
      throw invalid(`Role ${role} is not supported for this resource.`);
    for (const member of members) checkMember(cloud, member);
  }
}

/** https://cloud.google.com/iam/docs/principal-identifiers, https://cloud.google.com/storage/docs/access-control/iam#convenience-values */
const MEMBERS = [
  ...["serviceAccount", "user", "group", "domain", "principal", "principalSet", "deleted"],
  ...["projectOwner", "projectEditor", "projectViewer"],
];

function checkMember(cloud: Cloud, member: string): void {
  const [, kind, who = ""] = /^(\w+):(.+)$/.exec(member) ?? [];
  if (member === "allUsers" || member === "allAuthenticatedUsers") return;
  if (!kind || !MEMBERS.includes(kind)) throw invalid(`Invalid member ${member}: it must be of the form type:id.`);
  if (kind !== "serviceAccount") return;
  const [, pool, project] = /^(([^.[]+)\.svc\.id\.goog)\[[^/\]]+\/[^/\]]+\]$/.exec(who) ?? [];
  if (pool && project) {
    checkIdentityPool(cloud, pool, project);
    return;
  }
  const [, number, domain] =
    /^service-(\d+)@(.+)\.iam\.gserviceaccount\.com$/.exec(who) ??
    /^p(\d+)@(.+)\.iam\.gserviceaccount\.com$/.exec(who) ??
    [];
  const missing = invalid(`Service account ${who} does not exist.`);
  if (number && domain) {
    const owner = cloud.projectOf(number);
    if (!owner || !hasAgent(cloud, owner, domain)) throw missing;
    return;
  }
  const [, home] = /@([^.]+)\.iam\.gserviceaccount\.com$/.exec(who) ?? [];
  if (home && !cloud.find(`iam/projects/${home}/serviceAccounts/${who}`)) throw missing;
}

/** It comes with a project's first cluster that has it. https://cloud.google.com/kubernetes-engine/docs/concepts/workload-identity */
function checkIdentityPool(cloud: Cloud, pool: string, project: string): void {
  const clusters = cloud.store
    .below(`container/projects/${project}/locations`)
    .filter(([key]) => /\/clusters\/[^/]+$/.test(key));
  if (!clusters.some(([, cluster]) => cluster.workloadIdentityConfig?.workloadPool === pool))
    throw invalid(
      `Identity Pool does not exist (${pool}). Please check that you specified a valid resource name as returned in the \`name\` attribute in the configuration API.`,
    );
}

/** https://cloud.google.com/iam/docs/reference/rest/v1/Policy */
export const POLICY: Shape = {
  bindings: [{ role: "text", members: ["text"] }],
  etag: "text",
  auditConfigs: [{ service: "text", auditLogConfigs: [{ logType: "text" }] }],
};

/**
 * The two calls that read and replace the policy of an object at a path. Compute Engine has a slash before their verbs, where
 * others have a colon.
 */
export function policyRoutes(service: string, at: string, before: ":" | "/" = ":"): Route[] {
  const get = ({ path }: Call, cloud: Cloud) => cloud.policies.get(objectOf(service, path, cloud));
  return [
    route("GET", `${at}${before}getIamPolicy`, get),
    ...(before === ":" ? [route("POST", `${at}:getIamPolicy`, get)] : []),
    route(
      "POST",
      `${at}${before}setIamPolicy`,
      ({ path, body }, cloud) => {
        const key = objectOf(service, path, cloud);
        const { policy = {} } = body;
        checkBindings(cloud, policy);
        return cloud.policies.set(key, { ...body, policy }, `e${cloud.next()}`);
      },
      { policy: POLICY, updateMask: "text" },
    ),
  ];
}

function objectOf(service: string, path: string, cloud: Cloud): string {
  const key = `${service}/${path.replace(/[:/]\w+$/, "")}`;
  if (!/^\w+\/projects\/[^/]+$/.test(key)) cloud.need(key);
  return key;
}
