import { GeneratedSecret, type GeneratedSecretProps, SuppliedSecret } from "../../constructs/secrets/secret";
import { build, project, ref } from "../construct";

const synth = (props: Partial<GeneratedSecretProps> = {}) =>
  build((stack) => {
    const { value, generation } = new GeneratedSecret(stack, "signing-key", {
      project,
      name: "shop-signing-key",
      regions: ["europe-west1"],
      length: 48,
      generation: 3,
      irreplaceable: false,
      deletionProtection: true,
      ...props,
    });
    return { value, generation };
  });
const SECRET = "google_secret_manager_secret.secret_signing_key";
const VERSION = "google_secret_manager_secret_version.secret_signing_key_version";

describe("a generated secret", () => {
  const { resource, counts, json, given, readable } = synth();
  const version = resource(VERSION);

  test("is made ephemerally of letters and digits, as long as asked", () => {
    expect(json.ephemeral.random_password["signing-key_made"]).toEqual({ length: 48, special: false });
    expect(counts).toEqual({ google_secret_manager_secret: 1, google_secret_manager_secret_version: 1 });
  });

  test("has the name by which people find it", () => {
    expect(resource(SECRET).secret_id).toBe("shop-signing-key");
    expect(version.secret).toBe(ref(`${SECRET}.id`));
  });

  test("goes into Secret Manager by a write-only argument and nowhere else", () => {
    expect(version.secret_data_wo).toBe(ref("ephemeral.random_password.signing-key_made.result"));
    expect(version.secret_data).toBeUndefined();
    expect(readable).not.toContain("ephemeral.");
  });

  test("is read back from the version that was stored, so that all consumers agree", () => {
    expect(given.value).toBe(ref("ephemeral.google_secret_manager_secret_version.signing-key_stored.secret_data"));
    expect(json.ephemeral.google_secret_manager_secret_version["signing-key_stored"]).toEqual({
      project: "acme-test",
      secret: ref(`${SECRET}.secret_id`),
      version: ref(`${VERSION}.version`),
    });
  });

  test("is written again with a new generation, and with nothing else", () => {
    expect(given.generation).toBe(3);
    expect(version.secret_data_wo_version).toBe(3);
    const rotated = synth({ generation: 4 }).json;
    rotated.resource.google_secret_manager_secret_version.secret_signing_key_version.secret_data_wo_version = 3;
    rotated.output.generation.value = 3;
    expect(rotated).toEqual(json);
  });

  test("keeps its old value until the new one is there, and disabled after that", () => {
    expect(version.lifecycle.create_before_destroy).toBe(true);
    expect(version.deletion_policy).toBe("DISABLE");
  });

  test("is taken over from the address that it had before", () => {
    const from = "google_secret_manager_secret_version.signing-key_version";
    expect(json.moved).toEqual([{ from, to: VERSION }]);
  });

  test("is stored in its region alone", () => {
    expect(resource(SECRET).replication).toEqual({ user_managed: { replicas: [{ location: "europe-west1" }] } });
  });

  test.each([true, false])(
    "has a fixed address and is locked by Terraform and by the provider: %s",
    (deletionProtection) => {
      const secret = synth({ deletionProtection }).resource(SECRET);
      expect(secret.lifecycle.prevent_destroy).toBe(deletionProtection);
      expect(secret.deletion_protection).toBe(deletionProtection);
    },
  );

  test("can be replaced unless stored data would become unreadable", () => {
    expect(version.lifecycle.prevent_destroy).toBe(false);
    const irreplaceable = synth({ irreplaceable: true });
    expect(irreplaceable.resource(VERSION).lifecycle.prevent_destroy).toBe(true);
    expect(irreplaceable.counts).toEqual(counts); // at the same address: the value stays when this changes
    const released = synth({ irreplaceable: true, deletionProtection: false });
    expect(released.resource(VERSION).lifecycle.prevent_destroy).toBe(false);
  });
});

describe("a supplied secret", () => {
  const { counts, json, given, resource } = build((stack) => {
    const secret = new SuppliedSecret(stack, "api-key", { project, name: "shop-api-key", generation: 2 });
    secret.grantAccess("backend", "serviceAccount:backend@acme-test.iam");
    return { value: secret.value, generation: secret.generation };
  });

  test("is read at the version that was named, before anything is made", () => {
    expect(json.ephemeral.google_secret_manager_secret_version["api-key_stored"]).toEqual({
      project: "acme-test",
      secret: "shop-api-key",
      version: "2",
    });
    expect(given.value).toBe(ref("ephemeral.google_secret_manager_secret_version.api-key_stored.secret_data"));
    expect(given.generation).toBe(2);
  });

  test("is not the stack's own: all it makes is a grant to read", () => {
    expect(counts).toEqual({ google_secret_manager_secret_iam_member: 1 });
    expect(resource("google_secret_manager_secret_iam_member.api-key_backend")).toMatchObject({
      secret_id: "shop-api-key",
      role: "roles/secretmanager.secretAccessor",
      member: "serviceAccount:backend@acme-test.iam",
    });
  });
});
