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
