import { setLoadBalancers } from "../src/services/compute/load-balancer";
import {
  at,
  type Compute,
  certificate,
  exclusion,
  expectRefused,
  expression,
  fingerprint,
  GLOBAL,
  LIMIT,
  limit,
  policy,
  type Refused,
  RULE,
  rule,
  sslPolicy,
  world,
} from "./compute-world";
import { errorOf } from "./support";

const REST = "https://cloud.google.com/compute/docs/reference/rest/v1";
const SSL = "https://cloud.google.com/load-balancing/docs/ssl-policies-concepts";
const CERTIFICATES = "https://cloud.google.com/load-balancing/docs/ssl-certificates/google-managed-certs";
const ARMOR = "https://cloud.google.com/armor/docs/configure-security-policies";
const ARMOR_LIMITS = "https://cloud.google.com/armor/quotas#limits";
const WAF = "https://cloud.google.com/armor/docs/waf-rules";
const TUNING = "https://cloud.google.com/armor/docs/rule-tuning";
const RATES = "https://cloud.google.com/armor/docs/rate-limiting-overview";

describe("Compute Engine refuses", () => {
  test.each<Refused>([
    ["an unknown profile", sslPolicy({ profile: "STRICT" }), at("profile", "STRICT"), SSL],
    ["an unknown version of TLS", sslPolicy({ minTlsVersion: "TLS_2" }), at("minTlsVersion", "TLS_2"), SSL],
    [
      "TLS 1.3 with another profile",
      sslPolicy({ profile: "MODERN", minTlsVersion: "TLS_1_3" }),
      at("profile", "MODERN"),
      SSL,
    ],
    [
      "FIPS with another version",
      sslPolicy({ profile: "FIPS_202205", minTlsVersion: "TLS_1_1" }),
      at("minTlsVersion", "TLS_1_1"),
      SSL,
    ],
    ["features of a profile that is given", sslPolicy({ customFeatures: ["x"] }), at("customFeatures", "x"), SSL],
    [
      "a change of an SSL policy without fingerprint",
      (c) => {
        sslPolicy({})(c);
        return c.patch(`${GLOBAL}/sslPolicies/new`, { profile: "MODERN" });
      },
      "412 Invalid fingerprint.",
      `${REST}/sslPolicies/patch`,
    ],
    ["a certificate for nothing", certificate(), at("managed.domains", "0"), CERTIFICATES],
    [
      "a certificate for 101 domains",
      certificate(Array.from({ length: 101 }, (_, i) => `h${i}.example.com`)),
      at("managed.domains", "101"),
      CERTIFICATES,
    ],
    [
      "a certificate for no domain",
      certificate(["None"]),
      at("managed.domains[0]", "None", "Invalid domain name specified."),
      CERTIFICATES,
    ],
    [
      "a certificate with a wildcard",
      certificate(["a.example.com", "*.example.com"]),
      at("managed.domains[1]", "*.example.com"),
      CERTIFICATES,
    ],

    ["an unknown type of policy", policy({ type: "ARMOR" }), at("type", "ARMOR"), `${REST}/securityPolicies`],
    [
      "an unknown way to parse",
      policy({ advancedOptionsConfig: { jsonParsing: "ON" } }),
      at("advancedOptionsConfig.jsonParsing", "ON"),
      `${REST}/securityPolicies`,
    ],
    [
      "an unknown log level",
      policy({ advancedOptionsConfig: { logLevel: "LOUD" } }),
      at("advancedOptionsConfig.logLevel", "LOUD"),
      `${REST}/securityPolicies`,
    ],
    [
      "an unknown size of bodies",
      policy({ advancedOptionsConfig: { requestBodyInspectionSize: "1MB" } }),
      at("advancedOptionsConfig.requestBodyInspectionSize", "1MB"),
      `${REST}/securityPolicies`,
    ],
    [
      "two rules of one priority",
      policy({ rules: [RULE, RULE] }),
      "Cannot have rules with the same priorities.",
      ARMOR,
    ],
    ["a negative priority", rule({ priority: -1 }), at("priority", "-1"), `${REST}/securityPolicies`],
    [
      "a long description",
      rule({ description: "x".repeat(65) }),
      "400 Invalid value for field 'resource.description'",
      ARMOR_LIMITS,
    ],
    ["an unknown action", rule({ action: "deny(429)" }), at("action", "deny(429)"), `${REST}/securityPolicies`],
    ["no condition", rule({ match: {} }), at("match", ""), `${REST}/securityPolicies`],
    [
      "a condition on 11 ranges",
      rule({ match: { versionedExpr: "SRC_IPS_V1", config: { srcIpRanges: Array(11).fill("10.0.0.0/8") } } }),
      at("match.config.srcIpRanges", "11"),
      ARMOR_LIMITS,
    ],
    [
      "a condition on no range",
      rule({ match: { versionedExpr: "SRC_IPS_V1", config: { srcIpRanges: ["here"] } } }),
      at("match.config.srcIpRanges", "here"),
      `${REST}/securityPolicies`,
    ],
    [
      "a default rule for some",
      rule({ priority: 2 ** 31 - 1, match: { versionedExpr: "SRC_IPS_V1", config: { srcIpRanges: ["10.0.0.0/8"] } } }),
      at("match", "", "The default rule must match all"),
      `${REST}/securityPolicies`,
    ],
    [
      "a long expression",
      expression(`request.path == '${"x".repeat(2048)}'`),
      "The expression is longer than 2048 characters.",
      ARMOR_LIMITS,
    ],
    [
      "six subexpressions",
      expression(Array(6).fill("true").join(" || ")),
      "The number of subexpressions exceeds the limit of 5.",
      ARMOR_LIMITS,
    ],
    [
      "a long subexpression",
      expression(`request.path == '${"x".repeat(1024)}'`),
      "A subexpression is longer than 1024 characters.",
      ARMOR_LIMITS,
    ],
    [
      "an open literal",
      expression("request.path == 'x"),
      "Syntax error: token recognition error.",
      "https://cloud.google.com/armor/docs/rules-language-reference",
    ],
    [
      "an unknown rule set",
      expression("evaluatePreconfiguredWaf('sqli-v1-stable')"),
      "'sqli-v1-stable' is not a supported preconfigured expression set.",
      WAF,
    ],
    [
      "an exclusion from an unknown set",
      exclusion({ targetRuleSet: "none", requestUrisToExclude: [{ op: "EQUALS_ANY" }] }),
      at("preconfiguredWafConfig.exclusions", "none"),
      TUNING,
    ],
    [
      "an exclusion of no field",
      exclusion({ targetRuleSet: "sqli-v33-stable" }),
      "An exclusion must have a request field.",
      TUNING,
    ],
    [
      "an exclusion of 11 fields",
      exclusion({ targetRuleSet: "sqli-v33-stable", requestUrisToExclude: Array(11).fill({ op: "EQUALS", val: "/" }) }),
      "The number of request fields exceeds the limit of 10.",
      ARMOR_LIMITS,
    ],
    [
      "an unknown operator",
      exclusion({ targetRuleSet: "sqli-v33-stable", requestUrisToExclude: [{ op: "IS", val: "/" }] }),
      at("preconfiguredWafConfig.exclusions", "IS"),
      TUNING,
    ],
    [
      "an operator without its value",
      exclusion({ targetRuleSet: "sqli-v33-stable", requestUrisToExclude: [{ op: "EQUALS", val: "" }] }),
      "With the operator EQUALS.",
      TUNING,
    ],
    [
      "a limit of what is no limit",
      rule({ rateLimitOptions: LIMIT }),
      at("rateLimitOptions", "", "Rate limit options must be specified"),
      RATES,
    ],
    [
      "a throttle without limit",
      rule({ action: "throttle" }),
      at("rateLimitOptions", "", "Rate limit options must be specified"),
      RATES,
    ],
    [
      "an unknown interval",
      limit({ rateLimitThreshold: { count: 1, intervalSec: 45 } }),
      at("rateLimitOptions.rateLimitThreshold.intervalSec", "45"),
      RATES,
    ],
    [
      "a limit of nothing",
      limit({ rateLimitThreshold: { count: 0, intervalSec: 60 } }),
      at("rateLimitOptions.rateLimitThreshold.count", "0"),
      RATES,
    ],
    [
      "an unknown action below the limit",
      limit({ conformAction: "deny(403)" }),
      at("rateLimitOptions.conformAction", "deny(403)"),
      RATES,
    ],
    [
      "an unknown action above the limit",
      limit({ exceedAction: "deny(500)" }),
      at("rateLimitOptions.exceedAction", "deny(500)"),
      RATES,
    ],
    ["an unknown key", limit({ enforceOnKey: "USER" }), at("rateLimitOptions.enforceOnKey", "USER"), RATES],
    [
      "a key and keys",
      limit({ enforceOnKeyConfigs: [{ enforceOnKeyType: "IP" }] }),
      at("rateLimitOptions.enforceOnKey", "IP", "Not together"),
      RATES,
    ],
    ["a ban of who is throttled", limit({ banDurationSec: 60 }), at("rateLimitOptions.banDurationSec", "60"), RATES],
    ["a ban without a time", limit({}, "rate_based_ban"), at("rateLimitOptions.banDurationSec", ""), RATES],
    [
      "a ban of an unknown time",
      limit({ banDurationSec: 90 }, "rate_based_ban"),
      at("rateLimitOptions.banDurationSec", "90"),
      RATES,
    ],
    [
      "a throttle of too many requests",
      limit({ rateLimitThreshold: { count: 1_000_001, intervalSec: 60 } }),
      at("rateLimitOptions.rateLimitThreshold.count", "1000001"),
      RATES,
    ],
    [
      "a ban after too many requests",
      limit({ rateLimitThreshold: { count: 10_001, intervalSec: 60 }, banDurationSec: 60 }, "rate_based_ban"),
      at("rateLimitOptions.rateLimitThreshold.count", "10001"),
      RATES,
    ],
    [
      "a ban that becomes a throttle",
      (c) => {
        limit({ banDurationSec: 600 }, "rate_based_ban")(c);
        return c.post(
          `${GLOBAL}/securityPolicies/new/patchRule`,
          { action: "throttle", rateLimitOptions: LIMIT },
          { priority: "1" },
        );
      },
      at("action", "throttle"),
      RATES,
    ],
    [
      "a ban after an unknown interval",
      limit({ banThreshold: { count: 1, intervalSec: 1 }, banDurationSec: 60 }, "rate_based_ban"),
      at("rateLimitOptions.banThreshold.intervalSec", "1"),
      RATES,
    ],
    [
      "another type of policy",
      (c) => {
        policy({})(c);
        return c.patch(`${GLOBAL}/securityPolicies/new`, {
          type: "CLOUD_ARMOR_EDGE",
          fingerprint: fingerprint(c, `${GLOBAL}/securityPolicies/new`),
        });
      },
      at("type", "CLOUD_ARMOR_EDGE", "The field cannot be changed."),
      `${REST}/securityPolicies`,
    ],
    [
      "a change of a policy without fingerprint",
      (c) => {
        policy({})(c);
        return c.patch(`${GLOBAL}/securityPolicies/new`, {});
      },
      "412 Invalid fingerprint.",
      `${REST}/securityPolicies`,
    ],
    [
      "another rule of the same priority",
      (c) => {
        rule({})(c);
        return c.post(`${GLOBAL}/securityPolicies/new/addRule`, RULE);
      },
      at("priority", "1", "Cannot have rules with the same priorities."),
      `${REST}/securityPolicies/addRule`,
    ],
    [
      "an invalid rule that is added",
      (c) => {
        policy({})(c);
        return c.post(`${GLOBAL}/securityPolicies/new/addRule`, { ...RULE, action: "drop" });
      },
      at("action", "drop"),
      `${REST}/securityPolicies/addRule`,
    ],
    [
      "a change that makes a rule invalid",
      (c) => {
        rule({})(c);
        return c.post(`${GLOBAL}/securityPolicies/new/patchRule`, { action: "throttle" }, { priority: "1" });
      },
      at("rateLimitOptions", ""),
      `${REST}/securityPolicies/patchRule`,
    ],
    [
      "a change of no rule",
      (c) => {
        rule({})(c);
        return c.post(`${GLOBAL}/securityPolicies/new/patchRule`, {}, { priority: "2" });
      },
      at("priority", "2"),
      `${REST}/securityPolicies/patchRule`,
    ],
    [
      "removal of the default rule",
      (c) => {
        rule({})(c);
        return c.post(`${GLOBAL}/securityPolicies/new/removeRule`, {}, { priority: "2147483647" });
      },
      "The default rule cannot be removed.",
      `${REST}/securityPolicies/removeRule`,
    ],
  ])("%s", (...refused) => expectRefused(refused));

  test.each([
    ["security_policy", "securityPolicies/new", policy({}), "backendServices/b"],
    [
      "ssl_certificate",
      "sslCertificates/new",
      (c: Compute) =>
        c.post(`${GLOBAL}/sslCertificates`, { name: "new", type: "MANAGED", managed: { domains: ["a.io"] } }),
      "targetHttpsProxies/lb",
    ],
    [
      "ssl_policy",
      "sslPolicies/new",
      (c: Compute) => c.post(`${GLOBAL}/sslPolicies`, { name: "new" }),
      "targetHttpsProxies/lb",
    ],
    ["address", "addresses/new", (c: Compute) => c.post(`${GLOBAL}/addresses`, { name: "new" }), "forwardingRules/lb"],
  ])("deletion of a load balancer's %s", (kind, path, make, user) => {
    const compute = world();
    make(compute);
    const uses = { certificates: ["new"], sslPolicy: "new", address: "new", backends: { b: "new" }, routes: [] };
    setLoadBalancers(compute.cloud, "p", [{ name: "lb", ...uses }]);
    const remove = () => compute.delete(`${GLOBAL}/${path}`);
    // https://github.com/GoogleCloudPlatform/terraform-google-cloud-armor/issues/59
    expect(errorOf(remove)).toBe(
      `400 The ${kind} resource '${GLOBAL}/${path}' is already being used by '${GLOBAL}/${user}'`,
    );
    setLoadBalancers(compute.cloud, "p", []);
    remove();
  });
});

