import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { type Files, ROOT, type Stack, synth } from "./support";

/**
 * `prevent_destroy` goes with its block: a construct that is renamed or removed plans the destruction of the database
 * without a word. So the addresses of what holds data or identity are kept here, and the lists only grow.
 */
interface Protected {
  /** Everything that was ever protected. */
  readonly addresses: readonly string[];
  /** What was taken away on purpose: address and reason. */
  readonly removed: Readonly<Record<string, string>>;
}

const environments = ["staging", "production"] as const;
const file = (environment: string) => path.join("__tests__", "protected", `pmcrm.${environment}.json`);
const listed = (environment: string) =>
  JSON.parse(readFileSync(path.join(ROOT, file(environment)), "utf8")) as Protected;

const protectedOf = (stack: Stack): string[] =>
  stack.resources.filter(([, config]) => config.lifecycle?.prevent_destroy === true).map(([address]) => address);

/** Listed addresses that a stack has lost without a `moved` block or a reason. */
function lost(stack: Stack, { addresses, removed }: Protected): string[] {
  const moved = (stack.json.moved ?? []) as { from: string }[];
  const now = new Set([...protectedOf(stack), ...moved.map((m) => m.from), ...Object.keys(removed)]);
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

describe.each(environments)("%s", (environment) => {
  test("no protected address disappears", () => {
    expect(lost(stacks[environment], listed(environment))).toEqual([]);
  });

  test(`every protected address is in ${file(environment)}`, () => {
    const missing = protectedOf(stacks[environment]).filter(
      (address) => !listed(environment).addresses.includes(address),
    );
    expect(missing).toEqual([]);
  });

  const log = history(file(environment));
  (log === undefined ? test.skip : test)(
    `the list only grows${log === undefined ? " (skipped: no git history here)" : ""}`,
    () => {
      const ever = [...(log as string).matchAll(/^[+-]\s+"([a-z]\w*\.[\w-]+)",?$/gm)].map(
        ([, address]) => address as string,
      );
      expect(ever).not.toEqual([]);
      expect(ever.filter((address) => !listed(environment).addresses.includes(address))).toEqual([]);
    },
  );
});

test("what holds data or identity is protected three times: by the service, by Terraform, by the list", () => {
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

test("a construct that disappears is noticed, and a moved block or a reason accounts for it", () => {
  const { production } = stacks;
  const list = listed("production");
  const gone = "google_sql_database_instance.database";
  const without: Stack = { ...production, resources: production.resources.filter(([address]) => address !== gone) };
  expect(lost(without, list)).toEqual([gone]);
  expect(
    lost({ ...without, json: { moved: [{ from: gone, to: "google_sql_database_instance.primary" }] } }, list),
  ).toEqual([]);
  expect(lost(without, { ...list, removed: { [gone]: "moved to another project" } })).toEqual([]);
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
    expect(protectedOf(stack)).toEqual([]);
    expect(stack.text).not.toMatch(/"deletion_protection(_enabled)?": true/);
  }
});
