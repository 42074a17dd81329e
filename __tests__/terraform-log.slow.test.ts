import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { runSync } from "@slipway/rehearsal";
import { checkout } from "../commands/checkout";
import { replaceCdktf } from "./cli-checkout";

describe("npm run", () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), "cdktf-"));
  checkout(folder);
  afterAll(() => rmSync(folder, { recursive: true }));

  test.each<[command: string, args: string[], cdktf: string]>([
    ["synth", [], "synth"],
    ["diff", ["production", "--var", "a=b c"], "diff production --var a=b c --no-color"],
    ["deploy", ["production", "--auto-approve"], "deploy production --auto-approve --no-color"],
    ["destroy", ["production", "--terraform-parallelism=3"], "destroy production --terraform-parallelism 3 --no-color"],
  ])("%s starts cdktf without Terraform's log, and says so", (command, args, cdktf) => {
    replaceCdktf(folder, 'echo "args $*"; env | grep -E "^(TF_LOG|CHECKPOINT|DISABLE|OTHER)" | sort; exit 7');
    const logs = {
      TF_LOG: "INFO",
      TF_LOG_CORE: "TRACE",
      TF_LOG_PROVIDER_KUBERNETES: "DEBUG",
      TF_LOG_PATH: "/tmp/log",
    };
    const { status, stdout, stderr } = runSync("npm", ["run", "--silent", command, "--", ...args], {
      env: { ...process.env, ...logs, OTHER: "1" },
      cwd: folder,
      timeout: 30,
    });
    expect(stdout).toBe(`args ${cdktf}\nCHECKPOINT_DISABLE=1\nDISABLE_VERSION_CHECK=1\nOTHER=1\n`);
    expect(stderr.split("\n").filter((line) => line.includes("TF_LOG"))).toEqual([
      "TF_LOG, TF_LOG_CORE, TF_LOG_PATH, TF_LOG_PROVIDER_KUBERNETES: unset for this run, because Terraform's log contains the values of Secrets",
    ]);
    expect(status).toBe(7);
  });

  test.each(["SIGINT", "SIGTERM"] as const)(
    "hands %s on once, and waits for cdktf to end as it likes",
    async (signal) => {
      replaceCdktf(
        folder,
        'trap "echo signal" INT TERM; echo ready; while :; do sleep 0.1; n=$((n+1)); [ $n = 15 ] && exit 3; done',
      );
      const child = spawn(process.execPath, [path.join(folder, "commands", "slipway.mjs"), "deploy", "staging"], {
        env: process.env,
        detached: true, // no terminal
      });
      let out = "";
      const code = await new Promise((resolve) => {
        child.stdout.on("data", (data) => {
          out += data;
          if (String(data).includes("ready")) child.kill(signal);
        });
        child.on("close", resolve);
      });
      expect([out, code]).toEqual(["ready\nsignal\n", 3]);
    },
  );
});
