import type { Body } from "../src/body";
import { errorOf, everything, serviceOf } from "./support";

const REST = "https://cloud.google.com/billing/docs/reference/budget/rest/v1/billingAccounts.budgets";
const BUDGETS = "billingAccounts/01A2B3-C4D5E6-0F1A2B/budgets";

/** Budgets, and a notification channel of the project. */
function world() {
  const cloud = everything();
  const channel: string = serviceOf("monitoring", cloud).post("projects/p/notificationChannels", {
    type: "email",
    labels: { email_address: "ops@example.com" },
  }).name;
  const service = serviceOf("billingbudgets", cloud);
  const create = (budget: Body = {}) =>
    service.post(BUDGETS, { displayName: "Budget", amount: { specifiedAmount: { units: "100" } }, ...budget });
  return { ...service, channel, create };
}
type World = ReturnType<typeof world>;

test.each<[string, string, (world: World) => unknown, string]>([
  ["no amount", REST, ({ create }) => create({ amount: undefined }), "400 Budget amount must be set."],
  [
    "an amount in another currency than the account's",
    `${REST}#budgetamount`,
    ({ create }) => create({ amount: { specifiedAmount: { currencyCode: "USD", units: "100" } } }),
    "400 The currency code must be that of the billing account.",
  ],
  [
    "a project by its id",
    `${REST}#filter`,
    ({ create }) => create({ budgetFilter: { projects: ["projects/p"] } }),
    "400 Invalid project in the budget's filter: projects/p",
  ],
  [
    "a notification channel that is not there",
    `${REST}#notificationsrule`,
    ({ create, channel }) => create({ notificationsRule: { monitoringNotificationChannels: [`${channel}0`] } }),
    "does not exist.",
  ],
  [
    "six notification channels",
    `${REST}#notificationsrule`,
    ({ create, channel }) => create({ notificationsRule: { monitoringNotificationChannels: Array(6).fill(channel) } }),
    "400 A budget can have at most 5 notification channels.",
  ],
  [
    "a threshold of unknown spend",
    `${REST}#basis`,
    ({ create }) => create({ thresholdRules: [{ thresholdPercent: 1, spendBasis: "PAST" }] }),
    `400 Invalid value at 'budget.threshold_rules.spend_basis': "PAST"`,
  ],
  [
    "a budget that is not there",
    `${REST}/get`,
    ({ get }) => get(`${BUDGETS}/1`),
    "404 Requested entity was not found.",
  ],
])("%s is refused (%s)", (_what, _source, run, message) => {
  expect(errorOf(() => run(world()))).toContain(message);
});

test("Google chooses the name, so two budgets can have one display name, and fills in the rest", () => {
  const { create, get, channel } = world();
  const first = create({
    thresholdRules: [{ thresholdPercent: 0.5 }],
    notificationsRule: { monitoringNotificationChannels: [channel] },
  });
  expect(first).toMatchObject({
    name: expect.stringMatching(`^${BUDGETS}/`),
    amount: { specifiedAmount: { units: "100", currencyCode: "EUR" } },
    budgetFilter: { creditTypesTreatment: "INCLUDE_ALL_CREDITS", calendarPeriod: "MONTH" },
    thresholdRules: [{ thresholdPercent: 0.5, spendBasis: "CURRENT_SPEND" }],
  });
  const second = create();
  expect(second.name).not.toBe(first.name);
  expect((get(BUDGETS).budgets as Body[]).map(({ name }) => name).sort()).toEqual([first.name, second.name].sort());
});

test("a budget is changed and deleted", () => {
  const { create, patch, get, ...service } = world();
  const { name } = create();
  patch(name, { amount: { specifiedAmount: { units: "200" } } });
  expect(get(name)).toMatchObject({ displayName: "Budget", amount: { specifiedAmount: { units: "200" } } });
  service.delete(name);
  expect(errorOf(() => get(name))).toContain("404");
});
