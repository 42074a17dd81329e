import { SecurityPolicy, type SecurityPolicyProps } from "../../constructs/edge/security-policy";
import { PATH_LENGTH } from "../../facts/google";
import { WAF_OPT_OUTS, WAF_RULE_SETS, WAF_SIGNATURE } from "../../facts/waf";
import { build, project } from "../construct";
import type { Json } from "../support";

type Exclusions = SecurityPolicyProps["waf"]["exclusions"];

const synth = (props: Partial<SecurityPolicyProps> = {}) => {
  const { resource, counts } = build((stack) => {
    new SecurityPolicy(stack, "armor", {
      project,
      name: "shop-test-web",
      waf: { mode: "preview", exclusions: [] },
      rateLimits: [],
      ...props,
    });
  });
  expect(counts).toEqual({ google_compute_security_policy: 1 });
  return resource("google_compute_security_policy.armor_policy");
};
const excluding = (...exclusions: Exclusions[number][]): Json[] => synth({ waf: { mode: "enforce", exclusions } }).rule;
const everyone = { versioned_expr: "SRC_IPS_V1", config: { src_ip_ranges: ["*"] } };
const LAST = 2 ** 31 - 1; // Cloud Armor wants a default rule of this priority

const expressionOf = (rule: Json): string => rule.match.expr?.expression ?? "";
const withRuleSet = (rules: readonly Json[], ruleSet: string): Json =>
  rules.find((rule) => expressionOf(rule).includes(`'${ruleSet}'`));
const ordered = (rules: readonly Json[]): Json[] => [...rules].sort((a, b) => a.priority - b.priority);

