import { BillingBudget } from "@cdktf/provider-google/lib/billing-budget";
import { MonitoringNotificationChannel } from "@cdktf/provider-google/lib/monitoring-notification-channel";
import { Construct } from "constructs";
import type { Project } from "./project";

export interface BudgetProps {
  readonly project: Project;
  /** Name of the budget and its notification channel. */
  readonly name: string;
  /** ID of the billing account. */
  readonly account: string;
  /** Amount for a month, in the account's currency. */
  readonly monthly: number;
  /** E-mail address to notify, besides the billing account's administrators. */
  readonly email: string;
}

/** Shares of the budget at which messages are sent. */
const THRESHOLDS = [0.5, 0.9, 1];

/**
 * Sends messages when the project's costs reach a part of a monthly budget, or when Google expects that they will exceed
 * it. It stops nothing.
 * {@link https://cloud.google.com/billing/docs/how-to/budgets}
 */
export class Budget extends Construct {
  constructor(scope: Construct, id: string, props: BudgetProps) {
    super(scope, id);
    const { project, name } = props;
    const channel = new MonitoringNotificationChannel(this, "email", {
      project: project.id,
      displayName: name,
      type: "email",
      labels: { email_address: props.email },
      dependsOn: [project.api("monitoring")],
    });
    new BillingBudget(this, "budget", {
      billingAccount: props.account,
      displayName: name,
      budgetFilter: { projects: [`projects/${project.number}`] },
      amount: { specifiedAmount: { units: String(props.monthly) } },
      thresholdRules: [
        ...THRESHOLDS.map((thresholdPercent) => ({ thresholdPercent, spendBasis: "CURRENT_SPEND" })),
        { thresholdPercent: 1, spendBasis: "FORECASTED_SPEND" },
      ],
      allUpdatesRule: { monitoringNotificationChannels: [channel.name] },
      dependsOn: [project.api("billingbudgets")],
    });
  }
}
