import { invalid } from "../api-error";
import { type Body, defaults } from "../body";
import type { Cloud } from "../cloud";
import { route } from "../route";
import type { Service } from "../service";
import type { Shape } from "../shape";

const POLICY = "projects/{project}/policy";
const RULE: Shape = { evaluationMode: "text", enforcementMode: "text", requireAttestationsBy: ["text"] };
const SHAPE: Shape = {
  globalPolicyEvaluationMode: "text",
  admissionWhitelistPatterns: [{ namePattern: "text" }],
  defaultAdmissionRule: RULE,
  clusterAdmissionRules: { "*": RULE },
};

/** https://cloud.google.com/binary-authorization/docs/reference/rest/v1/Policy */
const ENUMERATIONS = {
  globalPolicyEvaluationMode: ["ENABLE", "DISABLE"],
  evaluationMode: ["ALWAYS_ALLOW", "ALWAYS_DENY", "REQUIRE_ATTESTATION"],
  enforcementMode: ["ENFORCED_BLOCK_AND_AUDIT_LOG", "DRYRUN_AUDIT_LOG_ONLY"],
} as const;

/** What a project has before anybody makes a policy. https://cloud.google.com/binary-authorization/docs/key-concepts */
const GOOGLES: Body = {
  globalPolicyEvaluationMode: "ENABLE",
  defaultAdmissionRule: { evaluationMode: "ALWAYS_ALLOW", enforcementMode: "ENFORCED_BLOCK_AND_AUDIT_LOG" },
};

function check(policy: Body, cloud: Cloud): void {
  needKnown(policy.globalPolicyEvaluationMode ?? "ENABLE", "globalPolicyEvaluationMode");
  // https://cloud.google.com/binary-authorization/docs/policy-yaml-reference#admissionwhitelistpatterns
  for (const { namePattern = "" } of policy.admissionWhitelistPatterns ?? [])
    if (!/^[^*/]+(\/[^*]*\*{0,2})?$/.test(namePattern))
      throw invalid(
        `Invalid policy: admissionWhitelistPatterns: "${namePattern}": wildcards are allowed at the end only, after the registry and a slash`,
      );
  if (!policy.defaultAdmissionRule) throw invalid("Invalid policy: defaultAdmissionRule is required");
  checkRule(policy.defaultAdmissionRule, cloud);
  for (const [cluster, rule] of Object.entries<Body>(policy.clusterAdmissionRules ?? {})) {
    if (!/^[a-z]+-[a-z]+\d+(-[a-z])?\.[a-z]([a-z0-9-]*[a-z0-9])?$/.test(cluster))
      throw invalid(`Invalid policy: clusterAdmissionRules: "${cluster}" is not of the form location.clusterId`);
    checkRule(rule, cloud);
  }
}

/** https://cloud.google.com/binary-authorization/docs/reference/rest/v1/Policy#admissionrule */
function checkRule({ evaluationMode, enforcementMode, requireAttestationsBy = [] }: Body, cloud: Cloud): void {
  needKnown(evaluationMode, "evaluationMode");
  needKnown(enforcementMode, "enforcementMode");
  if ((evaluationMode === "REQUIRE_ATTESTATION") !== requireAttestationsBy.length > 0)
    throw invalid(
      "Invalid policy: requireAttestationsBy must be non-empty when the evaluation mode is REQUIRE_ATTESTATION, otherwise it must be empty",
    );
  for (const attestor of requireAttestationsBy)
    cloud.need(`binaryauthorization/${attestor}`, invalid(`Invalid policy: attestor "${attestor}" does not exist`));
}

function needKnown(value: string, field: keyof typeof ENUMERATIONS): void {
  const values: readonly string[] = ENUMERATIONS[field];
  if (!values.includes(value)) throw invalid(`Invalid policy: ${field}: "${value}"`);
}

/**
 * Binary Authorization. A project's one policy is always there, is replaced as a whole and cannot be deleted.
 * https://cloud.google.com/binary-authorization/docs/reference/rest
 */
export const binaryAuthorization: Service = {
  name: "binaryauthorization",
  api: "binaryauthorization.googleapis.com",
  endpoints: { BINARY_AUTHORIZATION: "v1" },
  routes: [
    route(
      "GET",
      POLICY,
      ({ path }, cloud) => cloud.store.get(`binaryauthorization/${path}`) ?? { name: path, ...GOOGLES },
    ),
    route(
      "PUT",
      POLICY,
      ({ path, body }, cloud) => {
        check(body, cloud);
        const policy = { ...body, name: path, updateTime: new Date().toISOString() };
        return cloud.store.set(
          `binaryauthorization/${path}`,
          defaults(policy, { globalPolicyEvaluationMode: "ENABLE" }),
        );
      },
      SHAPE,
    ),
  ],
};
