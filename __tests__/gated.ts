import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { checkout } from "../commands/checkout";
import { type Approvals, variablesOf } from "../commands/terraform/approvals";
import { type RecordsCloud, startRecords } from "./releasing/cloud";
import { ROOT } from "./support";

/** The arguments with which cdktf applies a plan that nobody is asked about. */
export const APPLY = ["apply", "-auto-approve", "-parallelism=2"];

/**
 * For each test of a file, a checkout with the stack of an environment that Terraform can apply without a provider, and a fake of
 * Google Cloud with the records of releases. The state is a file, because there is no bucket.
 */
export function inGate() {
  let folder: string;
  let cloud: RecordsCloud;
  const at = (...names: readonly string[]) => path.join(folder, ...names);
  const inStack = (...names: readonly string[]) => at("cdktf.out", "stacks", "staging", ...names);
  beforeEach(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), "gate-"));
    cloud = await startRecords(at("cloud"), "pmcrm");
    checkout(folder);
    mkdirSync(inStack(), { recursive: true });
    for (const name of ["tmp", "bin"]) mkdirSync(at(name));
    symlinkSync(path.join(ROOT, "__tests__", "story", "bin", "crane"), at("bin", "crane"));
    writeFileSync(inStack("backend_override.tf.json"), '{ "terraform": { "backend": { "local": {} } } }');
  });
  afterEach(async () => {
    await cloud.fake.stop();
    rmSync(folder, { recursive: true });
  });

  /** Runs a program in a folder of the checkout, which finds programs in its folder bin first. */
  const run = (command: string, args: readonly string[], cwd: string, input = "", more: NodeJS.ProcessEnv = {}) =>
    new Promise<{ code: number | null; out: string }>((resolve) => {
      const settings = { TF_CLI_CONFIG_FILE: "", CHECKPOINT_DISABLE: "1", TMPDIR: at("tmp"), CI: "" };
      const registry = { PATH: `${at("bin")}:${process.env.PATH}`, STORY_IMAGES: at("images.json") };
      const env = { ...process.env, ...settings, ...registry, ...cloud.env, ...more };
      const child = spawn(command, args, { cwd, env });
      let out = "";
      for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (out += data));
      child.on("close", (code) => resolve({ code, out }));
      child.stdin.on("error", () => {}).end(input); // the command may end before it reads everything
    });

  return {
    at,
    inStack,
    run,
    cloud: () => cloud,
    /** Begins with the records of the beginning again. */
    async forget(): Promise<void> {
      await cloud.fake.stop();
      cloud = await startRecords(at("another"), "pmcrm");
    },
    /** Writes the stack as an environment of pmcrm, with these values by the names of resources. */
    write: (values: Readonly<Record<string, object>>, environment = "staging") =>
      writeFileSync(
        inStack("cdk.tf.json"),
        JSON.stringify({
          terraform: { backend: { gcs: { bucket: "none", prefix: `pmcrm/${environment}` } } },
          resource: { terraform_data: values },
        }),
      ),
    /** Runs Terraform as cdktf does for npm run diff, deploy and destroy. What tests of other things change is allowed. */
    terraform: (
      args: readonly string[],
      input?: string,
      approvals: Approvals = { allow: ["data", "unknown"] },
      env = {},
    ) =>
      run(at("commands", "terraform", "terraform.mjs"), args, inStack(), input, { ...variablesOf(approvals), ...env }),
    /** The resources in the state, with their inputs. */
    state: () =>
      (
        JSON.parse(readFileSync(inStack("terraform.tfstate"), "utf8")).resources as {
          name: string;
          instances: { attributes: { input?: { value: string } } }[];
        }[]
      ).map(({ name, instances }) => [name, instances[0]?.attributes.input?.value]),
  };
}
