import type { Body } from "../src/body";
import { setLoadBalancers } from "../src/services/compute/load-balancer";
import { at, GLOBAL, type Refused } from "./compute-world";
import { errorOf, everything, serviceOf } from "./support";

const REST = "https://cloud.google.com/compute/docs/reference/rest/v1";
const MAPS = "https://cloud.google.com/load-balancing/docs/url-map-concepts";
const LOCATION = "projects/p/locations/global";
const MAP = `//certificatemanager.googleapis.com/${LOCATION}/certificateMaps/certificates`;

/** A project with a bucket `files-of-p` behind a load balancer, whose parts are named for what they are. */
function world() {
  const cloud = everything();
  const storage = serviceOf("storage", cloud);
  for (const project of ["p", "q"]) storage.post("b", { name: `files-of-${project}` }, { project });
  const certificates = serviceOf("certificatemanager", cloud);
  certificates.post(`${LOCATION}/certificateMaps`, {}, { certificateMapId: "certificates" });
  const compute = serviceOf("compute", cloud);
  const { post } = compute;
  post(`${GLOBAL}/addresses`, { name: "address" });
  post(`${GLOBAL}/sslPolicies`, { name: "tls" });
  post(`${GLOBAL}/backendBuckets`, { name: "files", bucketName: "files-of-p", enableCdn: true });
  post(`${GLOBAL}/urlMaps`, {
    name: "hosts",
    defaultUrlRedirect: { hostRedirect: "static.example.com", stripQuery: true },
    hostRules: [{ hosts: ["static.example.com"], pathMatcher: "files" }],
    pathMatchers: [{ name: "files", defaultService: "global/backendBuckets/files" }],
  });
  post(`${GLOBAL}/urlMaps`, { name: "redirect", defaultUrlRedirect: { httpsRedirect: true, stripQuery: false } });
  post(`${GLOBAL}/targetHttpProxies`, { name: "http", urlMap: "redirect" });
  post(`${GLOBAL}/targetHttpsProxies`, {
    name: "https",
    urlMap: `${GLOBAL}/urlMaps/hosts`,
    certificateMap: MAP,
    sslPolicy: "tls",
  });
  const scheme = { loadBalancingScheme: "EXTERNAL_MANAGED", IPAddress: "address" };
  post(`${GLOBAL}/forwardingRules`, {
    name: "https",
    target: `${GLOBAL}/targetHttpsProxies/https`,
    portRange: "443",
    ...scheme,
  });
  return { ...compute, certificates };
}

type World = ReturnType<typeof world>;

const backend = (over: Body) => (c: World) =>
  c.post(`${GLOBAL}/backendBuckets`, { name: "new", bucketName: "files-of-p", ...over });
const cached = (cdnPolicy: Body) => backend({ enableCdn: true, cdnPolicy });
const map = (over: Body) => (c: World) => c.post(`${GLOBAL}/urlMaps`, { name: "new", ...over });
const FILES = { defaultService: "global/backendBuckets/files" };
const paths = (...pathRules: Body[]) => map({ ...FILES, pathMatchers: [{ name: "m", ...FILES, pathRules }] });
const hosts = (...hostRules: Body[]) => map({ ...FILES, hostRules, pathMatchers: [{ name: "m", ...FILES }] });
const proxy = (over: Body) => (c: World) =>
  c.post(`${GLOBAL}/targetHttpsProxies`, { name: "new", urlMap: "hosts", certificateMap: MAP, ...over });
const rule = (over: Body) => (c: World) =>
  c.post(`${GLOBAL}/forwardingRules`, {
    name: "new",
    target: `${GLOBAL}/targetHttpProxies/http`,
    portRange: "80",
    ...over,
  });
const remove = (path: string) => (c: World) => c.delete(`${GLOBAL}/${path}`);
const missing = (path: string) => `404 The resource 'projects/p/global/${path}' was not found`;
const used = (kind: string, path: string, by: string) =>
  `400 The ${kind} resource '${GLOBAL}/${path}' is already being used by '${GLOBAL}/${by}'`;

