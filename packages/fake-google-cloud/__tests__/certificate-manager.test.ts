import type { Body } from "../src/body";
import { errorOf, serviceOf } from "./support";

const REST =
  "https://cloud.google.com/certificate-manager/docs/reference/certificate-manager/rest/v1/projects.locations";
const MOCK = "https://github.com/GoogleCloudPlatform/k8s-config-connector/tree/master/mockgcp/mockcertificatemanager";
const GLOBAL = "projects/p/locations/global";
const AUTHORIZATION = `${GLOBAL}/dnsAuthorizations/a`;
const CERTIFICATE = `${GLOBAL}/certificates/c`;
const MAP = `${GLOBAL}/certificateMaps/m`;
const ENTRY = `${MAP}/certificateMapEntries/e`;

/** An authorization `a` of a.example.com, a certificate `c` of it, and a map `m` with an entry `e` that uses `c`. */
function world() {
  const service = serviceOf("certificatemanager");
  const { post } = service;
  const authorization = (body: Body, dnsAuthorizationId = "new") =>
    post(`${GLOBAL}/dnsAuthorizations`, body, { dnsAuthorizationId });
  const certificate = (body: Body, certificateId = "new") => post(`${GLOBAL}/certificates`, body, { certificateId });
  const map = (certificateMapId: string) => post(`${GLOBAL}/certificateMaps`, {}, { certificateMapId });
  const entry = (body: Body, certificateMapEntryId = "new", of = "m") =>
    post(`${GLOBAL}/certificateMaps/${of}/certificateMapEntries`, body, { certificateMapEntryId });
  authorization({ domain: "a.example.com" }, "a");
  certificate({ managed: { domains: ["a.example.com"], dnsAuthorizations: [AUTHORIZATION] } }, "c");
  map("m");
  entry({ hostname: "a.example.com", certificates: [CERTIFICATE] }, "e");
  return { ...service, authorization, certificate, map, entry };
}

type World = ReturnType<typeof world>;

const managed =
  (domains: string[], dnsAuthorizations?: string[]) =>
  ({ certificate }: World) =>
    certificate({ managed: { domains, dnsAuthorizations } });

