import { notFound } from "../../api-error";
import { type Body, defaults, merge } from "../../body";
import type { About } from "../../collection";
import { type Route, route } from "../../route";
import { type Shape, TEXTS } from "../../shape";
import {
  action,
  changed,
  checkEnumerations,
  checkFingerprint,
  checkFixed,
  computeCollection,
  PLACES,
  setLabels,
  wrong,
} from "./kind";
import { checkTrafficRange } from "./range";

const THRESHOLD: Shape = { count: "number", intervalSec: "number" };
const EXCLUDED: Shape = [{ op: "text", val: "text" }];
const RULE: Shape = {
  priority: "number",
  description: "text",
  action: "text",
  preview: "flag",
  match: { versionedExpr: "text", config: { srcIpRanges: ["text"] }, expr: { expression: "text" }, exprOptions: {} },
  preconfiguredWafConfig: {
    exclusions: [
      {
        targetRuleSet: "text",
        targetRuleIds: ["text"],
        requestHeadersToExclude: EXCLUDED,
        requestCookiesToExclude: EXCLUDED,
        requestUrisToExclude: EXCLUDED,
        requestQueryParamsToExclude: EXCLUDED,
      },
    ],
  },
  rateLimitOptions: {
    conformAction: "text",
    exceedAction: "text",
    enforceOnKey: "text",
    enforceOnKeyConfigs: [{}],
    rateLimitThreshold: THRESHOLD,
    banThreshold: THRESHOLD,
    banDurationSec: "number",
  },
};
const POLICY: Shape = {
  name: "text",
  type: "text",
  description: "text",
  fingerprint: "text",
  rules: [RULE],
  labels: TEXTS,
  advancedOptionsConfig: { jsonParsing: "text", logLevel: "text", requestBodyInspectionSize: "text" },
};

/** Priority of the rule for what no other is for, which every policy has. */
const LAST = 2 ** 31 - 1;

/** https://cloud.google.com/compute/docs/reference/rest/v1/securityPolicies */
const ENUMERATIONS = {
  type: ["CLOUD_ARMOR", "CLOUD_ARMOR_EDGE", "CLOUD_ARMOR_INTERNAL_SERVICE", "CLOUD_ARMOR_NETWORK"],
  "advancedOptionsConfig.jsonParsing": ["DISABLED", "STANDARD", "STANDARD_WITH_GRAPHQL"],
  "advancedOptionsConfig.logLevel": ["NORMAL", "VERBOSE"],
  "advancedOptionsConfig.requestBodyInspectionSize": ["8KB", "16KB", "32KB", "48KB", "64KB"],
};
const LIMIT_ENUMERATIONS = {
  conformAction: ["allow"],
  exceedAction: ["deny(403)", "deny(404)", "deny(429)", "deny(502)", "redirect"],
  enforceOnKey: [
    "ALL",
    "HTTP_COOKIE",
    "HTTP_HEADER",
    "HTTP_PATH",
    "IP",
    "REGION_CODE",
    "SNI",
    "TLS_JA3_FINGERPRINT",
    "TLS_JA4_FINGERPRINT",
    "USER_IP",
    "XFF_IP",
  ],
};
/** Seconds. https://cloud.google.com/armor/docs/rate-limiting-overview */
const INTERVALS = [10, 30, 60, 120, 180, 240, 270, 300, 600, 900, 1200, 1800, 2700, 3600];
/** Seconds of a ban. https://cloud.google.com/armor/docs/rate-limiting-overview */
const BANS = [60, 120, 180, 240, 270, 300, 600, 900, 1200, 1800, 2700, 3600];
/** Most requests of a limit, by its action. https://cloud.google.com/armor/docs/rate-limiting-overview */
const MOST: Readonly<Record<string, number>> = { throttle: 1_000_000, rate_based_ban: 10_000 };
const ACTIONS = /^(allow|deny\((403|404|502)\)|throttle|rate_based_ban|redirect)$/;
const OPERATORS = ["EQUALS", "STARTS_WITH", "ENDS_WITH", "CONTAINS", "EQUALS_ANY"];

const named = (sets: string, version: string): string[] =>
  sets.split(" ").flatMap((set) => [`${set}${version}-stable`, `${set}${version}-canary`]);

const OLDEST = "sqli xss lfi rfi rce methodenforcement scannerdetection protocolattack php sessionfixation";

/** https://cloud.google.com/armor/docs/waf-rules */
const RULE_SETS = new Set([
  "cve-canary",
  "json-sqli-canary",
  ...named(OLDEST, ""),
  ...named(`${OLDEST} java nodejs`, "-v33"),
  ...named(`${OLDEST} java nodejs`, "-v422"),
]);

