import { synth } from "./support";

const fixed = (allowDestroy: boolean) =>
  synth(({ staging }) => {
    staging.environment.allowDestroy = allowDestroy;
  }).staging.resource("terraform_data.kinds");

test("the kinds of database, cache and edge are fixed, unless protections are lifted", () => {
  expect(fixed(false)).toMatchObject({
    triggers_replace: { database: "cloud-sql", cache: "memorystore", edge: "google" },
    lifecycle: { prevent_destroy: true },
  });
  expect(fixed(true).lifecycle.prevent_destroy).toBe(false);
});
