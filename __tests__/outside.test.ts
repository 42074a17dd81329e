import { type Cidr, NOT_INTERNET, overlaps, PUBLIC_RANGES, parseCidr } from "../facts/cidr";
import { type Json, synthEvery } from "./support";

/** PharmAssist's staging has a database outside, no cache, and nothing of Google's in place of them. */
const staging = async (): Promise<Json> => (await synthEvery()).get("pharmassist.staging")?.json as Json;

test("a stack whose database is outside has no private services access, no Cloud SQL and no Memorystore", async () => {
  const { resource } = await staging();
  const types = Object.keys(resource).filter((type) => /_sql_|_redis_|service_networking/.test(type));
  expect(types).toEqual([]);
  expect(Object.values<Json>(resource.google_compute_global_address).map(({ purpose }) => purpose)).toEqual([
    undefined,
  ]);
  const apis = Object.values<Json>(resource.google_project_service).map(({ service }) => service);
  expect(apis.filter((api) => /^(sqladmin|redis|servicenetworking)\./.test(api))).toEqual([]);
});

test("the network's firewall opens the database's port to public addresses alone", async () => {
  const { resource } = await staging();
  const rule = resource.google_compute_firewall["network_allow-public-egress"];
  expect(rule).toMatchObject({ direction: "EGRESS", allow: [{ protocol: "tcp", ports: ["5432"] }] });
  expect(rule.destination_ranges).toEqual(PUBLIC_RANGES);
});

test("the public ranges and those that are none have each address once", () => {
  const ranges = [...PUBLIC_RANGES, ...NOT_INTERNET].map((text) => parseCidr(text) as Cidr);
  expect(ranges.reduce((sum, { prefix }) => sum + 2 ** (32 - prefix), 0)).toBe(2 ** 32);
  expect(ranges.filter((range, i) => ranges.slice(0, i).some((other) => overlaps(range, other)))).toEqual([]);
});

test("the pooler is not for a task that changes the database", async () => {
  const { resource } = await staging();
  const urls = Object.values<Json>(resource.kubernetes_secret_v1)
    .filter(({ data_wo }) => data_wo?.DATABASE_URL)
    .map(({ metadata, data_wo }) => [
      metadata.name.replace(/-[0-9a-f]+$/, ""),
      data_wo.DATABASE_URL.replace(/.*@/, ""),
    ]);
  const query = "5432/pharmassist?sslmode=verify-full&sslrootcert=/etc/ssl/certs/ca-certificates.crt";
  expect(Object.fromEntries(urls)).toEqual({
    admin: `ep-calm-river-a1b2c3d4-pooler.eu-central-1.aws.neon.tech:${query}`,
    "check-database": `ep-calm-river-a1b2c3d4-pooler.eu-central-1.aws.neon.tech:${query}`,
    backend: `ep-calm-river-a1b2c3d4-pooler.eu-central-1.aws.neon.tech:${query}`,
    migrate: `ep-calm-river-a1b2c3d4.eu-central-1.aws.neon.tech:${query}`,
  });
});

test("what comes from a cache that the environment does without is left out", async () => {
  const { resource } = await staging();
  expect(JSON.stringify(resource)).not.toContain("REDIS_URL");
  expect(Object.values<Json>(resource.kubernetes_network_policy_v1).map(({ metadata }) => metadata.name)).not.toContain(
    "backend.to.cache",
  );
});

test("variables follow from hosts and from the pool's size", async () => {
  const { resource } = await staging();
  const [backend] = Object.values<Json>(resource.kubernetes_config_map_v1)
    .filter(({ metadata }) => metadata.name.startsWith("backend-"))
    .map(({ data }) => data);
  expect(backend).toMatchObject({
    CORS_ORIGINS: "https://app.staging.pharmassist.io,https://admin.staging.pharmassist.io",
    GOOGLE_OAUTH_REDIRECT_URI: "https://app.staging.pharmassist.io/login/google/callback",
    DB_POOL_MAX: "5",
  });
  expect(backend).not.toHaveProperty("ADMIN_EMAIL_DOMAIN"); // optional, and not set there
});
