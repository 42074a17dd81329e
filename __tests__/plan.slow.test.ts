import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { type Plan, whatIsMissing as whatIsMissingOf } from "@slipway/rehearsal";
import { everyBootstrapStack, everyStack, type Stack, stackText, synthesizeEvery } from "../commands/every-stack";
import { planFromNothing, whatIsMissing } from "../commands/planner";
import { VERCEL_PROVIDER_VERSION } from "../constructs/frontend/vercel-provider";
import { type Failure, isInstalled, type Report, scan, type Waiver } from "./checkov";
import accepted from "./checkov-waivers.json";
import { ROOT } from "./support";

const MOST_WAIVED_CHECKS = 10;
const SECONDS = 1000;

const work = mkdtempSync(path.join(os.tmpdir(), "plan-"));
const isProduction = ({ environment }: Stack): boolean => environment.split("-").includes("production");
const stacks = [...everyStack(ROOT), ...everyBootstrapStack(ROOT).filter(isProduction)];

// Jest wants to know before it starts which tests there are.
const withoutPlans = whatIsMissing(work);
const withoutScans = withoutPlans ?? (isInstalled() ? undefined : "checkov is not on PATH (pip install checkov)");
const withoutVercel = whatIsMissingOf(path.join(work, "vercel"), {
  required_providers: { vercel: { source: "vercel/vercel", version: VERCEL_PROVIDER_VERSION } },
});
if (withoutVercel) console.warn(`Plans leave out what is on Vercel. ${withoutVercel}.`);
if (withoutPlans) console.warn(`SKIPPED: plans of ${stacks.length} stacks. ${withoutPlans}.`);
if (withoutScans) console.warn(`SKIPPED: checkov's scan of production. ${withoutScans}.`);

/** A test, or one that is skipped with the reason, in short, in its name. */
function testUnless(missing: string | undefined, name: string, run: () => Promise<void>, timeout = 60 * SECONDS): void {
  if (missing) test.skip(`${name} (SKIPPED: ${missing.split(";")[0]})`, run);
  else test(name, run, timeout);
}

let folderOf: (stack: Stack) => string;
const plans = new Map<string, Promise<Plan>>();
let last: Promise<unknown> = Promise.resolve();

/** A stack's plan, made once, and one at a time: they share a folder. */
function planOf(stack: Stack): Promise<Plan> {
  const known = plans.get(stack.name);
  if (known) return known;
  const plan = last.then(() => planFromNothing(folderOf(stack), work));
  last = plan.catch(() => undefined);
  plans.set(stack.name, plan);
  return plan;
}

beforeAll(async () => {
  folderOf = await synthesizeEvery(ROOT, path.join(work, "out"));
}, 60 * SECONDS);

afterAll(() => rmSync(work, { recursive: true }));

describe.each(stacks.map((stack) => [stack.name, stack] as const))("%s", (_name, stack) => {
  testUnless(withoutPlans, "is valid, without a warning", async () => {
    expect((await planOf(stack)).validation.trim()).toBe("Success! The configuration is valid.");
  });

  testUnless(withoutPlans, "plans from nothing to create each of its resources, and nothing else", async () => {
    const { resource } = JSON.parse(stackText(folderOf(stack))) as { resource: Record<string, object> };
    const declared = Object.entries(resource).flatMap(([type, named]) =>
      withoutVercel && type.startsWith("vercel_") ? [] : Object.keys(named).map((name) => `create ${type}.${name}`),
    );
    const planned = ((await planOf(stack)).json.resource_changes ?? [])
      .filter(({ mode }) => mode === "managed")
      .map(({ address, change }) => `${change.actions} ${address}`);
    expect(planned.sort()).toEqual(declared.sort());
  });
});

describe("checkov on production's plans", () => {
  const waivers: readonly Waiver[] = accepted.waivers;
  let scanned: Promise<Report[]> | undefined;
  const reports = () => {
    scanned ??= Promise.all(stacks.filter(isProduction).map(async (s) => scan((await planOf(s)).file, work)));
    return scanned;
  };
  const failures = async () => (await reports()).flatMap((r) => r.failures);
  /** Whether a waiver is about a finding. Its address can end in a star, for resources with the same reason. */
  const covers = ({ check, address }: Waiver, failure: Failure) =>
    check === failure.check &&
    (address.endsWith("*") ? failure.address.startsWith(address.slice(0, -1)) : address === failure.address);

  testUnless(withoutScans, "holds nothing against them but what is waived", async () => {
    const held = (await failures())
      .filter((failure) => !waivers.some((waiver) => covers(waiver, failure)))
      .map(({ check, address, says }) => `${check} ${address}: ${says}`);
    const versions = new Set((await reports()).map((r) => r.version));
    if (held.length && !versions.has(accepted.checkov))
      held.push(`(this is checkov ${[...versions]}; the waivers were written for ${accepted.checkov})`);
    expect(held).toEqual([]);
  });

  testUnless(withoutScans, "looks at every resource", async () => {
    const planned = await Promise.all(
      stacks
        .filter(isProduction)
        .map(async (s) => (await planOf(s)).json.resource_changes?.filter((c) => c.mode === "managed").length),
    );
    expect((await reports()).map((r) => r.resources)).toEqual(planned);
  });

  testUnless(withoutScans, "waives nothing that is not held against them", async () => {
    const found = await failures();
    expect(waivers.filter((waiver) => !found.some((failure) => covers(waiver, failure)))).toEqual([]);
  });

  test(`waives at most ${MOST_WAIVED_CHECKS} checks, each with a reason`, () => {
    expect(new Set(waivers.map((w) => w.check)).size).toBeLessThanOrEqual(MOST_WAIVED_CHECKS);
    expect(waivers.filter((w) => w.reason.length < 20)).toEqual([]);
    expect(
      waivers.filter((w, i) =>
        waivers.some((other, j) => j < i && w.check === other.check && w.address === other.address),
      ),
    ).toEqual([]);
  });
});
