import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { addSecretByHand, type FakeCloud, startFakeCloud } from "@slipway/fake-google-cloud";
import {
  actions,
  type Diagnostic,
  diagnostics,
  madeByHand,
  run,
  SUPPLIED,
  terraformEnvironment,
} from "@slipway/rehearsal";
import { whatIsMissing } from "../commands/planner";
import { SURROUNDINGS } from "../commands/rehearse/project";
import { synthesize } from "../stacks/synthesize";
import { references, waitsFor } from "./graph";
import { IDENTITIES } from "./mistakes/identities";
import type { Mistake } from "./mistakes/mistake";
import { RANGES } from "./mistakes/ranges";
import { REFERENCES } from "./mistakes/references";
import { UPDATES } from "./mistakes/updates";
import { VALUES } from "./mistakes/values";
import { closure, prune } from "./prune";
import { configuration, type Json, read, type Stack } from "./support";

const MISTAKES: readonly Mistake[] = [...REFERENCES, ...IDENTITIES, ...RANGES, ...VALUES, ...UPDATES];
const TIMEOUT = 120;
const PAGES = /^https:\/\/(cloud\.google\.com|registry\.terraform\.io|developer\.hashicorp\.com|github\.com)\//;
const work = mkdtempSync(path.join(os.tmpdir(), "mistakes-"));
afterAll(() => rmSync(work, { recursive: true }));

// Jest needs the list of tests before it runs them.
const missing = whatIsMissing(work);
if (missing) console.warn(`SKIPPED: ${MISTAKES.length} mistakes that Google Cloud refuses. ${missing}.`);
const skipped = missing ? ` (SKIPPED: ${missing.split(";")[0]})` : "";
const [testIf, testEach] = missing ? [test.skip, test.skip] : [test, test.concurrent];

const out = path.join(work, "out");
beforeAll(() => {
  mkdirSync(out);
  synthesize(configuration(), {}, out);
});

/** A copy of production's stack with changes. */
function production(...changes: readonly (Mistake["make"] | undefined)[]): Stack {
  const stack = read(out, "production");
  for (const change of changes) change?.(stack);
  return stack;
}

const ACCOUNTS = "google_service_account";

/** A folder for Terraform, and a fake of Google Cloud that has only what people create by hand. */
class Deployment {
  private constructor(
    private readonly folder: string,
    private readonly google: FakeCloud,
  ) {}

  static async begin(): Promise<Deployment> {
    const folder = mkdtempSync(path.join(work, "tf-"));
    symlinkSync(path.join(work, "tf", ".terraform"), path.join(folder, ".terraform"));
    cpSync(path.join(work, "tf", ".terraform.lock.hcl"), path.join(folder, ".terraform.lock.hcl"));
    const google = await startFakeCloud({
      folder: folder,
      enabledApis: SURROUNDINGS.enabledApis,
    });
    const { json } = production();
    for (const { project, secret, version } of madeByHand(json).secrets)
      addSecretByHand(google.cloud, project, secret, version, SUPPLIED);
    for (const { project, account_id: accountId, display_name: displayName } of Object.values<Json>(
      json.resource[ACCOUNTS],
    ))
      google.cloud.call({
        method: "POST",
        service: "iam",
        path: `projects/${project}/serviceAccounts`,
        body: { accountId, serviceAccount: { displayName } },
      });
    return new Deployment(folder, google);
  }

  /** Runs a Terraform command on a stack. Returns its errors, and whether it started to change anything. */
  async terraform(stack: Json, ...args: readonly string[]) {
    writeFileSync(path.join(this.folder, "cdk.tf.json"), JSON.stringify(stack));
    const env = { ...terraformEnvironment(), ...this.google.env };
    const result = await run("terraform", args, { env, timeout: TIMEOUT, cwd: this.folder });
    const said: Diagnostic[] = args.includes("validate") ? JSON.parse(result.stdout).diagnostics : diagnostics(result);
    return {
      status: result.status,
      began: actions(result).length > 0,
      errors: said.filter(({ severity }) => severity === "error"),
    };
  }

  readonly validate = (stack: Json) => this.terraform(stack, "validate", "-json");
  readonly apply = (stack: Json) => this.terraform(stack, "apply", "-auto-approve", "-json");