describe("Compute Engine refuses", () => {
  type Case = readonly [what: string, call: (c: World) => unknown, expected: string, page: Refused[3]];
  test.each<Case>([
    ["a backend of no bucket", backend({ bucketName: "none" }), at("bucketName", "none"), `${REST}/backendBuckets`],
    [
      "a backend of another project's bucket",
      backend({ bucketName: "files-of-q" }),
      at("bucketName", "files-of-q", "The Cloud Storage bucket 'files-of-q' is not owned by the current project."),
      "https://cloud.google.com/sdk/gcloud/reference/compute/backend-buckets/create",
    ],
    [
      "an unknown way to cache",
      cached({ cacheMode: "ALL" }),
      at("cdnPolicy.cacheMode", "ALL"),
      `${REST}/backendBuckets`,
    ],
    ["an unknown way to compress", backend({ compressionMode: "ZIP" }), at("compressionMode", "ZIP"), REST],
    [
      "a time to live where the origin says it",
      cached({ cacheMode: "USE_ORIGIN_HEADERS", defaultTtl: 3600 }),
      at("cdnPolicy.defaultTtl", "3600", "default_ttl cannot be specified with USE_ORIGIN_HEADERS cache_mode."),
      "https://github.com/hashicorp/terraform-provider-google/issues/10622",
    ],
    [
      "a longest time to live where nothing says another",
      cached({ cacheMode: "FORCE_CACHE_ALL", maxTtl: 86400 }),
      at("cdnPolicy.maxTtl", "86400"),
      `${REST}/backendBuckets`,
    ],
    ["a year and a second", cached({ clientTtl: 31622401 }), at("cdnPolicy.clientTtl", "31622401"), REST],
    [
      "more by default than at most",
      cached({ defaultTtl: 100, maxTtl: 10 }),
      at("cdnPolicy.defaultTtl", "100"),
      `${REST}/backendBuckets`,
    ],
    [
      "a URL map to no backend",
      map({ defaultService: "global/backendBuckets/none" }),
      missing("backendBuckets/none"),
      REST,
    ],
    [
      "a URL map to a proxy",
      map({ defaultService: "global/targetHttpProxies/http" }),
      at("defaultService", "global/targetHttpProxies/http"),
      REST,
    ],
    [
      "a backend and a redirect at once",
      map({ ...FILES, defaultUrlRedirect: { httpsRedirect: true } }),
      at("defaultUrlRedirect", ""),
      `${REST}/urlMaps`,
    ],
    [
      "an unknown code of a redirect",
      map({ defaultUrlRedirect: { redirectResponseCode: "MOVED" } }),
      at("defaultUrlRedirect.redirectResponseCode", "MOVED"),
      `${REST}/urlMaps`,
    ],
    [
      "a redirect to a path and a prefix",
      map({ defaultUrlRedirect: { pathRedirect: "/a", prefixRedirect: "/b" } }),
      at("defaultUrlRedirect.prefixRedirect", "/b"),
      `${REST}/urlMaps`,
    ],
    ["a matcher without name", map({ ...FILES, pathMatchers: [{ name: "" }] }), at("pathMatchers[0].name", ""), REST],
    [
      "a path that goes nowhere",
      paths({ paths: ["/a"] }),
      at("pathMatchers[0].pathRules[0].service", ""),
      `${REST}/urlMaps`,
    ],
    [
      "a path with a star in the middle",
      paths({ paths: ["/a*"], service: "global/backendBuckets/files" }),
      at("pathMatchers[0].pathRules[0].paths", "/a*"),
      MAPS,
    ],
    [
      "a path in two rules",
      paths(
        { paths: ["/a"], service: "global/backendBuckets/files" },
        { paths: ["/a"], urlRedirect: { pathRedirect: "/b" } },
      ),
      at("pathMatchers[0].pathRules[1].paths", "/a"),
      MAPS,
    ],
    [
      "a host without its matcher",
      hosts({ hosts: ["a.example.com"], pathMatcher: "none" }),
      at("hostRules[0].pathMatcher", "none"),
      `${REST}/urlMaps`,
    ],
    ["no host", hosts({ hosts: ["https://a"], pathMatcher: "m" }), at("hostRules[0].hosts", "https://a"), MAPS],
    [
      "a host in two rules",
      hosts({ hosts: ["a.example.com"], pathMatcher: "m" }, { hosts: ["a.example.com"], pathMatcher: "m" }),
      at("hostRules[1].hosts", "a.example.com"),
      MAPS,
    ],
    [
      "a change of a URL map without fingerprint",
      (c) => c.put(`${GLOBAL}/urlMaps/hosts`, { name: "hosts", ...FILES }),
      "412 Invalid fingerprint.",
      `${REST}/urlMaps/update`,
    ],
    ["a proxy without URL map", proxy({ urlMap: "" }), at("urlMap", ""), `${REST}/targetHttpsProxies`],
    ["a proxy of no URL map", proxy({ urlMap: "none" }), missing("urlMaps/none"), REST],
    ["a proxy with no such policy", proxy({ sslPolicy: "none" }), missing("sslPolicies/none"), REST],
    [
      "a proxy with no such map of certificates",
      proxy({ certificateMap: MAP.replace(/certificates$/, "none") }),
      "404 The resource 'projects/p/locations/global/certificateMaps/none' was not found",
      REST,
    ],
    [
      "a proxy without certificate",
      proxy({ certificateMap: undefined }),
      at("sslCertificates", ""),
      `${REST}/targetHttpsProxies`,
    ],
    [
      "a proxy with 16 certificates",
      proxy({ sslCertificates: Array(16).fill("c") }),
      at("sslCertificates", "16"),
      "https://cloud.google.com/load-balancing/docs/quotas",
    ],
    ["an unknown way of QUIC", proxy({ quicOverride: "ON" }), at("quicOverride", "ON"), `${REST}/targetHttpsProxies`],
    [
      "a setting of no URL map",
      (c) => c.post("projects/p/targetHttpProxies/http/setUrlMap", { urlMap: "none" }),
      missing("urlMaps/none"),
      `${REST}/targetHttpProxies/setUrlMap`,
    ],
    ["a rule to nothing", rule({ target: "" }), at("target", ""), `${REST}/globalForwardingRules`],
    [
      "a rule to no proxy",
      rule({ target: `${GLOBAL}/targetHttpProxies/none` }),
      missing("targetHttpProxies/none"),
      REST,
    ],
    ["a rule for an unknown scheme", rule({ loadBalancingScheme: "ANY" }), at("loadBalancingScheme", "ANY"), REST],
    ["a rule for many ports", rule({ portRange: "80-90" }), at("portRange", "80-90"), `${REST}/globalForwardingRules`],
    [
      "an address that is not reserved",
      rule({ IPAddress: "192.0.2.1" }),
      at("IPAddress", "192.0.2.1", "Invalid IP address specified."),
      "https://github.com/hashicorp/terraform/issues/19231",
    ],
    [
      "the port of an address that has a rule",
      rule({ IPAddress: "address", portRange: "443" }),
      "Specified IP address is in-use and would result in a conflict.",
      "https://github.com/GoogleCloudPlatform/k8s-multicluster-ingress/pull/132",
    ],
    [
      "a second of one name",
      backend({ name: "files" }),
      "409 The resource 'projects/p/global/backendBuckets/files'",
      REST,
    ],

    [
      "deletion of a backend in a URL map",
      remove("backendBuckets/files"),
      used("backend_bucket", "backendBuckets/files", "urlMaps/hosts"),
      "https://github.com/hashicorp/terraform-provider-google/issues/14386",
    ],
    [
      "deletion of a proxy's URL map",
      remove("urlMaps/hosts"),
      used("url_map", "urlMaps/hosts", "targetHttpsProxies/https"),
      `${REST}/urlMaps/delete`,
    ],
    [
      "deletion of a rule's proxy",
      remove("targetHttpsProxies/https"),
      used("target_https_proxy", "targetHttpsProxies/https", "forwardingRules/https"),
      `${REST}/targetHttpsProxies/delete`,
    ],
    [
      "deletion of a rule's address",
      remove("addresses/address"),
      used("address", "addresses/address", "forwardingRules/https"),
      `${REST}/globalAddresses/delete`,
    ],
    [
      "deletion of a proxy's map of certificates",
      ({ certificates }) => certificates.delete(`${LOCATION}/certificateMaps/certificates`),
      "400 can't delete certificate map that is referenced by a target proxy",
      "https://cloud.google.com/certificate-manager/docs/maps#delete",
    ],
  ])("%s", (_what, call, expected) => {
    const compute = world();
    const before = structuredClone(compute.cloud.store.entries());
    expect(errorOf(() => call(compute))).toContain(expected);
    expect(compute.cloud.store.entries()).toEqual(before);
  });
});

