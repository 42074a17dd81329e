import { type ServicePermissions, usual } from "./service-permissions";

/** Cloud Billing Budget API: https://cloud.google.com/billing/docs/how-to/budget-api-setup */
export const BILLING_BUDGETS: ServicePermissions = {
  calls: usual("billingAccounts/*/budgets", "billing.budgets"),
  roles: { "roles/billing.costsManager": "budgets.*" },
};
