import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { everyBootstrapStack, everyStack, type Stack } from "../commands/every-stack";
import { contentAtCommit, pick } from "../commands/inventories/committed";
import {
  changedAddresses,
  contentOf,
  FOLDER,
  fileOf,
  type Inventory,
  inventoryOf,
  print,
  RENEW,
  typeOf,
} from "../commands/inventories/inventory";
import { MATTERS } from "../commands/inventories/matters";
import { ROOT, synthEvery } from "./support";

/** Arguments that inventories show once a stack sets them. */
const NOT_SET = new Set([
  "google_container_cluster master_authorized_networks_config.cidr_blocks.cidr_block",
  "google_container_cluster authenticator_groups_config.security_group",
  "google_sql_database_instance settings.ip_configuration.authorized_networks",
]);

const stacks = [...everyStack(ROOT), ...everyBootstrapStack(ROOT)];
const texts = new Map<string, string>();
const textOf = ({ name }: Stack): string => texts.get(name) as string;

beforeAll(async () => {
  for (const [name, { text }] of await synthEvery(stacks)) texts.set(name, text);
});

/** Fails with the difference of each address that changed. */
function expectUnchanged(stack: Stack, committed: Inventory, text: string): void {
  const changed = changedAddresses(committed, inventoryOf(text));
  if (!changed.length) return;
  const now = pick(contentOf(text), changed);
  const before = contentAtCommit(ROOT, stack, committed, changed);
  const header = `${fileOf(stack.name)} is stale at ${changed.join(", ")}. If the change is meant, run ${RENEW}`;
  if (!before)
    throw new Error(`${header}\n\nGit cannot show what was there before. Now:\n${JSON.stringify(now, null, 2)}`);
  try {
    expect(now).toEqual(before);
  } catch (error) {
    throw new Error(`${header}\n\n${(error as Error).message}`);
  }
  throw new Error(header); // only the inventory's own form changed
}

test.each(stacks.map((stack) => [stack.name, stack] as const))(
  "%s declares what its inventory lists",
  (name, stack) => {
    const file = path.join(ROOT, fileOf(name));
    if (!existsSync(file)) throw new Error(`${fileOf(name)} does not exist; write it: ${RENEW}`);
    const committed = readFileSync(file, "utf8");
    expectUnchanged(stack, JSON.parse(committed), textOf(stack));
    expect(print(inventoryOf(textOf(stack)))).toBe(committed);
  },
);

test("every inventory is one of a stack", () => {
  expect(readdirSync(path.join(ROOT, FOLDER)).sort()).toEqual(stacks.map((s) => path.basename(fileOf(s.name))).sort());
});

test("inventories show arguments of every type of resource, and each argument that is listed is set somewhere", () => {
  const inventories = stacks.map((stack) => inventoryOf(textOf(stack)));
  const types = [...new Set(inventories.flatMap(({ counts }) => Object.keys(counts)))];
  expect(types.filter((type) => !MATTERS[type])).toEqual([]);

  const shown = new Set(
    inventories.flatMap(({ entries }) =>
      entries.flatMap(({ address, values }) => Object.keys(values).map((value) => `${typeOf(address)} ${value}`)),
    ),
  );
  const listed = types.flatMap((type) => (MATTERS[type] ?? []).map((value) => `${type} ${value}`));
  expect(listed.filter((value) => !shown.has(value) && !NOT_SET.has(value))).toEqual([]);
});

test("an inventory shows what a reviewer reads, and a hash of the rest without cdktf's notes", () => {
  const stack = (tier: string, other: string) =>
    JSON.stringify({
      "//": { metadata: { version: other } },
      resource: { google_redis_instance: { cache: { "//": { metadata: other }, tier, labels: { a: "b" } } } },
      moved: [{ from: "google_redis_instance.old", to: "google_redis_instance.cache" }],
    });
  const before = inventoryOf(stack("BASIC", "0.21.0"));
  expect(before.counts).toEqual({ google_redis_instance: 1 });
  expect(before.entries.map(({ address, values }) => [address, values])).toEqual([
    ["google_redis_instance.cache", { tier: "BASIC" }],
    ["moved.google_redis_instance.old", {}],
  ]);
  expect(inventoryOf(stack("BASIC", "0.22.0"))).toEqual(before);
  expect(changedAddresses(before, inventoryOf(stack("STANDARD_HA", "0.21.0")))).toEqual([
    "google_redis_instance.cache",
  ]);
  expect(changedAddresses(before, inventoryOf(stack("BASIC", "0.21.0").replace('"b"', '"c"')))).toEqual([
    "google_redis_instance.cache",
  ]);
});
