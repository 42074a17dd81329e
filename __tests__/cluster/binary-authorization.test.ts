import { BinaryAuthorization, imagesIn } from "../../constructs/cluster/binary-authorization";
import { build, project } from "../construct";
import { admits } from "../image-policy";

const DIGEST = `@sha256:${"5".repeat(64)}`;
const synth = (...images: string[]) =>
  build((stack) => {
    new BinaryAuthorization(stack, "admission", { project, images });
  }).resource("google_binary_authorization_policy.admission_policy");

test("what no pattern admits is denied and logged", () => {
  expect(synth("docker.io/library/redis")).toMatchObject({
    project: "acme-test",
    default_admission_rule: { evaluation_mode: "ALWAYS_DENY", enforcement_mode: "ENFORCED_BLOCK_AND_AUDIT_LOG" },
    admission_whitelist_patterns: [{ name_pattern: "docker.io/library/redis" }],
  });
});

test("Google's own images, which GKE runs, are admitted", () => {
  expect(synth().global_policy_evaluation_mode).toBe("ENABLE");
});

test("a registry that two workloads share is named once", () => {
  expect(synth("quay.io/a/**", "quay.io/b/**", "quay.io/a/**").admission_whitelist_patterns).toEqual([
    { name_pattern: "quay.io/a/**" },
    { name_pattern: "quay.io/b/**" },
  ]);
});

test("it waits for the API and for nothing else", () => {
  expect(synth().depends_on).toEqual(["api.binaryauthorization"]);
});

describe("the pattern of a registry", () => {
  const pattern = imagesIn("europe-west1-docker.pkg.dev/acme-test/");

  test.each([
    `europe-west1-docker.pkg.dev/acme-test/shop/backend${DIGEST}`,
    `europe-west1-docker.pkg.dev/acme-test/shop/tools/migrate${DIGEST}`,
    "europe-west1-docker.pkg.dev/acme-test/shop/backend:1.2",
  ])("admits %s", (image) => expect(admits(pattern, image)).toBe(true));

  test.each([
    `europe-west1-docker.pkg.dev/acme-test-evil/shop/backend${DIGEST}`,
    `europe-west1-docker.pkg.dev/acme/shop/backend${DIGEST}`,
    `evil.example/europe-west1-docker.pkg.dev/acme-test/shop/backend${DIGEST}`,
    `shop/backend${DIGEST}`,
  ])("does not admit %s", (image) => expect(admits(pattern, image)).toBe(false));

  test("is refused without the slash that ends the project's id", () => {
    expect(() => imagesIn("europe-west1-docker.pkg.dev/acme-test")).toThrow("must end with a slash");
  });
});

test.each([
  ["gcr.io/acme/nginx*", "gcr.io/acme/nginx:latest", true],
  ["gcr.io/acme/nginx*", `gcr.io/acme/nginx${DIGEST}`, true],
  ["gcr.io/acme/nginx*", "gcr.io/acme/nginx-images/nginx", false],
  ["gcr.io/acme/nginx**", "gcr.io/acme/nginx-1.14.2/image:latest", true],
  ["gcr.io/acme/app:v1.*", "gcr.io/acme/app:v1.2", true],
  ["gcr.io/acme/app:v1.*", "gcr.io/acme/app:v2.1", false],
  ["docker.io/**", "redis:7", false],
])("of Google's examples, %s admits %s: %s", (pattern, image, admitted) => {
  expect(admits(pattern, image)).toBe(admitted);
});

test.each(["gcr.io/acme/n*x", "gcr.io*", "**", "gcr.io/acme/***"])("%s is no pattern", (pattern) => {
  expect(() => admits(pattern, "gcr.io/acme/nginx")).toThrow("is no pattern");
});