test("an SSL policy and a certificate are completed", () => {
  const compute = world();
  sslPolicy({})(compute);
  const path = `${GLOBAL}/sslPolicies/new`;
  expect(compute.get(path)).toMatchObject({ profile: "COMPATIBLE", minTlsVersion: "TLS_1_0" });
  // https://cloud.google.com/load-balancing/docs/ssl-policies-concepts
  expect(compute.get(path).enabledFeatures).toContain("TLS_RSA_WITH_3DES_EDE_CBC_SHA");
  compute.patch(path, { profile: "RESTRICTED", minTlsVersion: "TLS_1_3", fingerprint: fingerprint(compute, path) });
  expect(compute.get(path)).toMatchObject({ profile: "RESTRICTED", enabledFeatures: { length: 6 } });
  certificate(["shop.example.com", "example.com."])(compute);
  expect(compute.get(`${GLOBAL}/sslCertificates/new`).managed.domains).toHaveLength(2);
});

test("a security policy has a default rule, and its rules change one by one", () => {
  const compute = world();
  const path = `${GLOBAL}/securityPolicies/new`;
  policy({ advancedOptionsConfig: { jsonParsing: "STANDARD", logLevel: "" } })(compute);
  expect(compute.get(path)).toMatchObject({
    type: "CLOUD_ARMOR",
    rules: [{ action: "allow", priority: 2 ** 31 - 1, preview: false }],
    advancedOptionsConfig: { jsonParsing: "STANDARD", requestBodyInspectionSize: "8KB" },
  });
  const waf = {
    match: {
      versionedExpr: "",
      expr: { expression: "evaluatePreconfiguredWaf('sqli-v33-stable', {'sensitivity': 1})" },
    },
  };
  const exclusions = [{ targetRuleSet: "sqli-v33-stable", requestUrisToExclude: [{ op: "EQUALS_ANY", val: "" }] }];
  compute.post(`${path}/addRule`, { ...RULE, ...waf, preconfiguredWafConfig: { exclusions } });
  compute.post(`${path}/patchRule`, { preview: true }, { priority: "1" });
  expect(compute.get(path).rules[0]).toMatchObject({
    preview: true,
    action: "allow",
    preconfiguredWafConfig: { exclusions },
  });
  compute.post(`${path}/patchRule`, { ...RULE, ...waf }, { priority: "1", updateMask: "preconfigured_waf_config" });
  expect(compute.get(path).rules[0].preconfiguredWafConfig).toBeUndefined();
  compute.post(
    `${path}/patchRule`,
    { ...RULE, action: "throttle", rateLimitOptions: LIMIT },
    { priority: "1", updateMask: "rate_limit_options,rate_limit_options.enforce_on_key" },
  );
  compute.post(`${path}/patchRule`, RULE, { priority: "1", updateMask: "rate_limit_options" });
  expect(compute.get(path).rules[0]).toEqual({ ...RULE, preview: true, description: "" });
  compute.post(`${path}/removeRule`, {}, { priority: "1" });
  expect(compute.get(path).rules).toHaveLength(1);
});

