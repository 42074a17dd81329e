import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { checkout } from "../commands/checkout";
import { everyStack, synthesizeEvery } from "../commands/every-stack";
import { addProtected, listed, type Protected, protectedFile, protectedIn } from "../commands/protected";
import { type Files, ROOT, read, type Stack, synth } from "./support";

/** Listed addresses that a stack has lost without a `moved` block or a reason. */
function lost(stack: Stack, { addresses, removed }: Protected): string[] {
  const moved = (stack.json.moved ?? []) as { from: string }[];
  const now = new Set([...protectedIn(stack.resources), ...moved.map((m) => m.from), ...Object.keys(removed)]);
  return addresses.filter((address) => !now.has(address));
}

/** Every change of a file; undefined where there is no git or no history. */
function history(name: string): string | undefined {
  try {
    const args = ["log", "-p", "--format=", "--", name];
    return execFileSync("git", args, { cwd: ROOT, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }) || undefined;
  } catch {
    return undefined;
  }
}

const stacks = synth();
const found = new Map<string, Stack>();
beforeAll(async () => {
  const outdir = mkdtempSync(path.join(os.tmpdir(), "protected-"));
  await synthesizeEvery(ROOT, outdir);
  for (const { name, system, environment } of everyStack(ROOT))
    found.set(name, read(path.join(outdir, system), environment));
  rmSync(outdir, { recursive: true });
});

describe.each(everyStack(ROOT).map(({ name }) => name))("%s", (name) => {
  test("no protected address disappears", () => {
    expect(lost(found.get(name) as Stack, listed(ROOT, name))).toEqual([]);
  });

  test(`every protected address is in ${protectedFile(name)}`, () => {
    const missing = protectedIn((found.get(name) as Stack).resources).filter(
      (address) => !listed(ROOT, name).addresses.includes(address),
    );
    if (missing.length)
      throw new Error(`${protectedFile(name)} does not list ${missing.join(", ")}; run npm run protected`);
  });

  const log = history(protectedFile(name));
  (log === undefined ? test.skip : test)(
    `the list only grows${log === undefined ? " (skipped: no git history here)" : ""}`,
    () => {
      const ever = [...(log as string).matchAll(/^[+-]\s+"([a-z]\w*\.[\w-]+)",?$/gm)].map(
        ([, address]) => address as string,
      );
      expect(ever).not.toEqual([]);
      expect(ever.filter((address) => !listed(ROOT, name).addresses.includes(address))).toEqual([]);
    },
  );
});

test("resources that hold data or identity are protected three times: by the service, by Terraform, by the list", () => {
  const { production } = stacks;
  expect(production.resource("google_container_cluster.cluster")).toMatchObject({
    deletion_protection: true,
    lifecycle: { prevent_destroy: true },
  });
  expect(production.resource("google_sql_database_instance.database")).toMatchObject({
    deletion_protection: true,
    settings: { deletion_protection_enabled: true },
    lifecycle: { prevent_destroy: true },
  });
  expect(production.resource("google_redis_instance.cache")).toMatchObject({
    deletion_protection: true,
    lifecycle: { prevent_destroy: true },
  });
  for (const [address, config] of production.resources.filter(([a]) => a.startsWith("google_secret_manager_secret.")))
    expect([address, config.deletion_protection, config.lifecycle.prevent_destroy]).toEqual([address, true, true]);
});

test("a plan refuses to change names that the content of a database or a namespace depends on", () => {
  const { production } = stacks;
  expect(production.resource("terraform_data.database-names")).toMatchObject({
    triggers_replace: { name: "pmcrm", user: "pmcrm" },
    lifecycle: { prevent_destroy: true },
  });
  expect(production.resource("kubernetes_namespace_v1.namespace").lifecycle.prevent_destroy).toBe(true);
});

test("a construct that disappears is noticed, and a moved block or a reason accounts for it", () => {
  const { production } = stacks;
  const list = listed(ROOT, "pmcrm.production");
  const gone = "google_sql_database_instance.database";
  const without: Stack = { ...production, resources: production.resources.filter(([address]) => address !== gone) };
  expect(lost(without, list)).toEqual([gone]);
  expect(
    lost({ ...without, json: { moved: [{ from: gone, to: "google_sql_database_instance.primary" }] } }, list),
  ).toEqual([]);
  expect(lost(without, { ...list, removed: { [gone]: "moved to another project" } })).toEqual([]);
});

test("npm run protected adds what is not listed, and removes nothing", async () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), "protected-"));
  try {
    checkout(folder);
    mkdirSync(path.join(folder, "__tests__"));
    cpSync(path.join(ROOT, "__tests__", "release.json"), path.join(folder, "__tests__", "release.json"));
    const [gone, taken, kept] = ["a.gone", "google_container_cluster.cluster", "google_compute_network.network"];
    const file = path.join(folder, protectedFile("pmcrm.production"));
    mkdirSync(path.dirname(file), { recursive: true });
    const removed = { [gone]: "moved to another project" };
    writeFileSync(file, JSON.stringify({ addresses: [gone, kept], removed }));
    const lines = await addProtected(folder, path.join(folder, "out"));
    expect(lines).toHaveLength(everyStack(ROOT).length);
    expect(lines.filter((line) => line.includes(taken))).toHaveLength(everyStack(ROOT).length);
    const grown = JSON.parse(readFileSync(file, "utf8"));
    expect(grown).toEqual({ addresses: [gone, ...listed(ROOT, "pmcrm.production").addresses].sort(), removed });
    expect((await addProtected(folder, path.join(folder, "out"))).join("\n")).not.toContain("added");
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual(grown);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("allowDestroy lifts every protection, in production only with a confirmation in the process's environment", () => {
  const allow = (files: Files) => {
    files.production.environment.allowDestroy = true;
    files.staging.environment.allowDestroy = true;
  };
  expect(() => synth(allow)).toThrow("ALLOW_DESTROY=pmcrm-production");
  expect(() => synth(allow, { ALLOW_DESTROY: "pmcrm-staging" })).toThrow("ALLOW_DESTROY=pmcrm-production");
  const { staging, production } = synth(allow, { ALLOW_DESTROY: "pmcrm-production" });
  for (const stack of [staging, production]) {
    expect(protectedIn(stack.resources)).toEqual([]);
    expect(stack.text).not.toMatch(/"deletion_protection(_enabled)?": true/);
  }
});
