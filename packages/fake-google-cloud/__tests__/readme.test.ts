import { execFileSync, spawnSync } from "node:child_process";
import { BIN, block, PACKAGE } from "./readme";

test("the example of a test prints the calls and what they made", () => {
  const args = ["--import", "tsx", "--input-type=module", "--eval", block("js")];
  expect(execFileSync(process.execPath, args, { cwd: PACKAGE, encoding: "utf8" })).toBe(
    [
      "400 POST compute projects/my-project/global/networks/network",
      "200 POST compute projects/my-project/global/networks/network",
      "https://www.googleapis.com/compute/v1/projects/my-project/global/networks/network\n",
    ].join("\n"),
  );
});

describe("the command", () => {
  const run = (...args: string[]) => spawnSync(process.execPath, [BIN, ...args], { encoding: "utf8" });

  test("prints its options", () => {
    const { status, stdout } = run("--help");
    expect([status, stdout]).toEqual([0, expect.stringContaining("Usage: fake-google-cloud [options]")]);
  });

  test.each([
    [["--port", "x"], "--port x: must be a number from 0 to 65535"],
    [["--port", "80.5"], "--port 80.5: must be a number from 0 to 65535"],
    [["--speed", "0"], "--speed 0: must be a number from 0.001 to 1000000"],
    [["--apis", "compute"], "--apis compute: must be an API's name, such as compute.googleapis.com"],
    [["--what"], "Unknown option '--what'"],
  ])("refuses %j", (args, message) => {
    const { status, stdout, stderr } = run(...args);
    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr).toBe(`${message}\nfake-google-cloud --help prints the options\n`);
  });
});
