import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { constants } from "node:os";
import path from "node:path";
import { InvalidArgumentError } from "commander";
import { bootstrapStackName } from "../facts/names";
import { atTerminal, skipsSynthesis } from "../schema/ancestors";
import { environmentsIn } from "../schema/files";
import { toTheEnd } from "../schema/finish";
import { load, systemName } from "../schema/load";
import { GATE, refuseSkippedSynthesis, refuseUnnamedSystem } from "../schema/refusals";
import { logVariables } from "../schema/terraform-log";
import { discardManifest } from "../stacks/manifest";
import { environmentProblems } from "./context";
import { leftPeering, removal } from "./left-peering";
import { type Approvals, misusesOf, NAME, variablesOf } from "./terraform/approvals";

const ROOT = path.resolve(__dirname, "..");
/** The checkout's own cdktf, whatever is on PATH. */
const CDKTF = path.join(ROOT, "node_modules", ".bin", "cdktf");

/**
 * Runs cdktf without its usage reports, and without Terraform's log if nobody watches it, because the logs of CI are kept
 * and others read them. No plan is applied that deletes what is protected, or that changes what nobody has approved.
 * Everything else is cdktf's own: options, terminal, exit code.
 *
 * The configuration is checked first, because cdktf would print each problem twice.
 * @param environments names of environments or of their bootstrap stacks, or patterns of such names
 * @param approvals what was approved before; only a deploy has any
 * @returns the exit code
 * @throws InvalidArgumentError if there is no environment of a name, if none is named, or if an approval is none
 */
export async function cdktf(
  command: string,
  environments: readonly string[],
  options: readonly string[],
  approvals: Approvals,
): Promise<number> {
  const system = systemName(ROOT, process.env);
  const known = environmentsIn(ROOT, system);
  const bootstraps = known.map(bootstrapStackName);
  const wrong = environments
    .filter((it) => NAME.test(it) && !bootstraps.includes(it))
    .flatMap((it) => environmentProblems(system, it, known))
    .concat(misusesOf(approvals, environments));
  // cdktf would synthesize first, and then ask for a stack. It reads the variable like names on the command line.
  if (command !== "synth" && !environments.length && !process.env.CDKTF_STACKS)
    wrong.push(`${command}: names no environment; use one of ${known.join(", ")}`);
  if (wrong.length) throw new InvalidArgumentError(wrong.join("\n"));

  const watched = process.stdout.isTTY && process.stderr.isTTY;
  const plain = !process.stdout.isTTY || !process.stdout.hasColors();
  const args = [
    command,
    ...environments,
    ...options,
    ...(plain && command !== "synth" && !options.includes("--no-color") ? ["--no-color"] : []),
  ];
  const commandLines = () => [["cdktf", ...args]];
  if (!skipsSynthesis(process.env, commandLines())) discardManifest(path.join(ROOT, "cdktf.out"));
  const configuration = await load(ROOT, system, process.env);
  refuseUnnamedSystem(configuration, process.env, commandLines);
  refuseSkippedSynthesis(process.env, commandLines);

  const env: NodeJS.ProcessEnv = {
    ...process.env,
    CHECKPOINT_DISABLE: "1",
    DISABLE_VERSION_CHECK: "1",
    SLIPWAY_TERRAFORM: process.env.TERRAFORM_BINARY_NAME,
    TERRAFORM_BINARY_NAME: GATE,
    ...variablesOf(approvals),
  };
  const logs = logVariables(env);
  if (!watched) env.CONTINUOUS_INTEGRATION = "1"; // cdktf then draws no spinner; it means less to others than CI
  if (logs.length && (env.CI || !watched)) {
    for (const name of logs) delete env[name];
    console.error(`${logs.join(", ")}: unset for this run, because Terraform's log contains the values of Secrets`);
  }

  // A terminal sends its interrupts to cdktf itself. A second interrupt would stop Terraform in the middle.
  const terminal = atTerminal();
  const signals = ["SIGINT", "SIGHUP", "SIGTERM"] as const;
  const pass = (signal: NodeJS.Signals) => {
    if (signal === "SIGTERM" || !terminal) child.kill(signal);
  };
  for (const signal of signals) process.on(signal, pass);

  // cdktf would end in the middle if the reader of its output did, so it writes to this process where nobody watches.
  const output = ({ isTTY }: NodeJS.WriteStream) => (isTTY ? "inherit" : "pipe");
  const stdio = ["inherit", output(process.stdout), output(process.stderr)] as const;
  const child = spawn(CDKTF, args, { cwd: ROOT, stdio: [...stdio], env });
  child.stdout?.on("data", (data) => process.stdout.write(data));
  child.stderr?.on("data", (data) => process.stderr.write(data));
  const code = await new Promise<number>((resolve) => {
    child.on("error", (error) => {
      console.error(`cdktf cannot be started: ${error.message}`);
      resolve(127);
    });
    child.on("close", (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)));
  });
  for (const signal of signals) process.off(signal, pass);
  if (code && child.pid !== undefined && command === "destroy")
    for (const line of advice(environments)) console.error(line);
  return code;
}

/** Lines that say what to do after a failed destroy. */
function advice(stacks: readonly string[]): string[] {
  const commands = stacks
    .map((stack) => path.join(ROOT, "cdktf.out", "stacks", stack, "cdk.tf.json"))
    .filter(existsSync)
    .flatMap((file) => leftPeering(JSON.parse(readFileSync(file, "utf8"))) ?? [])
    .map(removal);
  return commands.length
    ? [
        "If only the network remains, because a peering uses it, remove the peering and destroy again; see docs/operations.md#destroy-an-environment:",
        ...commands,
      ]
    : [];
}

export const main = (...call: Parameters<typeof cdktf>): Promise<void> =>
  toTheEnd(async () => {
    process.exitCode = await cdktf(...call);
  });