test("a throttle becomes a ban, with what it lasts", () => {
  const compute = world();
  const path = `${GLOBAL}/securityPolicies/new`;
  limit({})(compute);
  const ban = { ...LIMIT, banDurationSec: 600 };
  compute.post(`${path}/patchRule`, { action: "rate_based_ban", rateLimitOptions: ban }, { priority: "1" });
  expect(compute.get(path).rules[0]).toMatchObject({ action: "rate_based_ban", rateLimitOptions: ban });
});

test("a change of a security policy is of what it names, rules apart", () => {
  const compute = world();
  const path = `${GLOBAL}/securityPolicies/new`;
  policy({
    description: "before",
    rules: [RULE],
    advancedOptionsConfig: { logLevel: "NORMAL", userIpRequestHeaders: ["x"] },
  })(compute);
  const body = { advancedOptionsConfig: { logLevel: "VERBOSE" }, rules: [], fingerprint: fingerprint(compute, path) };
  compute.patch(path, body, { updateMask: "advanced_options_config.user_ip_request_headers" });
  const after = compute.get(path);
  expect(after).toMatchObject({
    description: "before",
    advancedOptionsConfig: { logLevel: "VERBOSE", jsonParsing: "DISABLED" },
  });
  expect(after.advancedOptionsConfig.userIpRequestHeaders).toBeUndefined();
  expect(after.rules).toHaveLength(2);
});
