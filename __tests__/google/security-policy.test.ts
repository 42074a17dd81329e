import { SecurityPolicy, type SecurityPolicyProps } from "../../constructs/google/security-policy";
import { build, project } from "../construct";

const synth = (rateLimit?: SecurityPolicyProps["rateLimit"]) => {
  const { resource, counts } = build((stack) => {
    new SecurityPolicy(stack, "armor", { project, name: "shop-test-web", rateLimit });
  });
  expect(counts).toEqual({ google_compute_security_policy: 1 });
  return resource("google_compute_security_policy.armor_policy");
};
const everyone = { versioned_expr: "SRC_IPS_V1", config: { src_ip_ranges: ["*"] } };
const LAST = 2 ** 31 - 1; // Cloud Armor wants a default rule of this priority

test("requests above the limit are answered 429, counted for each client address", () => {
  const { rule } = synth({ requests: 300, seconds: 60 });
  expect(rule).toHaveLength(2);
  expect(rule[0]).toMatchObject({
    action: "throttle",
    match: everyone,
    rate_limit_options: {
      conform_action: "allow",
      exceed_action: "deny(429)",
      enforce_on_key: "IP",
      rate_limit_threshold: { count: 300, interval_sec: 60 },
    },
  });
  expect(rule[0].priority).toBeLessThan(LAST);
  expect(rule[1]).toMatchObject({ action: "allow", priority: LAST, match: everyone });
});

test("without a limit everything is allowed", () => {
  const { rule } = synth();
  expect(rule).toHaveLength(1);
  expect(rule[0]).toMatchObject({ action: "allow", priority: LAST, match: everyone });
});

test("it is a policy for backends, under the name that they use", () => {
  expect(synth()).toMatchObject({ name: "shop-test-web", type: "CLOUD_ARMOR" });
});

test("it waits for the API and for nothing else", () => {
  expect(synth().depends_on).toEqual(["api.compute"]);
});
