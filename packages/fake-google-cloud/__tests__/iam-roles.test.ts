import type { Body } from "../src/body";
import { errorOf, serviceOf } from "./support";

const REST = "https://cloud.google.com/iam/docs/reference/rest/v1/projects.roles";
const ROLES = "projects/p/roles";
const ROLE = `${ROLES}/urlSigner`;

/** The role `urlSigner`. */
function world() {
  const service = serviceOf("iam");
  const create = (roleId: string, role: Body = {}) => service.post(ROLES, { roleId, role });
  create("urlSigner", { title: "Signs URLs", includedPermissions: ["iam.serviceAccounts.signBlob"] });
  return { ...service, create };
}
type World = ReturnType<typeof world>;

test.each<[string, string, (world: World) => unknown, string]>([
  [
    "an id with a dash",
    `${REST}/create`,
    ({ create }) => create("url-signer"),
    `400 The role_id "url-signer" does not`,
  ],
  ["an id of 2", `${REST}/create`, ({ create }) => create("ab"), `400 The role_id "ab" does not match`],
  ["an id of 65", `${REST}/create`, ({ create }) => create("a".repeat(65)), "400 The role_id"],
  ["an id in use", `${REST}/create`, ({ create }) => create("urlSigner"), "409 A role named urlSigner in projects/p"],
  [
    "a permission that is none",
    `${REST}/create`,
    ({ create }) => create("another", { includedPermissions: ["sign"] }),
    "400 Permission sign is not valid.",
  ],
  [
    "a permission of organizations",
    "https://cloud.google.com/iam/docs/custom-roles-permissions-support",
    ({ patch }) => patch(ROLE, { includedPermissions: ["resourcemanager.projects.list"] }),
    "400 Permission resourcemanager.projects.list is not supported in custom roles.",
  ],
  ["a role that is not there", `${REST}/get`, ({ get }) => get(`${ROLES}/none`), "404 The role named"],
  [
    "the deletion of a deleted one",
    `${REST}/delete`,
    (service) => {
      service.delete(ROLE);
      service.delete(ROLE);
    },
    `400 The role named ${ROLE} has been deleted.`,
  ],
  [
    "an id of a deleted one",
    "https://cloud.google.com/iam/docs/creating-custom-roles#deleting-custom-role",
    ({ create, ...service }) => {
      service.delete(ROLE);
      create("urlSigner");
    },
    "409 A role named urlSigner in projects/p already exists.",
  ],
  [
    "that one comes back that is not deleted",
    `${REST}/undelete`,
    ({ post }) => post(`${ROLE}:undelete`, {}),
    `400 You can't undelete a role (${ROLE}) that isn't deleted.`,
  ],
])("%s is refused (%s)", (_what, _source, run, message) => {
  expect(errorOf(() => run(world()))).toContain(message);
});

test("an update changes the fields of its mask", () => {
  const { call, get } = world();
  call("PATCH", ROLE, { title: "Other", includedPermissions: [] }, { updateMask: "title" });
  expect(get(ROLE)).toMatchObject({ title: "Other", includedPermissions: ["iam.serviceAccounts.signBlob"] });
});

test("a list has no permissions, and deleted roles only if it asks for them; a deleted role comes back whole", () => {
  const { call, get, post, ...service } = world();
  const listed = (query = {}) => (call("GET", ROLES, undefined, query).roles as Body[]).map(({ name }) => name);
  expect((get(ROLES).roles as Body[])[0]).not.toHaveProperty("includedPermissions");
  service.delete(ROLE);
  expect(listed()).toEqual([]);
  expect(listed({ showDeleted: "true" })).toEqual([ROLE]);
  expect(get(ROLE)).toMatchObject({ deleted: true });
  post(`${ROLE}:undelete`, {});
  expect(get(ROLE)).not.toHaveProperty("deleted");
  expect(get(ROLE).includedPermissions).toEqual(["iam.serviceAccounts.signBlob"]);
  expect(listed()).toEqual([ROLE]);
});