test("a backend bucket is replaced as a whole, and stays the one it was", () => {
  const compute = world();
  const path = `${GLOBAL}/backendBuckets/files`;
  const { id } = compute.get(path);
  const cdnPolicy = { cacheMode: "FORCE_CACHE_ALL", defaultTtl: 60, clientTtl: 60 };
  compute.put(path, { name: "files", bucketName: "files-of-p", enableCdn: true, cdnPolicy, description: "d" });
  expect(compute.get(path)).toMatchObject({ id, description: "d", cdnPolicy });
  expect(compute.get(path).cdnPolicy.maxTtl).toBeUndefined();
  compute.put(path, { name: "files", bucketName: "files-of-p" });
  expect(compute.get(path).cdnPolicy).toBeUndefined();
});

test("a backend leaves the URL map before it is deleted, and everything goes from the address inwards", () => {
  const compute = world();
  const { fingerprint } = compute.get(`${GLOBAL}/urlMaps/hosts`);
  compute.put(`${GLOBAL}/urlMaps/hosts`, { name: "hosts", defaultUrlRedirect: { httpsRedirect: true }, fingerprint });
  for (const path of [
    "backendBuckets/files",
    "forwardingRules/https",
    "addresses/address",
    "targetHttpsProxies/https",
    "targetHttpProxies/http",
    "urlMaps/hosts",
    "urlMaps/redirect",
    "sslPolicies/tls",
  ])
    compute.delete(`${GLOBAL}/${path}`);
  expect(compute.cloud.store.below(`compute/${GLOBAL}`)).toEqual([]);
});

