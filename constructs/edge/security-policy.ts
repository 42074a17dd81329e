import {
  ComputeSecurityPolicy,
  type ComputeSecurityPolicyRule,
} from "@cdktf/provider-google/lib/compute-security-policy";
import { Construct } from "constructs";
import { type WAF_FIELDS, type WAF_OPERATORS, WAF_RULES, type WafRuleSet } from "../../facts/waf";
import type { Project } from "../project/project";

export interface RateLimit {
  /**
   * Prefix of the paths that the limit applies to, decoded and in any case. By default, the limit applies to all paths
   * without another limit. A request counts only towards the limit with the longest path.
   */
  readonly path?: string;
  /** Requests that each client address can make in the interval. The load balancer answers more of them with 429. */
  readonly requests: number;
  /** Length of the interval in seconds. Cloud Armor supports only some values. */
  readonly seconds: number;
  /**
   * Bans a client that exceeds the limit: after the interval, all its requests that the limit counts get 429 for this many
   * seconds more. Cloud Armor supports only some values.
   * {@link https://cloud.google.com/armor/docs/rate-limiting-overview#ban-clients}
   */
  readonly ban?: { readonly seconds: number };
}

/**
 * An exception from a rule set. It needs `signatures`, `fields` or both.
 * {@link https://cloud.google.com/armor/docs/rule-tuning}
 */
export interface WafExclusion {
  /** The rule set that matches harmless requests. */
  readonly ruleSet: WafRuleSet;
  /**
   * Signature IDs. Without `fields`, the signatures are turned off. By default, `fields` applies to all signatures of
   * the rule set.
   */
  readonly signatures?: readonly string[];
  /** Parts of requests that the signatures do not inspect. */
  readonly fields?: readonly {
    /** The kind of part. */
    readonly in: (typeof WAF_FIELDS)[number];
    /** How the part's name, or the URI itself, is compared with the value. */
    readonly operator: (typeof WAF_OPERATORS)[number];
    /** The value to compare with. Required, except for EQUALS_ANY. */
    readonly value?: string;
  }[];
}

export interface SecurityPolicyProps {
  readonly project: Project;
  /** The policy's name. */
  readonly name: string;
  /**
   * The web application firewall. In the mode `preview` it only logs the attacks that it finds. In the mode `enforce`
   * it answers them with 403. It always answers known exploits with 403.
   */
  readonly waf: { readonly mode: "preview" | "enforce"; readonly exclusions: readonly WafExclusion[] };
  /** Rate limits, in any order. At most one of them has no path. */
  readonly rateLimits: readonly RateLimit[];
}

/** Priority of the limit without a path. Limits with paths have smaller numbers and are evaluated first. */
const GENERAL_LIMIT = 100_000;
/** Priorities for limits with paths of the same length. */
const OF_A_LENGTH = 100;
const EVERYONE = { versionedExpr: "SRC_IPS_V1", config: { srcIpRanges: ["*"] } };

/**
 * A Cloud Armor policy for one backend. It evaluates rules against known exploits first, then rules against other
 * attacks, then rate limits. Rate limits come last, because the first rule that matches ends the evaluation, and a
 * limit that is not exceeded allows the request.
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
      // The level VERBOSE would log parts of the clients' requests. The level NORMAL already logs the signature IDs.
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
      lifecycle: { createBeforeDestroy: true }, // the load balancer stops using an old policy before it is deleted
      dependsOn: [props.project.api("compute")],
    });
    // The bindings do not have it. The default is 8 KB. The firewall does not inspect a request body after this size.
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
 * Returns the expression that matches if a rule set finds an attack. It uses sensitivity level 1, whose signatures have
 * the fewest false positives. The canary rule sets have few signatures, on other levels, so the expression uses all of
 * them.
 * {@link https://cloud.google.com/armor/docs/waf-rules}
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
 * Returns a rule for each limit. A limit's priority follows from its path, so that adding a limit does not change the
 * priorities of others: the provider changes rules one by one, by priority. Longer paths come first. Two paths of the
 * same length never match the same request.
 *
 * Bans have priorities of their own, from the end, because Cloud Armor cannot change a ban into a throttle.
 */
function limitRules(limits: readonly RateLimit[]): ComputeSecurityPolicyRule[] {
  const alike = ({ path = "", ban }: RateLimit) => `${path.length} ${ban !== undefined}`;
  return limits.map((limit, index) => {
    const { path, requests, seconds, ban } = limit;
    const before = limits.slice(0, index).filter((other) => alike(other) === alike(limit)).length;
    return {
      action: ban ? "rate_based_ban" : "throttle",
      priority: GENERAL_LIMIT - OF_A_LENGTH * (path ?? "").length + (ban ? OF_A_LENGTH - 1 - before : before),
      description: `At most ${requests} requests in ${seconds} s from one address`,
      preview: false,
      match: path
        ? // In any case and encoding. https://cloud.google.com/armor/docs/configure-security-policies#path-traversal-and-normalization
          { expr: { expression: `request.path.urlDecode().lower().startsWith(${quote(path.toLowerCase())})` } }
        : EVERYONE,
      rateLimitOptions: {
        conformAction: "allow",
        exceedAction: "deny(429)",
        // The address that connects to Google. A client can send any address in X-Forwarded-For, and a new one with each
        // request.
        enforceOnKey: "IP",
        rateLimitThreshold: { count: requests, intervalSec: seconds },
        banDurationSec: ban?.seconds,
      },
    };
  });
}

/**
 * A string literal in Cloud Armor's rules language.
 * {@link https://cloud.google.com/armor/docs/rules-language-reference}
 */
const quote = (text: string): string => `'${text.replace(/['\\]/g, "\\$&")}'`;
