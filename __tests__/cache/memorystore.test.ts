import { Memorystore, type MemorystoreProps } from "../../constructs/cache/memorystore";
import { build, platform, ref } from "../construct";

const synth = (props: Partial<MemorystoreProps> = {}) =>
  build((stack) => {
    const { host, port, password, certificateAuthority } = new Memorystore(stack, "redis", {
      platform,
      version: "REDIS_7_2",
      tier: "STANDARD_HA",
      memoryGb: 5,
      maintenance: { day: "TUESDAY", hour: 4 },
      ...props,
    });
    return { host, port, password, certificateAuthority };
  });
const ADDRESS = "google_redis_instance.cache";
const { resource, counts, given } = synth();
const cache = resource(ADDRESS);

test("it is as large and as new as the environment says, and takes its time to be made", () => {
  expect(cache).toMatchObject({
    name: "shop-test",
    region: "europe-west1",
    redis_version: "REDIS_7_2",
    memory_size_gb: 5,
  });
  expect(cache.labels).toEqual({ system: "shop" });
  for (const time of ["create", "update", "delete"]) expect(cache.timeouts[time]).toBe("60m"); // Google may take as long
});

test("clients must authenticate and encrypt, within the network", () => {
  expect(counts).toEqual({ google_redis_instance: 1 });
  expect(cache).toMatchObject({
    auth_enabled: true,
    transit_encryption_mode: "SERVER_AUTHENTICATION",
    connect_mode: "PRIVATE_SERVICE_ACCESS",
    authorized_network: "network-id",
  });
});

test("clients learn the port of TLS, the password and the certificate authority", () => {
  expect(given.port).toBe(6378);
  for (const [name, attribute] of Object.entries({
    host: "host",
    password: "auth_string",
  }))
    expect(given[name]).toBe(ref(`${ADDRESS}.${attribute}`));
  // There are two authorities while Google replaces one.
  expect(given.certificateAuthority).toBe(ref(`join("\\n", ${ADDRESS}.server_ca_certs[*].cert)`));
});

test("a cache of either tier is saved to disk", () => {
  const snapshots = { persistence_mode: "RDB", rdb_snapshot_period: "TWELVE_HOURS" };
  expect(cache.persistence_config).toEqual(snapshots);
  const basic = synth({ tier: "BASIC", memoryGb: 1 }).resource(ADDRESS);
  expect(basic).toMatchObject({ tier: "BASIC", memory_size_gb: 1, persistence_config: snapshots });
});

test("maintenance has one window a week", () => {
  const windows = cache.maintenance_policy.weekly_maintenance_window;
  expect(windows).toHaveLength(1);
  expect(windows[0]).toMatchObject({ day: "TUESDAY", start_time: { hours: 4, minutes: 0 } });
});

test("it waits for the API and the private connection, which its arguments do not name", () => {
  expect(cache.depends_on).toEqual(["api.redis", "private-services"]);
});

test.each([true, false])(
  "it has a fixed address and is locked by Terraform and by the provider: %s",
  (deletionProtection) => {
    const locked = synth({ platform: { ...platform, deletionProtection } }).resource(ADDRESS);
    expect(locked.lifecycle.prevent_destroy).toBe(deletionProtection);
    expect(locked.deletion_protection).toBe(deletionProtection);
  },
);
