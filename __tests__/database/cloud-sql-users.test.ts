import type { SqlDatabaseInstance } from "@cdktf/provider-google/lib/sql-database-instance";
import { CloudSqlUsers, type CloudSqlUsersProps } from "../../constructs/database/cloud-sql-users";
import type { GeneratedSecret } from "../../constructs/secrets/secret";
import { at, build, project } from "../construct";

const synth = (generation: number, keepsPrevious: boolean, props: Partial<CloudSqlUsersProps> = {}) =>
  build((stack) => {
    const { name, current } = new CloudSqlUsers(stack, "users", {
      project,
      instance: { name: "shop-test-1a2b" } as SqlDatabaseInstance,
      name: "shop_app",
      role: "shop_owner",
      password: { source: { value: "the-password", generation } as GeneratedSecret, keepsPrevious },
      roleExists: [at("script")],
      deletionProtection: true,
      ...props,
    });
    return { name, current: current.fqn };
  });
const users = (...args: Parameters<typeof synth>) => synth(...args).json.resource.google_sql_user;

test.each([1, 2, 3])("generation %d of the password is of a user of its own", (generation) => {
  const { json, given, counts } = synth(generation, false);
  expect(counts).toEqual({ google_sql_user: 1 });
  expect(given).toEqual({ name: `shop_app_${generation}`, current: `\${google_sql_user.users_${generation}}` });
  expect(json.resource.google_sql_user[`users_${generation}`]).toMatchObject({
    name: `shop_app_${generation}`,
    instance: "shop-test-1a2b",
    password_wo: "the-password",
    password_wo_version: generation,
  });
});

test("the password is write-only", () => {
  expect(synth(2, true).readable).not.toContain("the-password");
});

test("the generation before is kept where asked, without sending its password again", () => {
  const { users_3: previous, users_4: current } = users(4, true);
  expect(users(3, false).users_3.password_wo_version).toBe(3);
  expect(previous).toMatchObject({ name: "shop_app_3", password_wo_version: 3 });
  expect(previous.password_wo).toMatch(/^\$\{ephemeral\.random_password\./); // and not the stored one, whose version is disabled
  expect(current).toMatchObject({ name: "shop_app_4", password_wo: "the-password", password_wo_version: 4 });
});

test("before the first generation there is none to keep", () => {
  expect(Object.keys(users(1, true))).toEqual(["users_1"]);
  expect(synth(1, true).json).not.toHaveProperty("ephemeral");
});

test("who logs in owns nothing: each acts as a role that is there before", () => {
  for (const user of Object.values(users(2, true)))
    expect(user).toMatchObject({ database_roles: ["shop_owner"], depends_on: ["script"] });
});

test("an old user goes after what used it has moved", () => {
  for (const user of Object.values(users(2, true)))
    expect(user).toMatchObject({ lifecycle: { create_before_destroy: true } });
});

test("an old user is deleted for good, but for the day when the instance goes with its users", () => {
  expect(users(1, false).users_1.deletion_policy).toBe("DELETE");
  expect(users(1, false, { deletionProtection: false }).users_1.deletion_policy).toBe("ABANDON");
});