function accept(policy: Body, { cloud, before }: About): void {
  defaults(policy, { type: "CLOUD_ARMOR", rules: [], labelFingerprint: String(cloud.next()) });
  checkEnumerations(policy, ENUMERATIONS);
  checkFixed(policy, before, ["type"]);
  if (!policy.rules.some(({ priority }: Body) => priority === LAST))
    policy.rules.push({
      action: "allow",
      priority: LAST,
      description: "default rule",
      match: { versionedExpr: "SRC_IPS_V1", config: { srcIpRanges: ["*"] } },
    });
  for (const rule of policy.rules) acceptRule(rule);
  const priorities = policy.rules.map(({ priority }: Body) => priority);
  if (new Set(priorities).size < priorities.length)
    throw wrong("rules", "", "Cannot have rules with the same priorities.");
  inOrder(policy);
  if (policy.advancedOptionsConfig)
    defaults(policy.advancedOptionsConfig, {
      jsonParsing: "DISABLED",
      logLevel: "NORMAL",
      requestBodyInspectionSize: "8KB",
    });
  policy.fingerprint = String(cloud.next());
}

/** Rules are answered by their priorities, which are compared as texts: recorded are 111111111, 2147483647, 555. */
function inOrder(policy: Body): void {
  const text = ({ priority }: Body) => String(priority);
  policy.rules.sort((one: Body, other: Body) => (text(one) < text(other) ? -1 : 1));
}

/** https://cloud.google.com/armor/docs/configure-security-policies */
function acceptRule(rule: Body): void {
  defaults(rule, { preview: false, description: "" });
  const { priority, description = "", action: taken, match, preconfiguredWafConfig } = rule;
  if (!(Number.isInteger(priority) && priority >= 0 && priority <= LAST))
    throw wrong("priority", priority, `Must be from 0 to ${LAST}.`);
  if (description.length > 64) throw wrong("description", description, "Must be no more than 64 characters.");
  if (!ACTIONS.test(taken)) throw wrong("action", taken, "It is no action of a rule.");
  if (match?.expr) checkExpression(match.expr.expression ?? "");
  // Google returns unset options as empty: https://github.com/hashicorp/terraform-provider-google/issues/24334
  if (match?.expr) defaults(match, { exprOptions: { recaptchaOptions: {} } });
  else checkAddresses(match ?? {});
  if (priority === LAST && !match?.config?.srcIpRanges?.includes("*"))
    throw wrong("match", "", "The default rule must match all requests.");
  for (const exclusion of preconfiguredWafConfig?.exclusions ?? []) checkExclusion(exclusion);
  checkLimit(rule);
}

/** https://cloud.google.com/armor/quotas#limits */
function checkAddresses({ versionedExpr, config }: Body): void {
  if (versionedExpr !== "SRC_IPS_V1") throw wrong("match", "", "A match condition must be given.");
  const ranges: string[] = config?.srcIpRanges ?? [];
  if (ranges.length < 1 || ranges.length > 10)
    throw wrong("match.config.srcIpRanges", ranges.length, "There must be from 1 to 10 ranges.");
  for (const range of ranges) if (range !== "*") checkTrafficRange("match.config.srcIpRanges", range);
}

