import type { Body } from "../src/body";
import { errorOf, serviceOf } from "./support";

const AUDIT = "https://cloud.google.com/logging/docs/audit/configure-data-access#auditconfig_objects";
const PROJECT = "projects/p";

const audit = (over: Body = {}): Body => ({
  service: "cloudkms.googleapis.com",
  auditLogConfigs: [{ logType: "DATA_READ" }],
  ...over,
});

function world() {
  const service = serviceOf("cloudresourcemanager");
  const set = (policy: Body, updateMask = "bindings,etag,auditConfigs") =>
    service.post(`${PROJECT}:setIamPolicy`, { policy, updateMask });
  return { ...service, set, policy: () => service.post(`${PROJECT}:getIamPolicy`) };
}

test.each<[string, string, Body, string]>([
  [
    "an unknown log type",
    "https://cloud.google.com/iam/docs/reference/rest/v1/Policy#LogType",
    { auditConfigs: [audit({ auditLogConfigs: [{ logType: "ADMIN_WRITE" }] })] },
    `400 Invalid value at 'policy.audit_configs.audit_log_configs.log_type': "ADMIN_WRITE"`,
  ],
  [
    "the logs of no service",
    AUDIT,
    { auditConfigs: [audit({ service: "cloudkms" })] },
    "400 Service cloudkms does not exist or does not support service level configuration",
  ],
  ["no log type", AUDIT, { auditConfigs: [audit({ auditLogConfigs: [] })] }, "400 Audit config of cloudkms"],
  [
    "an account that is not there",
    "https://cloud.google.com/iam/docs/reference/rest/v1/Policy#Binding",
    { bindings: [{ role: "roles/viewer", members: ["serviceAccount:a@p.iam.gserviceaccount.com"] }] },
    "400 Service account a@p.iam.gserviceaccount.com does not exist.",
  ],
])("it refuses %s: %s", (_what, _page, policy, said) => {
  const { set, policy: current } = world();
  expect(errorOf(() => set(policy))).toContain(said);
  expect(current().etag).toBe("ACAB");
});

test("a project has a number, which may stand for it, and the words of both versions", () => {
  const { get } = world();
  const project = get(PROJECT);
  expect(project).toMatchObject({ projectId: "p", lifecycleState: "ACTIVE", state: "ACTIVE" });
  expect(project.name).toBe(`projects/${project.projectNumber}`);
  expect(get(project.name)).toEqual(project);
});

test("the policy has grants and logs, which stay as they are unless the mask names them", () => {
  const { set, policy } = world();
  const bindings = [{ role: "roles/owner", members: ["user:a@example.com"] }];
  const all = ["ADMIN_READ", "DATA_READ", "DATA_WRITE"].map((logType) => ({ logType }));
  const auditConfigs = [audit({ auditLogConfigs: all }), audit({ service: "allServices" })];
  set({ bindings, auditConfigs });
  expect(policy()).toMatchObject({ bindings, auditConfigs });
  set({}, "bindings"); // as the provider sends an empty list
  expect(policy()).toMatchObject({ bindings: [], auditConfigs });
});

describe("folders", () => {
  /** A folder, and one within it, by their names. */
  function withFolders() {
    const service = serviceOf("cloudresourcemanager");
    const make = (displayName: string, parent: string): string =>
      service.post("folders", { displayName, parent }).response.name;
    const outer = make("Teams", "organizations/1");
    const search = (displayName: string) =>
      service.call("GET", "folders:search", undefined, {
        query: `state=ACTIVE AND parent=${outer} AND displayName="${displayName}"`,
      });
    return { ...service, make, search, outer, inner: make("Team 1", outer) };
  }

  test("a folder is made, found, renamed and deleted", () => {
    const { get, patch, search, outer, inner, ...service } = withFolders();
    expect(get(inner)).toMatchObject({ name: inner, parent: outer, displayName: "Team 1", state: "ACTIVE" });
    expect(search("Team 1").folders).toEqual([get(inner)]);
    const { name } = patch(inner, { displayName: "Team 2" }, { updateMask: "displayName" });
    expect(get(name)).toMatchObject({ done: true, response: { name: inner, displayName: "Team 2" } });
    expect(search("Team 1")).toEqual({});
    expect(service.delete(inner)).toMatchObject({ done: true, response: { state: "DELETE_REQUESTED" } });
    expect(search("Team 2")).toEqual({});
    service.delete(outer);
    expect(get(outer).state).toBe("DELETE_REQUESTED");
  });

  const REFERENCE = "https://cloud.google.com/resource-manager/reference/rest/v3/folders";
  const taken = "400 The folder operation violates display name uniqueness within the parent.";
  test.each<[what: string, call: (world: ReturnType<typeof withFolders>) => unknown, expected: string, page: string]>([
    ["a name with a dot", ({ make }) => make("Team.1", "organizations/1"), "400 Invalid value at", REFERENCE],
    ["a parent that is a project", ({ make }) => make("Team", "projects/p"), "400 Invalid value at", REFERENCE],
    ["a sibling's name", ({ make, outer }) => make("Team 1", outer), taken, REFERENCE],
    [
      "a sibling's name afterwards",
      ({ make, patch, outer, inner }) => {
        make("Team 2", outer);
        patch(inner, { displayName: "Team 2" }, { updateMask: "displayName" });
      },
      taken,
      REFERENCE,
    ],
    [
      "another parent",
      ({ patch, inner }) => patch(inner, { parent: "organizations/2" }, { updateMask: "parent" }),
      "400 The field 'parent' is changed by a move alone.",
      `${REFERENCE}/patch`,
    ],
    [
      "a deletion of what is not empty",
      ({ outer, ...service }) => service.delete(outer),
      "is not empty.",
      `${REFERENCE}/delete`,
    ],
    [
      "a deletion of what is deleted",
      ({ inner, ...service }) => [service.delete(inner), service.delete(inner)],
      "is not active.",
      `${REFERENCE}/delete`,
    ],
    ["no folder", ({ get }) => get("folders/1"), "403 Permission 'resourcemanager.folders.get' denied", REFERENCE],
    [
      "another search",
      ({ call }) => call("GET", "folders:search", undefined, { query: "state=ACTIVE" }),
      "501 the fake does not know the search state=ACTIVE",
      `${REFERENCE}/search`,
    ],
  ])("%s is refused", (_what, call, expected) => {
    expect(errorOf(() => call(withFolders()))).toContain(expected);
  });
});