  loseState(): void {
    rmSync(path.join(this.folder, "terraform.tfstate"));
  }

  readonly stop = () => this.google.stop();
}

/** The part of a stack that some addresses need. It imports service accounts: the provider waits 10 s for each new one. */
function partOf(stack: Stack, addresses: readonly string[], mistaken?: string): Json {
  const part = prune(stack, addresses);
  const accounts = Object.entries<Json>(part.resource?.[ACCOUNTS] ?? {}).map(([name, { project, account_id }]) => ({
    to: `${ACCOUNTS}.${name}`,
    id: `projects/${project}/serviceAccounts/${account_id}@${project}.iam.gserviceaccount.com`,
  }));
  return { ...part, import: [...(part.import ?? []), ...accounts.filter(({ to }) => to !== mistaken)] };
}

/**
 * Makes resources wait for the APIs that they waited for before the mistake. A resource that the mistake leaves without
 * references would otherwise fail at times because its API is not enabled yet.
 */
function afterItsApis(mistaken: Stack, right: Stack): Stack {
  const [now, before] = [references(mistaken), references(right)];
  for (const [address, args] of mistaken.resources) {
    const waited = waitsFor(now, address);
    const lost = [...waitsFor(before, address)].filter(
      (other) => other.startsWith("google_project_service.") && now.has(other) && !waited.has(other),
    );
    if (lost.length) args.depends_on = [...(args.depends_on ?? []), ...lost];
  }
  return mistaken;
}

/** Makes a mistake and returns the errors. */
async function refusalOf({ address, also = [], stage, before, stateIsLost, make }: Mistake) {
  const deployment = await Deployment.begin();
  const right = production(before);
  const addresses = closure(right, [address, ...also]);
  try {
    if (before) {
      const { errors } = await deployment.apply(partOf(right, addresses));
      if (errors.length) throw new Error(`without the mistake: ${JSON.stringify(errors)}`);
      if (stateIsLost) deployment.loseState();
    }
    const part = partOf(afterItsApis(production(before, make), right), addresses, address);
    return await (stage === "validate" ? deployment.validate(part) : deployment.apply(part));
  } finally {
    await deployment.stop();
  }
}

testEach.each(MISTAKES.map((mistake) => [mistake.what, mistake.message, mistake] as const))(
  `%s: %s${skipped}`,
  async (_what, message, mistake) => {
    const { status, began, errors } = await refusalOf(mistake);
    expect(status).not.toBe(0);
    expect(errors.map(({ summary, detail }) => `${summary} ${detail}`)).toEqual([expect.stringContaining(message)]);
    for (const { address } of errors) expect(address ?? mistake.address).toBe(mistake.address);
    expect(began).toBe(mistake.stage === "apply");
  },
  TIMEOUT * 1000,
);

test("a resource that a mistake leaves without references waits for its API", () => {
  const mistake = MISTAKES.find(({ what }) => what === "a subnetwork is in a network that does not exist") as Mistake;
  const waits = (stack: Stack) =>
    waitsFor(references(stack), mistake.address).has("google_project_service.project_compute");
  expect(waits(production(mistake.make))).toBe(false);
  expect(waits(afterItsApis(production(mistake.make), production()))).toBe(true);
});

testIf(
  `without a mistake, the resources of all mistakes are applied${skipped}`,
  async () => {
    const deployment = await Deployment.begin();
    const addresses = MISTAKES.flatMap(({ address, also = [] }) => [address, ...also]);
    expect(await deployment.apply(partOf(production(), addresses))).toEqual({ status: 0, began: true, errors: [] });
    await deployment.stop();
  },
  TIMEOUT * 1000,
);

test("each mistake changes the stack, and links to the page that documents the rule", () => {
  const without = ({ make, before }: Mistake) =>
    JSON.stringify(production(before, make).json) === JSON.stringify(production(before).json);
  expect(MISTAKES.filter(without).map(({ what }) => what)).toEqual([]);
  expect(MISTAKES.filter(({ page }) => !PAGES.test(page)).map(({ what }) => what)).toEqual([]);
});

test("at least 34 mistakes are listed, each of them once", () => {
  expect(MISTAKES.length).toBeGreaterThanOrEqual(34);
  expect(new Set(MISTAKES.map(({ what }) => what)).size).toBe(MISTAKES.length);
});
