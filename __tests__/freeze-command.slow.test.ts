import { readFileSync, writeFileSync } from "node:fs";
import { inCheckout } from "./cli-checkout";

const HOUR = 3_600_000;

describe("npm run freeze", () => {
  const { slipway: start, at } = inCheckout();
  const slipway = (...args: string[]) => start(args, { SYSTEM: "pmcrm" });
  const run = (...args: string[]) => slipway("freeze", ...args);
  const file = (name = "releases/pmcrm/production.json") => at(name);
  const pointer = () => JSON.parse(readFileSync(file(), "utf8"));
  /** Writes planned freezes into production's file. */
  const plan = (...freezes: object[]) =>
    writeFileSync(
      file("environments/pmcrm/production.ts"),
      readFileSync(file("environments/pmcrm/production.ts"), "utf8").replace(
        'purpose: "production",',
        `$& freezes: ${JSON.stringify(freezes)},`,
      ),
    );
  const moment = (hours: number) => new Date(Date.now() + hours * HOUR).toISOString().replace(/\.\d+/, "");
  const hoursFromNow = (text: string) => (Date.parse(text) - Date.now()) / HOUR;

  test("writes a freeze from now on, changes its end, and lifts it", async () => {
    const before = pointer();
    const { code, out } = await run("production", "--until", "12h", "--reason", "An incident");
    const { freeze, ...others } = pointer();
    expect([code, others, freeze.reason]).toEqual([0, before, "An incident"]);
    expect(hoursFromNow(freeze.from)).toBeCloseTo(0, 1);
    expect(hoursFromNow(freeze.until)).toBeCloseTo(12, 1);
    expect(out).toBe(
      `releases/pmcrm/production.json: frozen until ${freeze.until}: An incident\nCommit the file, and deploy:\n  SYSTEM=pmcrm npm run deploy -- production\nThe deploy keeps Google's maintenance away. It is refused if it would change anything else.\n`,
    );

    const until = moment(72);
    expect((await run("production", "--until", until.replace("Z", "+00:00"), "--reason", "Still")).code).toBe(0);
    expect(pointer().freeze).toEqual({ from: freeze.from, until, reason: "Still" });

    // A release leaves it as it is.
    const id = before.stable;
    expect((await slipway("release", "production", "--version", "9.0.0")).code).toBe(0);
    expect(pointer().freeze).toEqual({ from: freeze.from, until, reason: "Still" });
    expect((await slipway("release", "production", "--from", id)).code).toBe(0);

    const lifted = await run("production", "--lift");
    expect(lifted).toEqual({
      code: 0,
      out: "releases/pmcrm/production.json: no freeze any more\nCommit the file, and deploy:\n  SYSTEM=pmcrm npm run deploy -- production\n",
    });
    expect(pointer()).toMatchObject({ stable: id });
    expect(pointer()).not.toHaveProperty("freeze");
  }, 120_000);

  test("a release removes a freeze that is over, and a new one begins now", async () => {
    const over = { from: "2025-01-01T00:00:00Z", until: "2025-01-02T00:00:00Z", reason: "An incident" };
    const before = pointer();
    writeFileSync(file(), JSON.stringify({ ...before, freeze: over }));
    expect((await run("production", "--until", "3d", "--reason", "Another")).code).toBe(0);
    expect(hoursFromNow(pointer().freeze.from)).toBeCloseTo(0, 1);
    writeFileSync(file(), JSON.stringify({ ...before, freeze: over }));
    expect((await slipway("release", "production", "--version", "9.0.0")).code).toBe(0);
    expect(pointer()).not.toHaveProperty("freeze");
  }, 120_000);

  test("only says what it would do, if asked", async () => {
    const before = readFileSync(file(), "utf8");
    const { code, out } = await run("production", "--until", "3d", "--reason", "Sale", "--dry-run");
    expect([code, out]).toEqual([
      0,
      expect.stringMatching(/frozen until .*: Sale\nNothing was written, because of --dry-run\.\n$/),
    ]);
    expect(readFileSync(file(), "utf8")).toBe(before);
  });

  test("says which planned freeze still holds", async () => {
    const planned = { from: moment(-24), until: moment(48), reason: "Sale" };
    plan(planned);
    const none = await run("production", "--lift");
    expect([none.code, none.out]).toEqual([
      2,
      expect.stringContaining(
        "production has no freeze that --lift could end: remove the one that holds from environments/pmcrm/production.ts",
      ),
    ]);
    await run("production", "--until", "3d", "--reason", "An incident");
    expect((await run("production", "--lift")).out).toContain(
      `\nenvironments/pmcrm/production.ts: a planned freeze still holds, until ${planned.until}: Sale\n`,
    );
  }, 120_000);

  test("refuses what would be wrong, and writes nothing", async () => {
    const before = readFileSync(file(), "utf8");
    for (const [args, exit, message] of [
      [["--until", "85d", "--reason", "Sale"], 1, "leaves GKE too few nights"],
      [
        ["--until", "3d", "--reason", "x".repeat(81)],
        1,
        "freeze.reason = a string: must be one line of 1 to 80 characters",
      ],
    ] as const) {
      const { code, out } = await run("production", ...args);
      expect([args, code, out]).toEqual([args, exit, expect.stringContaining(message)]);
      expect(readFileSync(file(), "utf8")).toBe(before);
    }
  }, 120_000);

  test.each([
    [["production"], "say --until when the freeze ends, or --lift to end it\nsay --reason"],
    [["production", "--until", "soon", "--reason", "Sale"], "--until soon: write a time like 2027-12-01T00:00:00Z"],
    [
      ["production", "--until", "2027-02-30T00:00:00Z", "--reason", "Sale"],
      "--until 2027-02-30T00:00:00Z: write a time",
    ],
    [
      ["production", "--until", "2020-01-01T00:00:00Z", "--reason", "Sale"],
      "--until 2020-01-01T00:00:00Z: is over already",
    ],
    [["production", "--lift", "--reason", "Sale"], "--lift ends the freeze: leave out --until and --reason"],
    [["production", "--lift"], "production has no freeze that --lift could end\n"],
    [["prod", "--lift"], "prod: is not an environment of pmcrm; did you mean production?"],
  ])("%j is misuse", async (args, message) => {
    expect(await run(...args)).toEqual({ code: 2, out: expect.stringContaining(message) });
  });
});