/** https://cloud.google.com/armor/docs/rules-language-reference and https://cloud.google.com/armor/quotas#limits */
function checkExpression(expression: string): void {
  const no = (why: string) => wrong("match.expr", expression, why);
  const literal = /'(?:[^'\\\n]|\\['"\\])*'/g;
  const parts = expression.replace(literal, (text) => text.replace(/[|&]/g, ".")).split(/ (?:\|\||&&) /);
  if (expression.length > 2048) throw no("The expression is longer than 2048 characters.");
  if (parts.length > 5) throw no("The number of subexpressions exceeds the limit of 5.");
  if (parts.some((part) => part.length > 1024)) throw no("A subexpression is longer than 1024 characters.");
  if (/['\\]/.test(expression.replace(literal, ""))) throw no("Syntax error: token recognition error.");
  for (const [, set = ""] of expression.matchAll(/evaluatePreconfiguredWaf\('([^']*)'/g))
    if (!RULE_SETS.has(set)) throw no(`'${set}' is not a supported preconfigured expression set.`);
}

/** https://cloud.google.com/armor/docs/rule-tuning#exclude_specific_request_parameters_from_being_inspected */
function checkExclusion(exclusion: Body): void {
  const no = (value: unknown, why: string) => wrong("preconfiguredWafConfig.exclusions", value, why);
  if (!RULE_SETS.has(exclusion.targetRuleSet)) throw no(exclusion.targetRuleSet, "It is no rule set.");
  const kinds: Body[][] = ["Headers", "Cookies", "Uris", "QueryParams"].map(
    (kind) => exclusion[`request${kind}ToExclude`] ?? [],
  );
  if (!kinds.flat().length) throw no("", "An exclusion must have a request field.");
  for (const fields of kinds)
    if (fields.length > 10) throw no(fields.length, "The number of request fields exceeds the limit of 10.");
  for (const { op, val } of kinds.flat()) {
    if (!OPERATORS.includes(op)) throw no(op, `Must be one of ${OPERATORS.join(", ")}.`);
    if ((op === "EQUALS_ANY") === Boolean(val)) throw no(val, `With the operator ${op}.`);
  }
}

/** https://cloud.google.com/armor/docs/rate-limiting-overview */
function checkLimit({ action: taken, rateLimitOptions: limit }: Body): void {
  if (["throttle", "rate_based_ban"].includes(taken) !== Boolean(limit))
    throw wrong(
      "rateLimitOptions",
      "",
      "Rate limit options must be specified if the action is 'fairshare', 'rate_based_ban' or 'throttle'. It cannot be specified for any other actions",
    );
  if (!limit) return;
  checkEnumerations(limit, LIMIT_ENUMERATIONS, "rateLimitOptions.");
  if (taken !== "rate_based_ban" && (limit.banDurationSec || limit.banThreshold))
    throw wrong("rateLimitOptions.banDurationSec", limit.banDurationSec, "Only with the action 'rate_based_ban'.");
  if (limit.enforceOnKey && limit.enforceOnKeyConfigs?.length)
    throw wrong("rateLimitOptions.enforceOnKey", limit.enforceOnKey, "Not together with enforceOnKeyConfigs.");
  if (taken === "rate_based_ban" && !BANS.includes(limit.banDurationSec))
    throw wrong("rateLimitOptions.banDurationSec", limit.banDurationSec, `Must be one of ${BANS.join(", ")}.`);
  checkThreshold("rateLimitThreshold", limit.rateLimitThreshold ?? {}, taken);
  if (limit.banThreshold) checkThreshold("banThreshold", limit.banThreshold, taken);
}

function checkThreshold(field: string, { count, intervalSec }: Body, taken: string): void {
  const at = `rateLimitOptions.${field}`;
  const most = MOST[taken] as number;
  if (!(count >= 1 && count <= most)) throw wrong(`${at}.count`, count, `Must be from 1 to ${most}.`);
  if (!INTERVALS.includes(intervalSec))
    throw wrong(`${at}.intervalSec`, intervalSec, `Must be one of ${INTERVALS.join(", ")}.`);
}

/** What a change leaves of an object: a field that the mask names and the body lacks goes. */
function cleared(object: Body, body: Body, mask: string | null): Body {
  for (const field of mask?.split(",") ?? []) {
    const [first = "", second] = field.split(".").map((part) => part.replace(/_([a-z])/g, (_, c) => c.toUpperCase()));
    if (!second && body[first] === undefined) delete object[first];
    if (second && body[first]?.[second] === undefined) delete object[first]?.[second];
  }
  return object;
}

const needRule = (policy: Body, query: URLSearchParams): Body => {
  const rule = policy.rules.find(({ priority }: Body) => String(priority) === query.get("priority"));
  if (!rule) throw wrong("priority", query.get("priority"), "The rule with this priority does not exist.");
  return rule;
};

/** Rules too, as recorded, despite the page: https://cloud.google.com/compute/docs/reference/rest/v1/securityPolicies/patch */
const patch = (at: string): Route =>
  route(
    "PATCH",
    `${at}/{id}`,
    (call, cloud) => {
      const { path, query } = call;
      const key = `compute/${path}`;
      const before = cloud.need(key, notFound(`The resource '${path}' was not found`));
      cloud.needReady(key);
      checkFingerprint(before.fingerprint, call.body.fingerprint);
      const { rules, ...others } = call.body;
      const body = rules?.length ? { ...others, rules } : others; // none stands for no change
      const after = cleared(merge(structuredClone(before), body), body, query.get("updateMask"));
      accept(after, { cloud, call, path, key, before });
      cloud.store.set(key, after);
      return changed(cloud, path);
    },
    POLICY,
  );

const policiesAt = (at: string): Route[] => [
  ...computeCollection({ at, type: "google_compute_security_policy", shape: POLICY, accept, update: "none" }),
  patch(at),
  setLabels(at),
  action(
    at,
    "addRule",
    (policy, body) => {
      const rule = structuredClone(body);
      if (policy.rules.some(({ priority }: Body) => priority === rule.priority))
        throw wrong("priority", rule.priority, "Cannot have rules with the same priorities.");
      acceptRule(rule);
      policy.rules.push(rule);
      inOrder(policy);
    },
    { shape: RULE },
  ),
  action(
    at,
    "patchRule",
    (policy, body, { query }) => {
      const before = needRule(policy, query);
      const after = cleared({ ...before, ...structuredClone(body) }, body, query.get("updateMask"));
      acceptRule(after);
      // https://cloud.google.com/armor/docs/rate-limiting-overview
      if (before.action === "rate_based_ban" && after.action === "throttle")
        throw wrong("action", after.action, "A rule with the action 'rate_based_ban' cannot be changed to 'throttle'.");
      policy.rules[policy.rules.indexOf(before)] = after;
    },
    { shape: RULE },
  ),
  action(at, "removeRule", (policy, _body, { query }) => {
    const rule = needRule(policy, query);
    if (rule.priority === LAST) throw wrong("priority", LAST, "The default rule cannot be removed.");
    policy.rules = policy.rules.filter((other: Body) => other !== rule);
  }),
];

/** https://cloud.google.com/compute/docs/reference/rest/v1/securityPolicies and .../regionSecurityPolicies */
export const securityPolicies: Route[] = PLACES.flatMap((place) => policiesAt(`${place}/securityPolicies`));
