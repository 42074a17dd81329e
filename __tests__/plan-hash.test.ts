import { planHash } from "../commands/terraform/plan-hash";
import type { Plan } from "../commands/terraform/plan-problems";

type Change = NonNullable<Plan["resource_changes"]>[number];
type Values = Partial<Change["change"]>;

const ADDRESS = "google_redis_instance.cache";
const resource = (change: Values, more: Partial<Change> = {}): Change => ({
  address: ADDRESS,
  type: "google_redis_instance",
  ...more,
  change: { actions: ["update"], ...change },
});
/** An update of the cache: its memory grows, and its version and its labels become known after the apply. */
const update = (change: Values = {}, more: Partial<Change> = {}): Change =>
  resource(
    {
      before: { id: "cache-1", memory_size_gb: 1, etag: "a", node: [{ id: "n", zone: "b" }], auth_string: "one" },
      after: { id: "cache-1", memory_size_gb: 2, node: [{ id: "n", zone: "b" }], auth_string: "one" },
      after_unknown: { etag: true },
      before_sensitive: { auth_string: true },
      after_sensitive: { auth_string: true },
      ...change,
    },
    more,
  );
const create = (after: object, unknown: object = {}, more: Partial<Change> = {}): Change =>
  resource({ actions: ["create"], before: null, after, after_unknown: unknown }, more);
const hash = (...changes: readonly Change[]): string => planHash({ resource_changes: changes });
const HASH = hash(update());

test("the hash is 16 hexadecimal digits", () => expect(HASH).toMatch(/^[0-9a-f]{16}$/));

test.each<[string, Plan]>([
  [
    "was made at another time, with another state and by other versions",
    {
      resource_changes: [update()],
      ...{ timestamp: "2026-01-31T12:00:00Z", terraform_version: "1.12.0", format_version: "1.3" },
      ...{ relevant_attributes: [{ resource: ADDRESS, attribute: ["id"] }], resource_drift: [update()] },
      prior_state: { values: { root_module: { resources: [{ address: "terraform_data.kinds", mode: "managed" }] } } },
    } as Plan,
  ],
  [
    "leaves other resources as they are",
    { resource_changes: [update(), resource({ actions: ["no-op"], before: { id: "2" } }, { address: "other.one" })] },
  ],
  ["leaves outputs as they are", { resource_changes: [update()], output_changes: { hosts: { actions: ["no-op"] } } }],
  [
    "sees another version of the object",
    {
      resource_changes: [
        update({
          before: { id: "cache-1", memory_size_gb: 1, etag: "b", node: [{ id: "n", zone: "c" }], auth_string: "one" },
          after: { id: "cache-1", memory_size_gb: 2, node: [{ id: "n", zone: "c" }], auth_string: "one" },
        }),
      ],
    },
  ],
  [
    "has its keys in another order",
    {
      resource_changes: [
        update({
          after: { auth_string: "one", node: [{ zone: "b", id: "n" }], memory_size_gb: 2, id: "cache-1" },
        }),
      ],
    },
  ],
])("a plan that %s has the same hash", (_what, plan) => expect(planHash(plan)).toBe(HASH));

test("the order of resources does not matter, and a null is like no value", () => {
  const [one, other] = [update(), create({ name: "x" }, {}, { address: "a.b" })];
  expect(hash(one, other)).toBe(hash(other, one));
  expect(hash(create({ name: "x", region: null }))).toBe(hash(create({ name: "x" })));
});

test.each<[string, Change]>([
  ["of another resource", update({}, { address: "google_redis_instance.other" })],
  ["of what is left of a replacement", update({}, { deposed: "0a1b2c3d" })],
  ["of a resource that moves", update({}, { previous_address: "google_redis_instance.before" })],
  ["with other actions", update({ actions: ["delete", "create"] })],
  ["with the actions in another order", update({ actions: ["create", "delete"] })],
  ["of another object", update({ before: { id: "cache-2", memory_size_gb: 1, etag: "a", auth_string: "one" } })],
  ["from another value", update({ before: { id: "cache-1", memory_size_gb: 4, etag: "a", auth_string: "one" } })],
  [
    "to another value",
    update({ after: { id: "cache-1", memory_size_gb: 3, node: [{ id: "n", zone: "b" }], auth_string: "one" } }),
  ],
  ["with one more unknown value", update({ after_unknown: { etag: true, host: true } })],
  ["with one unknown value less", update({ after_unknown: {} })],
  ["with an unknown value in a list", update({ after_unknown: { etag: true, node: [{ zone: true }] } })],
  ["with a longer list", update({ after: { id: "cache-1", memory_size_gb: 2, node: [], auth_string: "one" } })],
  ["that imports", update({ importing: { id: "cache-1" } })],
  ["that is replaced for a reason", update({ replace_paths: [["region"]] })],
  ["that deletes", resource({ actions: ["delete"], before: { id: "cache-1" }, after: null })],
  ["that forgets", resource({ actions: ["forget"], before: { id: "cache-1" }, after: null })],
])("a change %s has another hash", (_what, change) => expect(hash(change)).not.toBe(HASH));

