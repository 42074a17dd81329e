import type { Body } from "../src/body";
import { addRoleByHand, needServiceAccount } from "../src/services/iam";
import { errorOf, everything, serviceOf } from "./support";

const REST = "https://cloud.google.com/iam/docs/reference/rest/v1/projects.serviceAccounts";
const ACCOUNTS = "projects/p/serviceAccounts";
const EMAIL = "backend@p.iam.gserviceaccount.com";
const ACCOUNT = `${ACCOUNTS}/${EMAIL}`;
const OTHER = `${ACCOUNTS}/another@p.iam.gserviceaccount.com`;

/** The account `backend`. */
function world() {
  const service = serviceOf("iam");
  const create = (accountId: string, serviceAccount: Body = {}) =>
    service.post(ACCOUNTS, { accountId, serviceAccount });
  create("backend", { displayName: "Backend" });
  return { ...service, create };
}

type World = ReturnType<typeof world>;

test.each<[string, string, (world: World) => unknown, string]>([
  [
    "an id of 5",
    `${REST}/create`,
    ({ create }) => create("short"),
    `400 The account ID "short" does not have a length`,
  ],
  ["an id of 31", `${REST}/create`, ({ create }) => create("a".repeat(31)), "does not have a length between 6 and 30."],
  ["no id", `${REST}/create`, ({ post }) => post(ACCOUNTS, {}), `400 The account ID "" does not have a length`],
  ["an id in capitals", `${REST}/create`, ({ create }) => create("Backend"), "400 The account ID"],
  [
    "an id that begins with a digit",
    `${REST}/create`,
    ({ create }) => create("1backend"),
    "does not match the pattern",
  ],
  ["an id that ends with a dash", `${REST}/create`, ({ create }) => create("backend-"), "does not match the pattern"],
  [
    "an id in use",
    `${REST}/create`,
    ({ create }) => create("backend"),
    "409 Service account backend already exists within project projects/p.",
  ],
  [
    "a display name of 101",
    REST,
    ({ create }) => create("another", { displayName: "x".repeat(101) }),
    "400 The display_name length (101) is longer than the maximum allowed length 100.",
  ],
  [
    "a display name of 101 bytes",
    REST,
    ({ patch }) =>
      patch(ACCOUNT, { serviceAccount: { displayName: `${"é".repeat(50)}x` }, updateMask: "display_name" }),
    "400 The display_name length (101) is longer than the maximum allowed length 100.",
  ],
  [
    "a description of 257",
    REST,
    ({ create }) => create("another", { description: "x".repeat(257) }),
    "400 The description length (257) is longer than the maximum allowed length 256.",
  ],
  [
    "an account that is not there",
    `${REST}/get`,
    ({ get }) => get(OTHER),
    `404 Service account ${OTHER} does not exist.`,
  ],
  [
    "an update of none",
    `${REST}/patch`,
    ({ patch }) => patch(OTHER, {}),
    `404 Service account ${OTHER} does not exist.`,
  ],
  ["the deletion of none", `${REST}/delete`, (w) => w.delete(OTHER), `404 Service account ${OTHER} does not exist.`],
  [
    "a policy of none",
    `${REST}/getIamPolicy`,
    ({ post }) => post(`${OTHER}:getIamPolicy`),
    `404 ${OTHER} was not found`,
  ],
])("it refuses %s: %s", (_what, _page, call, said) => {
  const it = world();
  expect(errorOf(() => call(it))).toContain(said);
});

test("an account has an address and a number", () => {
  const { get } = world();
  expect(get(ACCOUNT)).toMatchObject({ name: ACCOUNT, email: EMAIL, projectId: "p", displayName: "Backend" });
  expect(get(ACCOUNT).uniqueId).toMatch(/^\d{21}$/);
});

test("an update changes what its mask names", () => {
  const { get, patch } = world();
  patch(ACCOUNT, { serviceAccount: { displayName: "B", description: "d" }, updateMask: "display_name" });
  expect(get(ACCOUNT)).toMatchObject({ email: EMAIL, displayName: "B" });
  expect(get(ACCOUNT)).not.toHaveProperty("description");
});

// https://cloud.google.com/iam/docs/policies#handle-deleted-members
test("one of the same name has none of a deleted account's grants", () => {
  const w = world();
  const secrets = serviceOf("secretmanager", w.cloud);
  secrets.post("projects/p/secrets", { replication: { automatic: {} } }, { secretId: "s" });
  const binding = { role: "roles/secretmanager.secretAccessor", members: [`serviceAccount:${EMAIL}`] };
  secrets.post("projects/p/secrets/s:setIamPolicy", { policy: { bindings: [binding] } });
  const { uniqueId } = w.get(ACCOUNT);
  w.delete(ACCOUNT);
  w.create("backend");
  const policy = secrets.get("projects/p/secrets/s:getIamPolicy");
  expect(policy.bindings[0].members).toEqual([`deleted:serviceAccount:${EMAIL}?uid=${uniqueId}`]);
  expect(secrets.post("projects/p/secrets/s:setIamPolicy", { policy }).bindings).toEqual(policy.bindings);
});

test("its own policy goes with an account", () => {
  const w = world();
  const binding = { role: "roles/iam.serviceAccountUser", members: ["user:a@example.com"] };
  w.post(`${ACCOUNT}:setIamPolicy`, { policy: { bindings: [binding] } });
  w.delete(ACCOUNT);
  w.create("backend");
  expect(w.post(`${ACCOUNT}:getIamPolicy`).bindings).toEqual([]);
});

// https://cloud.google.com/iam/docs/creating-custom-roles
test("a project's own role can be granted once somebody has made it", () => {
  const w = world();
  const role = "projects/p/roles/signer";
  const grant = () => w.post(`${ACCOUNT}:setIamPolicy`, { policy: { bindings: [{ role, members: [] }] } });
  expect(errorOf(grant)).toBe(`400 Role (${role}) does not exist in the resource's hierarchy.`);
  addRoleByHand(w.cloud, role);
  expect(grant().bindings[0].role).toBe(role);
});

test("what runs as an account needs it to be there", () => {
  const { cloud } = world();
  needServiceAccount(cloud, EMAIL);
  needServiceAccount(cloud, "123456789012-compute@developer.gserviceaccount.com");
  for (const email of ["backend@q.iam.gserviceaccount.com", "backend"])
    expect(errorOf(() => needServiceAccount(cloud, email))).toBe(`400 Service account "${email}" does not exist.`);
  expect(errorOf(() => needServiceAccount(everything(), EMAIL))).toContain("does not exist");
});