test("what refers to another part does so by its whole URL, and a rule has the address's digits", () => {
  const compute = world();
  const url = (path: string) => `https://www.googleapis.com/compute/v1/${GLOBAL}/${path}`;
  expect(compute.get(`${GLOBAL}/urlMaps/hosts`).pathMatchers[0].defaultService).toBe(url("backendBuckets/files"));
  expect(compute.get(`${GLOBAL}/targetHttpsProxies/https`)).toMatchObject({
    urlMap: url("urlMaps/hosts"),
    sslPolicy: url("sslPolicies/tls"),
    tlsEarlyData: "DISABLED",
  });
  expect(compute.get(`${GLOBAL}/forwardingRules/https`)).toMatchObject({
    target: url("targetHttpsProxies/https"),
    IPAddress: compute.get(`${GLOBAL}/addresses/address`).address,
    portRange: "443-443",
  });
});

test("a rule gets its labels and another target by calls of their own", () => {
  const compute = world();
  const path = `${GLOBAL}/forwardingRules/new`;
  rule({ labels: { a: "b" } })(compute);
  const { labels, labelFingerprint } = compute.get(path);
  expect(labels).toBeUndefined();
  compute.post(`${path}/setLabels`, { labels: { a: "b" }, labelFingerprint });
  compute.post(`${GLOBAL}/targetHttpProxies`, { name: "other", urlMap: "redirect" });
  compute.post(`${path}/setTarget`, { target: `${GLOBAL}/targetHttpProxies/other` });
  expect(compute.get(path)).toMatchObject({
    labels: { a: "b" },
    target: expect.stringMatching(/targetHttpProxies\/other$/),
  });
});

test("the provider may write the address that it has of the service", () => {
  const compute = world();
  map({ defaultService: `http://127.0.0.1:8080/compute/compute/v1/${GLOBAL}/backendBuckets/files` })(compute);
  expect(compute.get(`${GLOBAL}/urlMaps/new`).defaultService).toBe(
    `https://www.googleapis.com/compute/v1/${GLOBAL}/backendBuckets/files`,
  );
});

test("a URL map may name a backend service, which a controller of GKE has made", () => {
  const compute = world();
  map({ defaultService: "global/backendServices/k8s" })(compute);
  expect(compute.get(`${GLOBAL}/urlMaps/new`).defaultService).toMatch(/^https:.*\/backendServices\/k8s$/);
});

test("load balancers of GKE come and go beside others", () => {
  const compute = world();
  setLoadBalancers(compute.cloud, "p", [{ name: "k8s", backends: {}, certificates: [], routes: [] }]);
  const names = () => compute.get(`${GLOBAL}/targetHttpsProxies`).items.map(({ name }: Body) => name);
  expect(names()).toEqual(["https", "k8s"]);
  setLoadBalancers(compute.cloud, "p", []);
  expect(names()).toEqual(["https"]);
});
