import { type ServicePermissions, usual } from "./service-permissions";

/** Cloud Monitoring: https://cloud.google.com/monitoring/access-control */
export const MONITORING: ServicePermissions = {
  calls: {
    ...usual("projects/*/alertPolicies", "monitoring.alertPolicies"),
    ...usual("projects/*/groups", "monitoring.groups"),
    ...usual("projects/*/notificationChannels", "monitoring.notificationChannels"),
    ...usual("projects/*/uptimeCheckConfigs", "monitoring.uptimeCheckConfigs"),
  },
  roles: {
    "roles/monitoring.alertPolicyEditor": "alertPolicies.*",
    "roles/monitoring.editor": "*",
    "roles/monitoring.notificationChannelEditor": "notificationChannels.*",
    "roles/monitoring.uptimeCheckConfigEditor": "uptimeCheckConfigs.*",
    "roles/monitoring.viewer": "*.get *.list",
  },
};
