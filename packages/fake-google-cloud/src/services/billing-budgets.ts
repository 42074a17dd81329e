import { invalid, notFound } from "../api-error";
import { type Body, defaults } from "../body";
import type { Cloud } from "../cloud";
import { type About, collection } from "../collection";
import type { Service } from "../service";
import type { Shape } from "../shape";

const BUDGETS = "billingAccounts/{account}/budgets";

const BUDGET: Shape = {
  displayName: "text",
  budgetFilter: { projects: ["text"], services: ["text"], creditTypesTreatment: "text", calendarPeriod: "text" },
  amount: { specifiedAmount: { currencyCode: "text", units: "number", nanos: "number" }, lastPeriodAmount: {} },
  thresholdRules: [{ thresholdPercent: "number", spendBasis: "text" }],
  notificationsRule: {
    pubsubTopic: "text",
    monitoringNotificationChannels: ["text"],
    disableDefaultIamRecipients: "flag",
  },
};

/** Currency of the billing account. */
const CURRENCY = "EUR";

function accept(budget: Body, { cloud, path }: About): void {
  const { budgetFilter = {}, amount = {}, thresholdRules = [], notificationsRule = {} } = budget;
  if (!amount.specifiedAmount && !amount.lastPeriodAmount) throw invalid("Budget amount must be set.");
  if ((amount.specifiedAmount?.currencyCode ?? CURRENCY) !== CURRENCY)
    throw invalid("The currency code must be that of the billing account.");
  for (const project of budgetFilter.projects ?? [])
    if (!/^projects\/\d+$/.test(project)) throw invalid(`Invalid project in the budget's filter: ${project}`);
  const channels: string[] = notificationsRule.monitoringNotificationChannels ?? [];
  if (channels.length > 5) throw invalid("A budget can have at most 5 notification channels.");
  for (const channel of channels)
    if (!cloud.store.get(`monitoring/${withProjectId(cloud, channel)}`))
      throw invalid(`The notification channel ${channel} does not exist.`);
  for (const { spendBasis } of thresholdRules)
    if (spendBasis && !["CURRENT_SPEND", "FORECASTED_SPEND"].includes(spendBasis))
      throw invalid(`Invalid value at 'budget.threshold_rules.spend_basis': "${spendBasis}"`);
  if (amount.specifiedAmount) defaults(amount.specifiedAmount, { currencyCode: CURRENCY });
  for (const rule of thresholdRules) defaults(rule, { spendBasis: "CURRENT_SPEND" });
  defaults(budget, { budgetFilter: { creditTypesTreatment: "INCLUDE_ALL_CREDITS", calendarPeriod: "MONTH" } });
  Object.assign(budget, { name: path, etag: "e" });
}

const withProjectId = (cloud: Cloud, name: string): string =>
  name.replace(/^projects\/(\d+)/, (_, number: string) => `projects/${cloud.projectOf(number) ?? number}`);

/**
 * Cloud Billing Budget API: https://cloud.google.com/billing/docs/reference/budget/rest. The service chooses a budget's
 * name, so two budgets can have one display name.
 */
export const billingBudgets: Service = {
  name: "billingbudgets",
  endpoints: { BILLING_BUDGETS: "v1" },
  routes: collection({
    service: "billingbudgets",
    at: BUDGETS,
    id: "",
    shape: BUDGET,
    accept,
    missing: () => notFound("Requested entity was not found."),
  }),
};
