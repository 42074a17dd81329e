import { invalid } from "../api-error";
import type { Body } from "../body";
import { policyRoutes } from "../policies";
import { type Route, route } from "../route";
import type { Service } from "../service";
import { folders } from "./folders";

const PROJECT = "projects/{project}";
const CREATED = "2026-01-01T00:00:00Z";

/** https://cloud.google.com/iam/docs/reference/rest/v1/Policy#AuditLogConfig.LogType */
const LOG_TYPES = ["ADMIN_READ", "DATA_READ", "DATA_WRITE"];

/** https://cloud.google.com/logging/docs/audit/configure-data-access#auditconfig_objects */
function checkAuditConfigs({ auditConfigs = [] }: Body = {}): void {
  for (const { service = "", auditLogConfigs = [] } of auditConfigs) {
    if (!/^(allServices|[a-z0-9-]+\.googleapis\.com)$/.test(service))
      throw invalid(
        `Service ${service} does not exist or does not support service level configuration of Google Cloud audit logging.`,
      );
    if (!auditLogConfigs.length) throw invalid(`Audit config of ${service} must have at least one audit log config.`);
    for (const { logType } of auditLogConfigs)
      if (!LOG_TYPES.includes(logType))
        throw invalid(`Invalid value at 'policy.audit_configs.audit_log_configs.log_type': "${logType}"`);
  }
}

const withAuditConfigs = ({ handle, ...rest }: Route): Route => ({
  ...rest,
  handle: (call, cloud) => {
    checkAuditConfigs(call.body.policy);
    return handle(call, cloud);
  },
});

/** Resource Manager: https://cloud.google.com/resource-manager/reference/rest */
export const cloudResourceManager: Service = {
  name: "cloudresourcemanager",
  endpoints: { CLOUD_RESOURCE_MANAGER: "v1", RESOURCE_MANAGER: "v1", RESOURCE_MANAGER_V3: "v3" },
  routes: [
    ...folders,
    ...policyRoutes("cloudresourcemanager", PROJECT).map(withAuditConfigs),
    // Version 1 and version 3 have different words for the same.
    route("GET", PROJECT, ({ version, params: { project = "" } }, cloud) => {
      const number = cloud.numberOf(project);
      const projectId = project;
      const v1 = { projectNumber: number, lifecycleState: "ACTIVE", createTime: CREATED };
      const v3 = { name: `projects/${number}`, displayName: project, state: "ACTIVE", createTime: CREATED };
      return { projectId, ...(version !== "v3" && v1), ...(version !== "v1" && v3) };
    }),
  ],
};
