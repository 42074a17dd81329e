import type { Body } from "../src/body";
import { errorOf, serviceOf } from "./support";

const REST = "https://cloud.google.com/binary-authorization/docs/reference/rest/v1/Policy";
const POLICY = "projects/p/policy";

const rule = (over: Body = {}): Body => ({
  evaluationMode: "ALWAYS_DENY",
  enforcementMode: "ENFORCED_BLOCK_AND_AUDIT_LOG",
  ...over,
});
const policy = (over: Body = {}): Body => ({ defaultAdmissionRule: rule(), ...over });
const patterns = (...names: string[]): Body =>
  policy({ admissionWhitelistPatterns: names.map((namePattern) => ({ namePattern })) });

test.each<[string, Body, string]>([
  ["no default rule", { defaultAdmissionRule: undefined }, "defaultAdmissionRule is required"],
  [
    "an unknown evaluation",
    policy({ defaultAdmissionRule: rule({ evaluationMode: "DENY" }) }),
    'evaluationMode: "DENY"',
  ],
  [
    "an unknown enforcement",
    policy({ defaultAdmissionRule: rule({ enforcementMode: "BLOCK" }) }),
    'enforcementMode: "BLOCK"',
  ],
  ["an unknown mode of Google's own", policy({ globalPolicyEvaluationMode: "ON" }), 'globalPolicyEvaluationMode: "ON"'],
  // https://cloud.google.com/binary-authorization/docs/policy-yaml-reference#admissionwhitelistpatterns
  ["a wildcard for the registry", patterns("*"), 'admissionWhitelistPatterns: "*"'],
  ["a wildcard in the registry", patterns("gcr.io*"), 'admissionWhitelistPatterns: "gcr.io*"'],
  ["a wildcard in the middle", patterns("gcr.io/*/a"), 'admissionWhitelistPatterns: "gcr.io/*/a"'],
  ["an empty pattern", patterns(""), 'admissionWhitelistPatterns: ""'],
  [
    "attestations by nobody",
    policy({ defaultAdmissionRule: rule({ evaluationMode: "REQUIRE_ATTESTATION" }) }),
    "must be non-empty when",
  ],
  [
    "attestations where none are required",
    policy({ defaultAdmissionRule: rule({ requireAttestationsBy: ["projects/p/attestors/a"] }) }),
    "otherwise it must be empty",
  ],
  [
    "an attestor that is not there",
    policy({
      defaultAdmissionRule: rule({
        evaluationMode: "REQUIRE_ATTESTATION",
        requireAttestationsBy: ["projects/p/attestors/a"],
      }),
    }),
    'attestor "projects/p/attestors/a" does not exist',
  ],
  [
    "a cluster without its location",
    policy({ clusterAdmissionRules: { staging: rule() } }),
    '"staging" is not of the form location.clusterId',
  ],
  [
    "a cluster's rule that is none",
    policy({ clusterAdmissionRules: { "europe-west1.staging": rule({ evaluationMode: "DENY" }) } }),
    'evaluationMode: "DENY"',
  ],
])(`refuses %s (${REST})`, (_what, body, expected) => {
  const { get, put } = serviceOf("binaryauthorization");
  expect(errorOf(() => put(POLICY, body))).toContain(`400 Invalid policy: `);
  expect(errorOf(() => put(POLICY, body))).toContain(expected);
  expect(get(POLICY).defaultAdmissionRule.evaluationMode).toBe("ALWAYS_ALLOW");
});

test.each<[string, Body]>([
  [
    "patterns of a registry, of a folder, of an image",
    patterns("europe-west1-docker.pkg.dev/p/**", "gcr.io/a/*", "quay.io/a/b:*", "docker.io/a/b:1"),
  ],
  [
    "rules of a regional and of a zonal cluster",
    policy({ clusterAdmissionRules: { "europe-west1.a": rule(), "us-central1-a.b-1": rule() } }),
  ],
  // https://github.com/hashicorp/terraform-provider-google/blob/v7.45.0/google/services/binaryauthorization/resource_binary_authorization_policy.go
  [
    "what the provider puts in place of one that it destroys",
    { name: POLICY, ...patterns("gcr.io/google_containers/*") },
  ],
])("takes %s", (_what, body) => {
  expect(serviceOf("binaryauthorization").put(POLICY, body)).toMatchObject(body);
});

test("a project's policy is always there and is replaced as a whole", () => {
  const { get, put } = serviceOf("binaryauthorization");
  expect(get(POLICY)).toEqual({
    name: POLICY,
    globalPolicyEvaluationMode: "ENABLE",
    defaultAdmissionRule: rule({ evaluationMode: "ALWAYS_ALLOW" }),
  });
  put(POLICY, patterns("gcr.io/a/*"));
  put(POLICY, policy());
  expect(get(POLICY)).toMatchObject({
    name: POLICY,
    globalPolicyEvaluationMode: "ENABLE",
    defaultAdmissionRule: rule(),
  });
  expect(get(POLICY)).not.toHaveProperty("admissionWhitelistPatterns");
});
