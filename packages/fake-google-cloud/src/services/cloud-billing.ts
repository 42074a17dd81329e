import { route } from "../route";
import type { Service } from "../service";

/** Cloud Billing: https://cloud.google.com/billing/docs/reference/rest */
export const cloudBilling: Service = {
  name: "cloudbilling",
  endpoints: { CLOUD_BILLING: "v1" },
  routes: [
    route("GET", "projects/{project}/billingInfo", ({ path, params }) => ({
      name: path,
      projectId: params.project,
      billingAccountName: "billingAccounts/000000-000000-000000",
      billingEnabled: true,
    })),
  ],
};
