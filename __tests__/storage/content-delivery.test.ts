import { bucket } from "../../constructs/storage/bucket";
import { ContentDelivery } from "../../constructs/storage/content-delivery";
import { build, platform, ref } from "../construct";
import type { Json } from "../support";

const HOSTS = { files: "static.example.com", docs: "docs.example.com" };
const synth = (dnsZone?: string) =>
  build((stack) => {
    const sites = Object.entries(HOSTS).map(([name, host]) => ({
      name,
      host,
      bucket: bucket(stack, name, { platform, name: `acme-${name}`, logicalId: `bucket_${name}`, softDeleteDays: 7 }),
    }));
    const { address } = new ContentDelivery(stack, "cdn", { platform, sites, dnsZone });
    return { address: address.address };
  });
const { resource, counts, given, json } = synth();
const all = (type: string): Json[] => Object.values<Json>(json.resource[type]).map(({ "//": _, ...rest }) => rest);

test("each host serves its own bucket through Cloud CDN, and other hosts are sent to the first", () => {
  const map = resource("google_compute_url_map.cdn_url-map");
  expect(map.host_rule).toEqual([
    { hosts: ["static.example.com"], path_matcher: "files" },
    { hosts: ["docs.example.com"], path_matcher: "docs" },
  ]);
  for (const [i, name] of Object.keys(HOSTS).entries()) {
    const backend = `google_compute_backend_bucket.cdn_backend-${name}`;
    expect(map.path_matcher[i]).toEqual({ name, default_service: ref(`${backend}.id`) });
    expect(resource(backend)).toMatchObject({
      name: `shop-test-${name}`,
      bucket_name: ref(`google_storage_bucket.bucket_${name}.name`),
      enable_cdn: true,
    });
  }
  expect(map.default_url_redirect.host_redirect).toBe("static.example.com");
  expect(map.default_service).toBeUndefined();
});

test("everything is cached for an hour, because Cloud Storage marks answers of private buckets as private", () => {
  // Google adds request_coalescing, which the provider would plan to remove, and refuses max_ttl with this mode.
  expect(resource("google_compute_backend_bucket.cdn_backend-files").cdn_policy).toEqual({
    cache_mode: "FORCE_CACHE_ALL",
    default_ttl: 3600,
    client_ttl: 3600,
    negative_caching: true,
    request_coalescing: true,
  });
});

test("answers have the headers of all public answers, and pages of other origins can load fonts", () => {
  expect(resource("google_compute_backend_bucket.cdn_backend-files").custom_response_headers).toEqual([
    "X-Content-Type-Options: nosniff",
    "X-Frame-Options: DENY",
    "Strict-Transport-Security: max-age=31536000; includeSubDomains",
    "Access-Control-Allow-Origin: *",
  ]);
});

test("only the agent of the project's load balancers reads the buckets, without listing them, once Google has made it", () => {
  expect(all("google_storage_bucket_iam_member").map(({ bucket: _, ...grant }) => grant)).toEqual(
    Object.keys(HOSTS).map(() => ({
      role: "roles/storage.legacyObjectReader",
      member: "serviceAccount:service-42@https-lb.iam.gserviceaccount.com",
      depends_on: ["terraform_data.cdn_agent"],
    })),
  );
  const wait = resource("terraform_data.cdn_agent");
  expect(wait.provisioner).toEqual([{ "local-exec": { command: "sleep 120" } }]);
  expect(wait.depends_on).toEqual(
    Object.keys(HOSTS).map((name) => `google_compute_backend_bucket.cdn_backend-${name}`),
  );
  expect(wait.triggers_replace).toBeUndefined();
});

test("one address serves HTTPS with the hosts' certificates and TLS 1.2 or later", () => {
  const rule = resource("google_compute_global_forwarding_rule.cdn_port-443");
  expect(rule).toMatchObject({
    load_balancing_scheme: "EXTERNAL_MANAGED",
    ip_address: ref("google_compute_global_address.cdn.address"),
    port_range: "443",
    target: ref("google_compute_target_https_proxy.cdn_https.id"),
  });
  expect(resource("google_compute_target_https_proxy.cdn_https")).toMatchObject({
    url_map: ref("google_compute_url_map.cdn_url-map.id"),
    certificate_map: `//certificatemanager.googleapis.com/${ref("google_certificate_manager_certificate_map.cdn_certificates_map.id")}`,
    ssl_policy: ref("google_compute_ssl_policy.cdn_ssl-policy.id"),
  });
  expect(resource("google_compute_ssl_policy.cdn_ssl-policy")).toMatchObject({
    profile: "RESTRICTED",
    min_tls_version: "TLS_1_2",
  });
  expect(all("google_certificate_manager_certificate_map_entry").map(({ hostname }) => hostname)).toEqual(
    Object.values(HOSTS),
  );
});

test("the same address redirects HTTP to HTTPS", () => {
  const rule = resource("google_compute_global_forwarding_rule.cdn_port-80");
  expect(rule).toMatchObject({
    ip_address: ref("google_compute_global_address.cdn.address"),
    port_range: "80",
    target: ref("google_compute_target_http_proxy.cdn_http.id"),
  });
  expect(resource("google_compute_target_http_proxy.cdn_http").url_map).toBe(
    ref("google_compute_url_map.cdn_redirect.id"),
  );
  expect(resource("google_compute_url_map.cdn_redirect").default_url_redirect).toEqual({
    https_redirect: true,
    strip_query: false,
    redirect_response_code: "MOVED_PERMANENTLY_DEFAULT",
  });
});

test("the address stays, because DNS records lead to it", () => {
  expect(resource("google_compute_global_address.cdn")).toMatchObject({
    name: "shop-test-cdn",
    address_type: "EXTERNAL",
    lifecycle: { prevent_destroy: true },
  });
  expect(given.address).toBe(ref("google_compute_global_address.cdn.address"));
});

test("a removed backend is deleted after the URL map has changed", () => {
  for (const backend of all("google_compute_backend_bucket"))
    expect(backend.lifecycle).toEqual({ create_before_destroy: true });
});

test("a DNS zone gets the hosts' records, and those with which Google issues certificates before the hosts answer", () => {
  expect(counts.google_dns_record_set).toBeUndefined();
  const zoned = synth("zone");
  const records: Json[] = Object.values(zoned.json.resource.google_dns_record_set);
  const addresses = records.filter(({ type }) => type === "A");
  expect(addresses.map(({ name, rrdatas }) => [name, rrdatas])).toEqual(
    Object.values(HOSTS).map((host) => [`${host}.`, [ref("google_compute_global_address.cdn.address")]]),
  );
  expect(records).toHaveLength(4);
});

test("all parts wait for their API and for nothing else", () => {
  for (const type of ["backend_bucket", "global_address", "url_map", "target_https_proxy", "global_forwarding_rule"])
    for (const { depends_on } of all(`google_compute_${type}`)) expect(depends_on).toEqual(["api.compute"]);
});
