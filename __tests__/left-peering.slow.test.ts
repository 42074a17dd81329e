import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { runSync } from "@slipway/rehearsal";
import { checkout } from "../commands/checkout";
import { replaceCdktf } from "./cli-checkout";
import { synth } from "./support";

const COMMAND =
  "gcloud compute networks peerings delete servicenetworking-googleapis-com --network=pmcrm-staging --project=pmcrm-staging";

describe("slipway", () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), "left-peering-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  checkout(folder);
  const stack = path.join(folder, "cdktf.out", "stacks", "staging");
  mkdirSync(stack, { recursive: true });
  writeFileSync(path.join(stack, "cdk.tf.json"), synth().staging.text);

  /** What is said after a cdktf that ends so. */
  const said = (exit: number, ...args: string[]) => {
    replaceCdktf(folder, `exit ${exit}`);
    const call = [path.join(folder, "commands", "slipway.mjs"), ...args];
    const { status, stderr } = runSync(process.execPath, call, { env: process.env, timeout: 30 });
    expect(status).toBe(exit);
    return stderr;
  };

  test("destroy prints the command when it fails", () => {
    expect(said(1, "destroy", "staging", "--auto-approve")).toBe(
      `If only the network remains, because a peering uses it, remove the peering and destroy again; see docs/operations.md#destroy-an-environment:\n${COMMAND}\n`,
    );
  });

  test("127 is the exit code if there is no cdktf", () => {
    replaceCdktf(folder, "");
    rmSync(path.join(folder, "node_modules", ".bin", "cdktf"));
    const call = [path.join(folder, "commands", "slipway.mjs"), "synth"];
    const { status, stderr } = runSync(process.execPath, call, { env: process.env, timeout: 30 });
    expect([status, stderr]).toEqual([127, expect.stringContaining("cdktf cannot be started: ")]);
  });

  test.each([
    [0, "destroy", "staging"],
    [1, "destroy", "production"], // of which there is no stack
    [1, "deploy", "staging"],
  ] as const)("nothing is added to exit %i of %s %s", (exit, command, name) => {
    expect(said(exit, command, name)).toBe("");
  });
});
