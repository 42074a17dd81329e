/**
 * Rule sets of Cloud Armor's web application firewall that every public service has, by the rule that evaluates them:
 * five in a rule, the most that it takes, because a project's rules with expressions are few (a new one may have 20 in
 * all its policies). Left out are `methodenforcement`, which refuses PUT, PATCH and DELETE, and `php` and `java`, whose
 * attacks are on runtimes that are not here: they would find nothing but harmless text.
 * {@link https://cloud.google.com/armor/docs/waf-rules} {@link https://cloud.google.com/armor/quotas}
 */
export const WAF_RULES = {
  "Known exploits, Log4j's and the like": ["cve-canary"],
  "Injected code": ["sqli-v33-stable", "json-sqli-canary", "xss-v33-stable", "rce-v33-stable", "nodejs-v33-stable"],
  "Files, scanners, protocol and sessions": [
    "lfi-v33-stable",
    "rfi-v33-stable",
    "scannerdetection-v33-stable",
    "protocolattack-v33-stable",
    "sessionfixation-v33-stable",
  ],
} as const;
export const WAF_RULE_SETS = Object.values(WAF_RULES).flat();
export type WafRuleSet = (typeof WAF_RULE_SETS)[number];

/** Id of a signature in a rule set, as the load balancer's log has it (`preconfiguredExprIds`). */
export const WAF_SIGNATURE = /^(owasp-crs(-v\d{6})?|google-mrs-v\d{6})-id\d{6}-[a-z]+$/;

/** Whether a signature belongs to a rule set: its id ends in the kind of attack. */
export const signedBy = (ruleSet: WafRuleSet, signature: string): boolean =>
  signature.endsWith(`-${ruleSet.replace(/^json-|-(v33-stable|canary)$/g, "")}`);

/** Signatures that may be opted out in one rule set: five sets of them fit into an expression of 2048 characters. */
export const WAF_OPT_OUTS = 7;

/** Parts of a request that signatures may be told to pass over; a parameter is one of the query or of the body. */
export const WAF_FIELDS = ["header", "cookie", "uri", "parameter"] as const;

/**
 * What a part's name, or a piece of it, can be: headers are tokens, cookies end at punctuation, and URIs are visible
 * characters. {@link https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2}
 * {@link https://www.rfc-editor.org/rfc/rfc6265#section-5.2} {@link https://www.rfc-editor.org/rfc/rfc3986#section-2}
 */
export const WAF_NAMES: Readonly<
  Record<(typeof WAF_FIELDS)[number], { readonly pattern: RegExp; readonly like: string }>
> = {
  header: { pattern: /^[\w!#$%&'*+.^`|~-]+$/, like: "x-request-id" },
  cookie: { pattern: /^[^\s=;,\p{Cc}]+$/u, like: "session_id" },
  uri: { pattern: /^[!-~]+$/, like: "/search" },
  parameter: { pattern: /^\P{Cc}+$/u, like: "filter" },
};

/**
 * How a part's name (of a URI: the URI) is compared; EQUALS_ANY takes no value.
 * {@link https://cloud.google.com/armor/docs/rule-tuning}
 */
export const WAF_OPERATORS = ["EQUALS", "STARTS_WITH", "ENDS_WITH", "CONTAINS", "EQUALS_ANY"] as const;

/**
 * Parts of a kind that one rule set, or one signature, may pass over in all exclusions together.
 * {@link https://cloud.google.com/armor/quotas#limits}
 */
export const WAF_FIELDS_OF_A_KIND = 10;
