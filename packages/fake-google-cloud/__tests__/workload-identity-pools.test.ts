import type { Body } from "../src/body";
import { errorOf, serviceOf } from "./support";

const REST = "https://cloud.google.com/iam/docs/reference/rest/v1/projects.locations.workloadIdentityPools";
const POOLS = "projects/p/locations/global/workloadIdentityPools";
const POOL = `${POOLS}/github`;
const PROVIDER = `${POOL}/providers/github`;
const GITHUB = "https://token.actions.githubusercontent.com";
const VALID = {
  attributeMapping: { "google.subject": "assertion.sub" },
  attributeCondition: "assertion.repository_id == '1'",
  oidc: { issuerUri: GITHUB },
};

/** The pool `github`. */
function world() {
  const service = serviceOf("iam");
  const pool = (id: string, body: Body = {}) => service.post(POOLS, body, { workloadIdentityPoolId: id });
  const provider = (body: Body = {}, id = "github", of = POOL) =>
    service.post(`${of}/providers`, { ...VALID, ...body }, { workloadIdentityPoolProviderId: id });
  pool("github");
  return { ...service, pool, provider };
}
type World = ReturnType<typeof world>;

test.each<[string, string, (world: World) => unknown, string]>([
  ["an id of 3", `${REST}/create`, ({ pool }) => pool("git"), `400 The ID "git" must have 4 to 32 characters`],
  ["an id of Google's", `${REST}/create`, ({ pool }) => pool("gcp-github"), `400 The ID "gcp-github" must have`],
  ["an id in use", `${REST}/create`, ({ pool }) => pool("github"), "409 Requested entity already exists"],
  [
    "a display name of 33",
    REST,
    ({ pool }) => pool("another", { displayName: "x".repeat(33) }),
    "400 display_name must have at most 32 characters.",
  ],
  [
    "a description of 257",
    REST,
    ({ pool }) => pool("another", { description: "x".repeat(257) }),
    "400 description must have at most 256 characters.",
  ],
  [
    "a provider of a pool that is not there",
    `${REST}.providers/create`,
    ({ provider }) => provider({}, "github", `${POOLS}/none`),
    "404 Requested entity was not found.",
  ],
  [
    "a provider of a deleted pool",
    `${REST}.providers/create`,
    ({ provider, ...service }) => {
      service.delete(POOL);
      provider();
    },
    "404 Requested entity was not found.",
  ],
  [
    "a provider of no kind",
    `${REST}.providers`,
    ({ provider }) => provider({ oidc: undefined }),
    "400 Exactly one of aws, oidc, saml or x509 must be set.",
  ],
  [
    "an issuer without TLS",
    `${REST}.providers#oidc`,
    ({ provider }) => provider({ oidc: { issuerUri: "http://example.com" } }),
    "400 The issuer_uri must be an https URL.",
  ],
  [
    "a mapping without a subject",
    `${REST}.providers`,
    ({ provider }) => provider({ attributeMapping: { "attribute.ref": "assertion.ref" } }),
    "400 The attribute mapping must have a google.subject.",
  ],
  [
    "a mapping of an unknown attribute",
    `${REST}.providers`,
    ({ provider }) => provider({ attributeMapping: { ...VALID.attributeMapping, ref: "assertion.ref" } }),
    "400 The mapped attribute 'ref' must be of the form google.* or attribute.*.",
  ],
  [
    "GitHub without a condition",
    "https://cloud.google.com/iam/docs/workload-identity-federation-with-deployment-pipelines#conditions",
    ({ provider }) => provider({ attributeCondition: undefined }),
    "400 The attribute condition must reference one of the provider's claims.",
  ],
  [
    "an update that takes GitHub's condition away",
    `${REST}.providers/patch`,
    ({ provider, call }) => {
      provider();
      call("PATCH", PROVIDER, { attributeCondition: "true" }, { updateMask: "attributeCondition" });
    },
    "400 The attribute condition must reference one of the provider's claims.",
  ],
  [
    "that a pool comes back that is not deleted",
    `${REST}/undelete`,
    ({ post }) => post(`${POOL}:undelete`, {}),
    `400 The resource ${POOL} is in the state ACTIVE.`,
  ],
])("%s is refused (%s)", (_what, _source, run, message) => {
  expect(errorOf(() => run(world()))).toContain(message);
});

test("names have the project's number", () => {
  const { get, provider, cloud } = world();
  provider();
  const number = cloud.numberOf("p");
  expect(get(POOL)).toMatchObject({ name: POOL.replace("/p/", `/${number}/`), state: "ACTIVE" });
  expect(get(PROVIDER)).toMatchObject({ name: PROVIDER.replace("/p/", `/${number}/`), state: "ACTIVE" });
  expect((get(`${POOL}/providers`).workloadIdentityPoolProviders as Body[]).map(({ oidc }) => oidc)).toEqual([
    { issuerUri: GITHUB },
  ]);
});

test("a deleted pool and its name stay, and it can come back", () => {
  const { get, pool, post, ...service } = world();
  service.delete(POOL);
  expect(get(POOL)).toMatchObject({ state: "DELETED" });
  expect(errorOf(() => pool("github"))).toContain("409 Requested entity already exists");
  post(`${POOL}:undelete`, {});
  expect(get(POOL)).toMatchObject({ state: "ACTIVE" });
});
