import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { inCheckout, TRACE } from "./cli-checkout";

const { at, cdktf, program, run, slipway, spoil } = inCheckout();

test("cdktf synth, in CI too, writes both stacks and prints the system and their sizes, not as an error", async () => {
  const { code, out } = await cdktf(["synth"], { CI: "true" }); // CI must name the system for a deploy alone
  expect(out).toMatch(/pmcrm: staging \d+ resources, production \d+ resources/);
  expect(out).not.toContain("ERROR");
  expect(code).toBe(0);
  for (const stack of ["staging", "production"])
    expect(existsSync(at("cdktf.out", "stacks", stack, "cdk.tf.json"))).toBe(true);
});

test("a pipe that is closed early is no failure of synth", async () => {
  const command = `"${process.execPath}" commands/slipway.mjs synth | head -c 1 >/dev/null; echo "\${PIPESTATUS[0]}"`;
  expect(await run("bash", ["-c", command])).toEqual({ code: 0, out: "0\n" });
});

test("through cdktf, a wrong configuration ends with one line for each problem, exit 1, no stack trace and nothing written", async () => {
  spoil("environments/pmcrm/production.ts", "10.4.0.0/14", "10.4.0.0/33");
  spoil("environments/pmcrm/staging.ts", "project:", "projet:");
  spoil("systems/pmcrm.ts", "seconds: 10", "seconds: 1");
  const { code, out } = await cdktf(["synth"]);
  expect(code).toBe(1);
  expect(out).toContain("4 problems in the configuration; nothing was changed.");
  for (const line of [
    'environments/pmcrm/production.ts network.pods = "10.4.0.0/33": must be an IPv4 range in CIDR notation; write it like "10.0.0.0/20"',
    "environments/pmcrm/staging.ts project = nothing: is required (string); copy it from gcloud projects list",
    "environments/pmcrm/staging.ts projet = a string: is not a known key; remove it, or correct its spelling",
    "systems/pmcrm.ts services.backend.rateLimits.0.seconds = 1: is not an interval that Cloud Armor supports",
  ])
    expect(out).toContain(line);
  expect(out).not.toMatch(TRACE);
  expect(existsSync(at("cdktf.out", "stacks", "production", "cdk.tf.json"))).toBe(false);
});

test("a synth runs no Terraform, and its stacks stay when the configuration is wrong afterwards", async () => {
  const file = at("cdktf.out", "stacks", "production", "cdk.tf.json");
  const bin = at("bin");
  mkdirSync(bin);
  writeFileSync(path.join(bin, "terraform"), "#!/bin/sh\necho started >>started\nexit 1\n", { mode: 0o755 });
  expect((await program({ PATH: `${bin}:${process.env.PATH}` })).code).toBe(0);
  expect(existsSync(at("started"))).toBe(false);
  const before = readFileSync(file, "utf8");
  spoil("environments/pmcrm/production.ts", '"STANDARD_HA"', '"BASIC"');
  const { code, out } = await program();
  expect([code, out]).toEqual([
    1,
    expect.stringMatching(
      /^1 problem in the configuration; nothing was changed\.\n.* must be STANDARD_HA in production; use STANDARD_HA\n$/,
    ),
  ]);
  expect(readFileSync(file, "utf8")).toBe(before);
});

describe("with CI set", () => {
  test("a deploy of production must name its system", async () => {
    const refused = await cdktf(["deploy", "production", "--auto-approve"], { CI: "true" });
    expect(refused.code).toBe(1);
    expect(refused.out).toContain("SYSTEM = nothing: must name the system when CI deploys or destroys production");
  });

  test("cdktf itself deploys no production, because it checks no approvals", async () => {
    const { code, out } = await cdktf(["deploy", "production", "--auto-approve"], { CI: "true", SYSTEM: "pmcrm" });
    expect([code, out]).toEqual([
      1,
      expect.stringContaining("npx cdktf deploy = nothing: must not deploy production in CI: it checks no approvals"),
    ]);
  });

  test("a destroy with Terraform's log is refused before Terraform starts", async () => {
    const { code, out } = await cdktf(["destroy", "staging"], { CI: "true", TF_LOG: "INFO" });
    expect([code, out]).toEqual([
      1,
      expect.stringContaining('TF_LOG = "INFO": must not be set in CI or without a terminal'),
    ]);
    expect(out).not.toContain("Initializing");
  });
});

test.each(["knobs", "rehearse"])("%s prints each problem once, and no stack trace", async (command) => {
  spoil("environments/pmcrm/staging.ts", "memoryGb: 1", 'memoryGb: "one"');
  const { code, out } = await slipway([command, "staging"]);
  expect(code).toBe(1);
  expect(out.match(/cache\.memoryGb/g)).toHaveLength(1);
  expect(out).not.toMatch(TRACE);
});

test("a wrong call of a command exits with 2 and says what to do", async () => {
  for (const command of ["secrets", "bootstrap", "deploy"])
    expect(await slipway([command, "prod"])).toEqual({
      code: 2,
      out: `prod: is not an environment of pmcrm; did you mean production? use one of staging, production\nSee npx slipway ${command} --help\n`,
    });
  expect(await slipway(["knobs", "staging", "--groups", "0"])).toEqual({
    code: 2,
    out: "--groups 0: is not a whole number from 1 to 999999\nSee npx slipway knobs --help\n",
  });
  for (const [args, line] of [
    [["diff"], "diff: names no environment; use one of staging, production"],
    [["destroy", "--auto-approve"], "destroy: names no environment; use one of staging, production"],
    [
      ["unhold", "staging", "x", "--reason", "y".repeat(81)],
      "--reason: must be one line of 1 to 80 characters; shorten it",
    ],
    [
      ["hold", "staging", "nope", "--reason", "y"],
      "nope: is not a release of pmcrm; those that ran: SYSTEM=pmcrm npm run history -- staging",
    ],
  ] as const)
    expect(await slipway(args)).toEqual({ code: 2, out: `${line}\nSee npx slipway ${args[0]} --help\n` });
});
