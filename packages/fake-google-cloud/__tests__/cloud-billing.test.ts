import { serviceOf } from "./support";

// https://cloud.google.com/billing/docs/reference/rest/v1/ProjectBillingInfo
test("a project has a billing account", () => {
  expect(serviceOf("cloudbilling").get("projects/p/billingInfo")).toEqual({
    name: "projects/p/billingInfo",
    projectId: "p",
    billingAccountName: "billingAccounts/000000-000000-000000",
    billingEnabled: true,
  });
});