test("what a deleted resource was like does not matter, but which object it is", () => {
  const deleted = (before: object) => hash(resource({ actions: ["delete"], before, after: null }));
  expect(deleted({ id: "1", resource_version: "7" })).toBe(deleted({ id: "1", resource_version: "8" }));
  expect(deleted({ id: "1" })).not.toBe(deleted({ id: "2" }));
});

test("a resource that only moves counts, and one that stays does not", () => {
  const stays = resource({ actions: ["no-op"], before: { id: "1" }, after: { id: "1" } });
  expect(hash(stays)).toBe(hash());
  expect(hash({ ...stays, previous_address: "google_redis_instance.before" })).not.toBe(hash());
});

test("of a sensitive value, only counts whether it changes", () => {
  const key = (
    before: string,
    after: string,
    before_sensitive: object = { key: true },
    after_sensitive = { key: true },
  ) =>
    hash(
      update({
        before: { id: "1", size: 1, key: before },
        after: { id: "1", size: 2, key: after },
        after_unknown: {},
        before_sensitive,
        after_sensitive,
      }),
    );
  expect(key("one", "one")).toBe(key("two", "two"));
  expect(key("one", "two")).toBe(key("three", "four"));
  expect(key("one", "two")).not.toBe(key("one", "one"));
  expect(key("one", "two", {})).toBe(key("one", "three", {}));
  const nested = (after: string) =>
    hash(
      resource({
        actions: ["create"],
        before: null,
        after: { env: [{ value: after }] },
        after_sensitive: { env: [{ value: true }] },
      }),
    );
  expect(nested("one")).toBe(nested("two"));
  const identity = (id: string) =>
    hash(resource({ actions: ["delete"], before: { id }, after: null, before_sensitive: { id: true } }));
  expect(identity("one")).toBe(identity("two"));
});

test("no value looks like the mark of an unknown or a sensitive one", () => {
  const unknown = hash(create({}, { name: true }));
  const sensitive = hash(
    resource({ actions: ["create"], before: null, after: { name: "x" }, after_sensitive: { name: true } }),
  );
  const written = [["unknown"], ["sensitive"], "unknown", true, { unknown: true }].map((name) =>
    hash(create({ name })),
  );
  expect(new Set([unknown, sensitive, ...written]).size).toBe(7);
});

describe("what the stack's files say counts", () => {
  const ID = { references: ["google_service_account.web.email"] };
  const planned = (written: object, change = create({ role: "admin" }, { member: true })) =>
    planHash({
      resource_changes: [change],
      configuration: { root_module: { resources: [{ address: ADDRESS, ...written }] } },
    });

  test("where an unknown value comes from it, and nowhere else", () => {
    const member = planned({ expressions: { member: ID, role: { constant_value: "admin" } } });
    expect(planned({ expressions: { member: ID, role: { references: ["local.role"] } } })).toBe(member);
    expect(planned({ expressions: { member: { references: ["google_service_account.api.email"] } } })).not.toBe(member);
    const block = (change: object) =>
      planned({ expressions: { grant: [{ member: change }] } }, create({}, { grant: [{ member: true }] }));
    expect(block(ID)).not.toBe(block({ references: ["google_service_account.api.email"] }));
  });

  test("of programs that the apply runs", () => {
    const sleeps = (command: string) => planned({ provisioners: [{ type: "local-exec", expressions: { command } }] });
    expect(sleeps("sleep 300")).not.toBe(sleeps("sleep 1"));
    expect(sleeps("sleep 300")).toBe(sleeps("sleep 300"));
  });

  test("of each instance of a resource", () => {
    const instance = create({}, { member: true }, { address: `${ADDRESS}["a"]` });
    expect(planned({ expressions: { member: ID } }, instance)).not.toBe(planned({ expressions: {} }, instance));
  });
});

test("the same change of two projects has two hashes", () => {
  const of = (constant_value: string) =>
    planHash({
      resource_changes: [update()],
      configuration: { provider_config: { google: { expressions: { project: { constant_value } } } } },
    });
  expect(of("shop-staging")).not.toBe(of("shop-production"));
});

test("outputs count with their values", () => {
  const output = (name: string, actions: readonly string[], after: unknown, more: object = {}) =>
    planHash({ output_changes: { [name]: { actions, before: null, after, ...more } } });
  const created = output("hosts", ["create"], ["a.example.com"]);
  expect(created).not.toBe(hash());
  expect(output("hosts", ["create"], ["b.example.com"])).not.toBe(created);
  expect(output("names", ["create"], ["a.example.com"])).not.toBe(created);
  expect(output("hosts", ["create"], undefined, { after_unknown: true })).not.toBe(created);
  const hidden = (value: string) => output("hosts", ["create"], value, { after_sensitive: true });
  expect(hidden("one")).toBe(hidden("two"));
});
