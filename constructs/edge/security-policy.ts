import {
  ComputeSecurityPolicy,
  type ComputeSecurityPolicyRule,
} from "@cdktf/provider-google/lib/compute-security-policy";
import { Construct } from "constructs";
import { type WAF_FIELDS, type WAF_OPERATORS, WAF_RULES, type WafRuleSet } from "../../facts/waf";
import type { Project } from "../project/project";

export interface RateLimit {
  /**
   * Beginning of the paths that it is for, as decoded and in any case; without it, those that no other limit is for. A
   * request counts to the limit with the longest path alone.
   */
  readonly path?: string;
  /** Requests of one client address in the interval; more are answered 429. */
  readonly requests: number;
  /** Interval in seconds, one that Cloud Armor knows. */
  readonly seconds: number;
}

/**
 * What the firewall passes over, at least one of signatures and fields.
 * {@link https://cloud.google.com/armor/docs/rule-tuning}
 */
export interface WafExclusion {
  /** Rule set that finds what is harmless. */
  readonly ruleSet: WafRuleSet;
  /** Ids of signatures; without fields they are off, without them the fields are for the whole rule set. */
  readonly signatures?: readonly string[];
  /** Parts of requests that the signatures do not look at. */
  readonly fields?: readonly {
    /** Kind of the part. */
    readonly in: (typeof WAF_FIELDS)[number];
    /** How the part's name (of a URI: the URI) is compared with the value. */
    readonly operator: (typeof WAF_OPERATORS)[number];
    /** Absent for EQUALS_ANY. */
    readonly value?: string;
  }[];
}

export interface SecurityPolicyProps {
  readonly project: Project;
  /** Name of the policy. */
  readonly name: string;
  /**
   * Web application firewall: what it finds is only logged (preview) or answered 403 (enforce); known exploits always
   * are.
   */
  readonly waf: { readonly mode: "preview" | "enforce"; readonly exclusions: readonly WafExclusion[] };
  /** In any order; at most one without a path. */
  readonly rateLimits: readonly RateLimit[];
}

/** Priority of the limit without a path; those of paths come before it. */
const GENERAL_LIMIT = 100_000;
const EVERYONE = { versionedExpr: "SRC_IPS_V1", config: { srcIpRanges: ["*"] } };

/**
 * A Cloud Armor policy for one backend: known exploits, other attacks, rate limits. The first rule that matches ends
 * the evaluation, and a limit that is kept allows, so limits come last.
 * {@link https://cloud.google.com/armor/docs/security-policy-overview}
 */
export class SecurityPolicy extends Construct {
  readonly name: string;

  constructor(scope: Construct, id: string, props: SecurityPolicyProps) {
    super(scope, id);
    const policy = new ComputeSecurityPolicy(this, "policy", {
      project: props.project.id,
      name: props.name,
      type: "CLOUD_ARMOR",
      // The level VERBOSE would write what clients sent into the log; signatures' ids are in it anyway.
      advancedOptionsConfig: { jsonParsing: "STANDARD", logLevel: "NORMAL" },
      rule: [
        ...Object.entries(WAF_RULES).map(([description, ruleSets], index) => ({
          ...firewallRule(ruleSets, props.waf.exclusions),
          priority: 1000 + 100 * index,
          description,
          preview: props.waf.mode === "preview" && !ruleSets.some((ruleSet) => ruleSet === "cve-canary"),
        })),
        ...limitRules(props.rateLimits),
        { action: "allow", priority: 2 ** 31 - 1, description: "Everything else", preview: false, match: EVERYONE },
      ],
      lifecycle: { createBeforeDestroy: true }, // one that leaves goes after the load balancer has let go of it
      dependsOn: [props.project.api("compute")],
    });
    // Newer than the bindings. By default the firewall sees 8 KB; what is behind these 64 passes unseen.
    policy.addOverride("advanced_options_config.request_body_inspection_size", "64KB");
    this.name = policy.name;
  }
}

function firewallRule(ruleSets: readonly WafRuleSet[], exclusions: readonly WafExclusion[]) {
  const passedOver = exclusions.filter(({ ruleSet, fields }) => ruleSets.includes(ruleSet) && fields);
  return {
    action: "deny(403)",
    match: { expr: { expression: ruleSets.map((ruleSet) => evaluation(ruleSet, exclusions)).join(" || ") } },
    ...(passedOver.length && {
      preconfiguredWafConfig: {
        exclusion: passedOver.map(({ ruleSet, signatures, fields = [] }) => {
          const of = (kind: (typeof WAF_FIELDS)[number]) => {
            const found = fields.filter((field) => field.in === kind);
            return found.length ? found.map(({ operator, value }) => ({ operator, value })) : undefined;
          };
          return {
            targetRuleSet: ruleSet,
            targetRuleIds: signatures && [...signatures],
            requestHeader: of("header"),
            requestCookie: of("cookie"),
            requestUri: of("uri"),
            requestQueryParam: of("parameter"),
          };
        }),
      },
    }),
  };
}

/**
 * Whether a rule set's signatures find something: those of the first level, which hardly ever mistake harmless text.
 * The canaries hold few signatures, of other levels, and are evaluated whole.
 */
function evaluation(ruleSet: WafRuleSet, exclusions: readonly WafExclusion[]): string {
  const off = exclusions.flatMap((e) => (e.ruleSet === ruleSet && !e.fields ? (e.signatures ?? []) : []));
  const options = [
    ...(ruleSet.endsWith("-canary") ? [] : ["'sensitivity': 1"]),
    ...(off.length ? [`'opt_out_rule_ids': [${off.map(quote).join(", ")}]`] : []),
  ];
  return `evaluatePreconfiguredWaf(${quote(ruleSet)}${options.length ? `, {${options.join(", ")}}` : ""})`;
}

/**
 * A rule for each limit. The provider changes rules one by one, by priority, so that of a limit follows from its path:
 * longer paths come first, and a limit that is added at the end moves no other. Of one length no two match one request.
 */
function limitRules(limits: readonly RateLimit[]): ComputeSecurityPolicyRule[] {
  const lengths = limits.map(({ path = "" }) => path.length);
  return limits.map(({ path, requests, seconds }, index) => ({
    action: "throttle",
    priority:
      GENERAL_LIMIT - 100 * (path ?? "").length + lengths.slice(0, index).filter((l) => l === lengths[index]).length,
    description: `At most ${requests} requests in ${seconds} s from one address`,
    preview: false,
    match: path
      ? // Upper case and percent-encoding are no way around. https://cloud.google.com/armor/docs/configure-security-policies#path-traversal-and-normalization
        { expr: { expression: `request.path.urlDecode().lower().startsWith(${quote(path.toLowerCase())})` } }
      : EVERYONE,
    rateLimitOptions: {
      conformAction: "allow",
      exceedAction: "deny(429)",
      // The address that connects to Google's edge. Of X-Forwarded-For the client writes what it likes, a new one each
      // time.
      enforceOnKey: "IP",
      rateLimitThreshold: { count: requests, intervalSec: seconds },
    },
  }));
}

/** A string literal of the rules' language. {@link https://cloud.google.com/armor/docs/rules-language-reference} */
const quote = (text: string): string => `'${text.replace(/['\\]/g, "\\$&")}'`;
