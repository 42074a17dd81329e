import { ComputeSecurityPolicy } from "@cdktf/provider-google/lib/compute-security-policy";
import { Construct } from "constructs";
import type { Project } from "./project";

export interface SecurityPolicyProps {
  readonly project: Project;
  readonly name: string;
  /** Requests per client address and interval; more are answered 429. The interval is one that Cloud Armor knows. */
  readonly rateLimit?: { readonly requests: number; readonly seconds: number };
}

const EVERYONE = { versionedExpr: "SRC_IPS_V1", config: { srcIpRanges: ["*"] } };

/** A Cloud Armor policy for one backend. {@link https://cloud.google.com/armor/docs/rate-limiting-overview} */
export class SecurityPolicy extends Construct {
  readonly name: string;

  constructor(scope: Construct, id: string, props: SecurityPolicyProps) {
    super(scope, id);
    const { rateLimit } = props;
    const policy = new ComputeSecurityPolicy(this, "policy", {
      project: props.project.id,
      name: props.name,
      type: "CLOUD_ARMOR",
      rule: [
        ...(rateLimit
          ? [
              {
                action: "throttle",
                priority: 1000,
                description: `At most ${rateLimit.requests} requests in ${rateLimit.seconds} s from one address`,
                match: EVERYONE,
                rateLimitOptions: {
                  conformAction: "allow",
                  exceedAction: "deny(429)",
                  enforceOnKey: "IP",
                  rateLimitThreshold: { count: rateLimit.requests, intervalSec: rateLimit.seconds },
                },
              },
            ]
          : []),
        { action: "allow", priority: 2147483647, description: "Everything else", match: EVERYONE },
      ],
      dependsOn: [props.project.api("compute")],
    });
    this.name = policy.name;
  }
}