test.each<[what: string, page: string, call: (world: World) => unknown, expected: string]>([
  [
    "an ID that begins with a digit",
    `${REST}.certificates`,
    ({ certificate }) => certificate({ managed: { domains: ["b.example.com"] } }, "1"),
    '400 invalid certificate ID "1"',
  ],
  ["an ID of 65", `${REST}.certificateMaps`, ({ map }) => map("m".repeat(65)), "400 invalid certificateMap ID"],
  ["an ID in use", "https://google.aip.dev/133", ({ map }) => map("m"), `409 The resource '${MAP}' already exists`],
  [
    "a certificate that nobody makes",
    `${REST}.certificates`,
    ({ certificate }) => certificate({}),
    "400 exactly one of managed and selfManaged must be set",
  ],
  ["a certificate of no domain", `${REST}.certificates`, managed([]), "400 managed.domains must have from 1 to 100"],
  [
    "a certificate of what is no domain",
    `${REST}.certificates`,
    managed(["A.example.com"]),
    '400 invalid domain "A.example.com"',
  ],
  [
    "a wildcard that no record authorizes",
    "https://cloud.google.com/certificate-manager/docs/domain-authorization",
    managed(["*.example.com"]),
    '400 domain "*.example.com" has no DNS authorization',
  ],
  [
    "a domain with the authorization of another",
    `${REST}.certificates`,
    managed(["b.example.com"], [AUTHORIZATION]),
    '400 domain "b.example.com" has no DNS authorization',
  ],
  [
    "an authorization by its name alone",
    "https://github.com/GoogleCloudPlatform/cloud-foundation-fabric/issues/2832",
    managed(["a.example.com"], ["a"]),
    '400 invalid dnsAuthorization name "a"',
  ],
  [
    "an authorization that is not there",
    MOCK,
    managed(["a.example.com"], [`${GLOBAL}/dnsAuthorizations/none`]),
    `404 dnsAuthorization "${GLOBAL}/dnsAuthorizations/none" not found`,
  ],
  [
    "a second authorization of a domain",
    `${REST}.dnsAuthorizations`,
    ({ authorization }) => authorization({ domain: "a.example.com" }),
    "400 DNS authorization for the tuple (project, domain, FIXED_OR_FLEXIBLE) already exists",
  ],
  [
    "an authorization of a wildcard",
    `${REST}.dnsAuthorizations`,
    ({ authorization }) => authorization({ domain: "*.b.example.com" }),
    '400 invalid domain "*.b.example.com"',
  ],
  [
    "an entry in a map that is not there",
    MOCK,
    ({ entry }) => entry({ hostname: "b.example.com", certificates: [CERTIFICATE] }, "new", "none"),
    "404 certificateMap",
  ],
  [
    "an entry for no host",
    `${REST}.certificateMaps.certificateMapEntries`,
    ({ entry }) => entry({ certificates: [CERTIFICATE] }),
    "400 exactly one of hostname and matcher must be set",
  ],
  [
    "an entry without a certificate",
    `${REST}.certificateMaps.certificateMapEntries`,
    ({ entry }) => entry({ hostname: "b.example.com" }),
    "400 certificates must have at least one certificate",
  ],
  [
    "an entry with a certificate that is not there",
    MOCK,
    ({ entry }) => entry({ hostname: "b.example.com", certificates: [`${GLOBAL}/certificates/none`] }),
    `404 certificate "${GLOBAL}/certificates/none" not found`,
  ],
  [
    "other domains for a certificate",
    "https://registry.terraform.io/providers/hashicorp/google/latest/docs/resources/certificate_manager_certificate",
    ({ patch }) => patch(CERTIFICATE, { managed: { domains: ["b.example.com"] } }, { updateMask: "managed" }),
    "400 Invalid value for field 'managed'",
  ],
  [
    "the deletion of a certificate in an entry",
    MOCK,
    (it) => it.delete(CERTIFICATE),
    "400 can't delete certificate that is referenced by a CertificateMapEntry or other resources",
  ],
  [
    "the deletion of an authorization that a certificate needs",
    `${REST}.dnsAuthorizations/delete`,
    (it) => it.delete(AUTHORIZATION),
    "400 can't delete dns authorization that is referenced by a certificate",
  ],
  [
    "the deletion of a map with an entry",
    `${REST}.certificateMaps/delete`,
    (it) => it.delete(MAP),
    `400 Resource "${MAP}" has nested resources.`,
  ],
  [
    "the deletion of what is not there",
    MOCK,
    (it) => it.delete(`${GLOBAL}/certificates/none`),
    `404 certificate "${GLOBAL}/certificates/none" not found`,
  ],
])("%s is refused: %s", (_what, _page, call, expected) => {
  const it = world();
  const before = structuredClone(it.cloud.store.entries());
  expect(errorOf(() => call(it))).toContain(expected);
  expect(it.cloud.store.entries()).toEqual(before);
});

test("a changed label and other certificates of an entry are kept, and the operation says that it is done", () => {
  const { certificate, patch, get } = world();
  certificate({ managed: { domains: ["a.example.com"] } });
  const { name, done } = patch(
    ENTRY,
    { certificates: [`${GLOBAL}/certificates/new`], labels: { a: "b" } },
    { updateMask: "certificates,labels" },
  );
  expect(done).toBe(true);
  expect(get(name).done).toBe(true);
  expect(get(ENTRY)).toMatchObject({ certificates: [`${GLOBAL}/certificates/new`], labels: { a: "b" } });
});

test("everything goes in the order in which one needs the other", () => {
  const it = world();
  for (const path of [ENTRY, MAP, CERTIFICATE, AUTHORIZATION]) it.delete(path);
  expect(it.cloud.store.below(`certificatemanager/${GLOBAL}`)).toEqual([]);
});

test("a map that a target proxy shows to clients stays", () => {
  const it = world();
  it.delete(ENTRY);
  it.cloud.store.set("compute/projects/p/global/targetHttpsProxies/proxy", {
    certificateMap: `//certificatemanager.googleapis.com/${MAP}`,
  });
  expect(errorOf(() => it.delete(MAP))).toBe("400 can't delete certificate map that is referenced by a target proxy");
});

test("an authorization of one project alone has a record of its own", () => {
  const { authorization, get } = world();
  authorization({ domain: "a.example.com", type: "PER_PROJECT_RECORD" });
  expect(get(`${GLOBAL}/dnsAuthorizations/new`).dnsResourceRecord.name).toMatch(
    /^_acme-challenge_\w+\.a\.example\.com\.$/,
  );
});