describe("the firewall", () => {
  const { rule: rules, advanced_options_config } = synth();

  test.each(WAF_RULE_SETS)("evaluates %s once", (ruleSet) => {
    const whole = rules.map(expressionOf).join("\n");
    expect(whole.split(`evaluatePreconfiguredWaf('${ruleSet}'`)).toHaveLength(2);
  });

  test("trusts the signatures of the first level; the canaries have levels of their own and few signatures", () => {
    const calls: string[] = rules.flatMap((rule: Json) => expressionOf(rule).split(" || ")).filter(Boolean);
    expect(calls).toHaveLength(WAF_RULE_SETS.length);
    for (const call of calls)
      expect(call).toMatch(
        /^evaluatePreconfiguredWaf\('([a-z]+-v33-stable', \{'sensitivity': 1\}|(json-sqli|cve)-canary')\)$/,
      );
  });

  test.each([
    ["preview", true],
    ["enforce", false],
  ] as const)("in the mode %s, attacks are only logged: %s", (mode, preview) => {
    const { rule } = synth({ waf: { mode, exclusions: [] } });
    for (const ruleSet of WAF_RULE_SETS.filter((name) => name !== "cve-canary"))
      expect(withRuleSet(rule, ruleSet)).toMatchObject({ action: "deny(403)", preview });
  });

  test.each(["preview", "enforce"] as const)("in the mode %s, known exploits are refused", (mode) => {
    expect(withRuleSet(synth({ waf: { mode, exclusions: [] } }).rule, "cve-canary")).toMatchObject({
      action: "deny(403)",
      preview: false,
      match: { expr: { expression: "evaluatePreconfiguredWaf('cve-canary')" } }, // checkov wants these words
    });
  });

  test("reads JSON, as far as Cloud Armor can, and writes nothing of it into the log", () => {
    expect(advanced_options_config).toEqual({
      json_parsing: "STANDARD",
      log_level: "NORMAL",
      request_body_inspection_size: "64KB",
    });
  });
});

describe("an exclusion", () => {
  const signature = "owasp-crs-v030301-id942100-sqli";

  test("of signatures switches them off, and no others", () => {
    const rules = excluding({ ruleSet: "sqli-v33-stable", signatures: [signature] });
    expect(expressionOf(withRuleSet(rules, "sqli-v33-stable"))).toContain(
      `evaluatePreconfiguredWaf('sqli-v33-stable', {'sensitivity': 1, 'opt_out_rule_ids': ['${signature}']})`,
    );
    expect(JSON.stringify(rules).split(signature)).toHaveLength(2);
    expect(JSON.stringify(rules)).not.toContain("exclusion");
  });

  test("of fields lets a rule set pass over them, and no other", () => {
    const rules = excluding({
      ruleSet: "xss-v33-stable",
      fields: [
        { in: "parameter", operator: "EQUALS", value: "note" },
        { in: "parameter", operator: "STARTS_WITH", value: "html_" },
        { in: "header", operator: "EQUALS", value: "referer" },
        { in: "cookie", operator: "EQUALS_ANY" },
        { in: "uri", operator: "CONTAINS", value: "/editor" },
      ],
    });
    expect(withRuleSet(rules, "xss-v33-stable").preconfigured_waf_config).toEqual({
      exclusion: [
        {
          target_rule_set: "xss-v33-stable",
          request_query_param: [
            { operator: "EQUALS", value: "note" },
            { operator: "STARTS_WITH", value: "html_" },
          ],
          request_header: [{ operator: "EQUALS", value: "referer" }],
          request_cookie: [{ operator: "EQUALS_ANY" }],
          request_uri: [{ operator: "CONTAINS", value: "/editor" }],
        },
      ],
    });
    expect(rules.filter((rule) => rule.preconfigured_waf_config)).toHaveLength(1);
  });

  test("of both lets these signatures pass over these fields", () => {
    const rules = excluding({
      ruleSet: "sqli-v33-stable",
      signatures: [signature],
      fields: [{ in: "parameter", operator: "EQUALS", value: "query" }],
    });
    const rule = withRuleSet(rules, "sqli-v33-stable");
    expect(expressionOf(rule)).not.toContain(signature);
    expect(rule.preconfigured_waf_config.exclusion[0]).toMatchObject({
      target_rule_set: "sqli-v33-stable",
      target_rule_ids: [signature],
    });
  });

  test("fits into Cloud Armor's expressions, with as many as there may be", () => {
    const rules = excluding(
      ...WAF_RULE_SETS.map((ruleSet) => {
        const signature = `owasp-crs-v030301-id999999-${ruleSet.replace(/-.*/, "")}`;
        expect(signature).toMatch(WAF_SIGNATURE);
        return { ruleSet, signatures: Array(WAF_OPT_OUTS).fill(signature) };
      }),
    );
    for (const expression of rules.map(expressionOf)) {
      const calls = expression.split(" || ");
      expect(calls.length).toBeLessThanOrEqual(5);
      for (const call of calls) expect(call.length).toBeLessThanOrEqual(1024);
      expect(expression.length).toBeLessThanOrEqual(2048);
    }
  });
});

describe("a rate limit", () => {
  const limits = [
    { requests: 1000, seconds: 10 },
    { path: "/api/", requests: 100, seconds: 10 },
    { path: "/api/auth/login", requests: 5, seconds: 60 },
    { path: "/API/auth/reset", requests: 3, seconds: 300 },
  ];
  const rules = ordered(synth({ rateLimits: limits }).rule).filter((rule) => rule.action === "throttle");

  test("counts each client address by itself, as Google saw it, and answers 429 above", () => {
    expect(rules).toHaveLength(4);
    for (const rule of rules)
      expect(rule).toMatchObject({
        preview: false,
        rate_limit_options: { conform_action: "allow", exceed_action: "deny(429)", enforce_on_key: "IP" },
      });
    expect(rules.map((rule) => rule.rate_limit_options.rate_limit_threshold)).toEqual([
      { count: 5, interval_sec: 60 },
      { count: 3, interval_sec: 300 },
      { count: 100, interval_sec: 10 },
      { count: 1000, interval_sec: 10 },
    ]);
  });

  test("of a longer path comes before that of a shorter one, the general one comes last", () => {
    expect(rules.map((rule) => rule.match)).toEqual([
      { expr: { expression: "request.path.urlDecode().lower().startsWith('/api/auth/login')" } },
      { expr: { expression: "request.path.urlDecode().lower().startsWith('/api/auth/reset')" } },
      { expr: { expression: "request.path.urlDecode().lower().startsWith('/api/')" } },
      everyone,
    ]);
  });

  test("that is added at the end moves no other", () => {
    const priorities = (rateLimits: SecurityPolicyProps["rateLimits"]) =>
      new Map(
        synth({ rateLimits }).rule.map((rule: Json) => [JSON.stringify([rule.action, rule.match]), rule.priority]),
      );
    const after = priorities([...limits, { path: "/api/auth/oauth", requests: 9, seconds: 60 }]);
    for (const [rule, priority] of priorities(limits)) expect(after.get(rule)).toBe(priority);
    expect(after.size).toBe(8 + 1);
  });

  test("with a ban refuses a client for a time, and becomes another rule without it", () => {
    const login = { path: "/api/login", requests: 10, seconds: 60 };
    const rulesOf = (limit: object): Json[] =>
      synth({
        rateLimits: [
          { requests: 100, seconds: 10 },
          { ...login, ...limit },
        ],
      }).rule.filter(({ rate_limit_options }: Json) => rate_limit_options);
    const [banned] = ordered(rulesOf({ ban: { seconds: 600 } }));
    const [throttled, general] = ordered(rulesOf({}));
    expect(banned).toMatchObject({
      action: "rate_based_ban",
      match: throttled?.match,
      rate_limit_options: {
        conform_action: "allow",
        exceed_action: "deny(429)",
        enforce_on_key: "IP",
        rate_limit_threshold: { count: 10, interval_sec: 60 },
        ban_duration_sec: 600,
      },
    });
    // Cloud Armor refuses to make a throttle of a ban.
    expect(banned?.priority).not.toBe(throttled?.priority);
    for (const rule of [banned, throttled]) expect(rule?.priority).toBeLessThan(general?.priority);
    expect(throttled?.rate_limit_options).not.toHaveProperty("ban_duration_sec");
  });

  test("has a priority of its own among as many of a length as there may be", () => {
    const rateLimits = Array.from({ length: 100 }, (_, i) => ({
      path: `/p${String(i).padStart(2, "0")}`,
      requests: 1,
      seconds: 60,
      ...(i % 3 === 0 && { ban: { seconds: 60 } }),
    }));
    const longer = { path: "/p001", requests: 1, seconds: 60 };
    const { rule } = synth({ rateLimits: [...rateLimits, longer] });
    const priorities: number[] = rule.map(({ priority }: Json) => priority);
    expect(new Set(priorities).size).toBe(rule.length);
    const isLonger = (r: Json) => expressionOf(r).includes("'/p001'");
    expect(rule.find(isLonger).priority).toBeLessThan(
      Math.min(
        ...rule.filter((r: Json) => expressionOf(r).includes("'/p") && !isLonger(r)).map((r: Json) => r.priority),
      ),
    );
  });

  test.each([
    ["/it's", "'/it\\'s'"],
    ["/a\\b", "'/a\\\\b'"],
    ["/'||true||'", "'/\\'||true||\\''"],
    ["/\\'", "'/\\\\\\''"],
    ['/"quoted"', "'/\"quoted\"'"],
  ])("of the path %s is an expression with one literal", (path, literal) => {
    const [rule] = ordered(synth({ rateLimits: [{ path, requests: 1, seconds: 10 }] }).rule).slice(-2);
    expect(expressionOf(rule)).toBe(`request.path.urlDecode().lower().startsWith(${literal})`);
  });

  test("of the longest path fits into Cloud Armor's subexpression", () => {
    const path = `/${"'".repeat(PATH_LENGTH - 1)}`;
    const rule = ordered(synth({ rateLimits: [{ path, requests: 1, seconds: 10 }] }).rule).at(-2);
    expect(expressionOf(rule).length).toBeLessThanOrEqual(1024);
    expect(rule.priority).toBeGreaterThan(withRuleSet(synth().rule, "lfi-v33-stable").priority);
  });
});

test("the first rule that matches ends the evaluation: exploits, attacks, limits, everything else", () => {
  const { rule } = synth({
    rateLimits: [
      { requests: 300, seconds: 60 },
      { path: "/a", requests: 1, seconds: 10 },
    ],
  });
  const rules = ordered(rule);
  expect(rules.map((r) => r.action)).toEqual([...Array(3).fill("deny(403)"), "throttle", "throttle", "allow"]);
  expect(expressionOf(rules[0])).toContain("cve-canary");
  expect(rules.at(-1)).toMatchObject({ priority: LAST, match: everyone });
  expect(new Set(rules.map((r) => r.priority)).size).toBe(rules.length);
  for (const r of rules) expect(r.description.length).toBeLessThanOrEqual(64);
});

test("it is a policy for backends, under the name that they use", () => {
  expect(synth()).toMatchObject({ name: "shop-test-web", type: "CLOUD_ARMOR" });
});

test("it waits for the API and for nothing else", () => {
  expect(synth().depends_on).toEqual(["api.compute"]);
});
