import { conflict, invalid, notFound, precondition } from "../api-error";
import { type Body, masked } from "../body";
import type { Cloud } from "../cloud";
import { type Call, type Route, route } from "../route";
import type { Shape } from "../shape";

const ROLES = "projects/{project}/roles";
const ROLE = `${ROLES}/{role}`;
const FIELDS: Shape = { title: "text", description: "text", stage: "text", includedPermissions: ["text"] };

/** Permissions that no role of a project can have. https://cloud.google.com/iam/docs/custom-roles-permissions-support */
const NOT_SUPPORTED = /^resourcemanager\.(projects\.list|folders\.|organizations\.)/;

function checkRole({ includedPermissions = [] }: Body): void {
  for (const permission of includedPermissions) {
    if (!/^[a-z][\w-]*(\.[A-Za-z][\w-]*){2,}$/.test(permission))
      throw invalid(`Permission ${permission} is not valid.`);
    if (NOT_SUPPORTED.test(permission)) throw invalid(`Permission ${permission} is not supported in custom roles.`);
  }
}

const find = (path: string, cloud: Cloud) =>
  cloud.need(`iam/${path}`, notFound(`The role named ${path} was not found.`));

/** A role as most calls answer it: what is deleted says so. */
function toDeleted({ path }: Call, cloud: Cloud, deleted: boolean): Body {
  const name = path.replace(/:\w+$/, "");
  const role = find(name, cloud);
  if (Boolean(role.deleted) === deleted)
    throw precondition(
      deleted ? `The role named ${name} has been deleted.` : `You can't undelete a role (${name}) that isn't deleted.`,
    );
  const { deleted: _, ...rest } = role;
  return cloud.store.set(`iam/${name}`, { ...rest, ...(deleted && { deleted }) });
}

/**
 * A project's own roles. A deleted one keeps its name for 37 days, and can be brought back for seven.
 * https://cloud.google.com/iam/docs/creating-custom-roles
 */
export const customRoles: Route[] = [
  route(
    "POST",
    ROLES,
    ({ path, params: { project }, body }, cloud) => {
      const { roleId = "", role = {} } = body;
      // https://cloud.google.com/iam/docs/reference/rest/v1/projects.roles/create
      if (!/^[\w.]{3,64}$/.test(roleId))
        throw invalid(`The role_id "${roleId}" does not match the pattern [a-zA-Z0-9_.]{3,64}.`);
      const name = `${path}/${roleId}`;
      if (cloud.store.get(`iam/${name}`))
        throw conflict(`A role named ${roleId} in projects/${project} already exists.`);
      checkRole(role);
      return cloud.store.set(`iam/${name}`, { stage: "ALPHA", ...role, name, etag: "e" });
    },
    { roleId: "text", role: FIELDS },
  ),
  route("GET", ROLES, ({ path, query }, cloud) => ({
    roles: cloud.store
      .members(`iam/${path}`)
      .filter(({ deleted }) => !deleted || query.get("showDeleted")?.toLowerCase() === "true")
      .map(({ includedPermissions: _, ...role }) => role), // the view BASIC, which is the default
  })),
  route("GET", ROLE, ({ path }, cloud) => find(path, cloud)),
  route(
    "PATCH",
    ROLE,
    ({ path, query, body }, cloud) => {
      const before = find(path, cloud);
      const { name: _, ...fields } = body;
      const mask = query.get("updateMask") ?? Object.keys(fields).join(",");
      const after = masked(before, fields, mask);
      checkRole(after);
      return cloud.store.set(`iam/${path}`, after);
    },
    FIELDS,
  ),
  route("DELETE", ROLE, (call, cloud) => toDeleted(call, cloud, true)),
  route("POST", `${ROLE}:undelete`, (call, cloud) => toDeleted(call, cloud, false)),
];
