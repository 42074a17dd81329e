import { type Plan, planProblems } from "../commands/terraform/plan-problems";
import { describe as line } from "../schema/problem";

const INSTANCE = "google_sql_database_instance.database";
const IDENTITY = "google_service_account.identity_mail";
const REASON = "moved to another project";

type Change = NonNullable<Plan["resource_changes"]>[number];
const change = (address: string, actions: readonly string[], more: Partial<Change> = {}, name = ""): Change => ({
  address,
  type: address.split(".")[0] as string,
  change: { actions, before: actions.includes("create") && actions.length === 1 ? null : { name } },
  ...more,
});
const user = (generation: number, ...actions: string[]) =>
  change(`google_sql_user.database_users_${generation}`, actions, {}, `shop_${generation}`);

const list = { addresses: [INSTANCE, IDENTITY], removed: {} as Record<string, string> };
const shop = { system: "shop", environment: "production", allowDestroy: false, list };
const refused = (changes: readonly Change[], listed = shop, destroys = false): string[] =>
  planProblems({ resource_changes: changes }, listed, destroys).map(line);
const would = (what: string, address = INSTANCE) =>
  expect.stringContaining(`protected/shop/production.json addresses = "${address}": would be ${what}; `);

test.each([
  ["deleted", ["delete"]],
  ["replaced", ["delete", "create"]],
  ["replaced", ["create", "delete"]],
])("a protected resource that would be %s by %j is a problem", (what, actions) => {
  expect(refused([change(INSTANCE, actions)])).toEqual([would(what)]);
});

test("a protected resource that would move and then be deleted is a problem", () => {
  const moved = change("google_sql_database_instance.primary", ["delete"], { previous_address: INSTANCE });
  expect(refused([moved])).toEqual([would("deleted")]);
});

test.each([
  ["an update", change(INSTANCE, ["update"])],
  ["a creation", change(INSTANCE, ["create"])],
  ["nothing", change(INSTANCE, ["no-op"])],
  ["a resource that Terraform forgets", change(INSTANCE, ["forget"])],
  ["a resource that is not protected", change("kubernetes_config_map_v1.mail", ["delete"])],
  ["what is left of a replacement", change(INSTANCE, ["delete"], { deposed: "0a1b2c3d" })],
])("%s is no problem", (_what, changed) => expect(refused([changed])).toEqual([]));

test("a removal needs a reason, and allowDestroy unless the resource holds no data", () => {
  const changes = [change(INSTANCE, ["delete"]), change(IDENTITY, ["delete"])];
  const reasons = { ...list, removed: { [INSTANCE]: REASON, [IDENTITY]: REASON } };
  expect(refused(changes, { ...shop, allowDestroy: true })).toHaveLength(2);
  expect(refused(changes, { ...shop, list: reasons })).toEqual([would("deleted")]);
  expect(refused(changes, { ...shop, list: reasons, allowDestroy: true })).toEqual([]);
});

test("an address that left the list with a reason is still protected", () => {
  const left = { addresses: [], removed: { [INSTANCE]: REASON } };
  expect(refused([change(INSTANCE, ["delete"])], { ...shop, list: left })).toEqual([would("deleted")]);
});

test("a destroy of the whole environment needs allowDestroy and no reasons", () => {
  const changes = [change(INSTANCE, ["delete"]), user(1, "delete")];
  expect(refused(changes, shop, true)).toEqual([would("deleted")]);
  expect(refused(changes, { ...shop, allowDestroy: true }, true)).toEqual([]);
});

test("the database's user that the services log in as must not be deleted", () => {
  const line = (name: string, generation: number) =>
    `google_sql_user.database_users_${generation - 1} = "${name}": would be deleted, and the services log in as this user; write generation ${generation} in database.password: a rotation keeps only the user of the generation before`;
  expect(refused([user(2, "delete"), user(3, "create"), user(4, "create")])).toEqual([line("shop_2", 3)]);
  expect(refused([user(2, "delete"), user(1, "delete"), user(5, "create")])).toEqual([line("shop_2", 3)]);
  expect(refused([user(1, "create"), user(3, "delete")])).toEqual([line("shop_3", 4)]);
});

test.each([
  ["the first user", [user(1, "create")]],
  ["a rotation", [user(1, "no-op"), user(2, "create")]],
  ["the release after a rotation", [user(1, "delete"), user(2, "no-op")]],
  ["two rotations in a row", [user(1, "delete"), user(2, "no-op"), user(3, "create")]],
])("%s is no problem", (_what, changes) => expect(refused(changes)).toEqual([]));
