import type { ServicePermissions } from "./service-permissions";

/** Cloud Billing: https://cloud.google.com/billing/docs/reference/rest/v1/projects/getBillingInfo */
export const CLOUD_BILLING: ServicePermissions = {
  calls: { "GET projects/*/billingInfo": ["resourcemanager.projects.get"] },
};
