import { synth } from "./support";

const fixed = (allowDestroy: boolean) =>
  synth(({ staging }) => {
    staging.environment.allowDestroy = allowDestroy;
  }).staging.resource("terraform_data.kinds");

test("another kind of database, cache or edge is refused while planning, unless protections are lifted", () => {
  expect(fixed(false)).toMatchObject({
    triggers_replace: { database: "cloud-sql", cache: "memorystore", edge: "google" },
    lifecycle: { prevent_destroy: true },
  });
  expect(fixed(true).lifecycle.prevent_destroy).toBe(false);
});
