import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { constants } from "node:os";
import path from "node:path";
import { describe } from "../../schema/problem";
import { OTHER_CREDENTIALS } from "../../stacks/token-plugin";
import { Refused } from "../refused";
import { lostByBootstrap } from "../terraform/plan-problems";
import type { Existing } from "./existing";
import { accessToken } from "./gcloud";
import type { Read } from "./google-api";

const STACK = "cdk.tf.json";
const IMPORTS = "imports.tf.json";
const LOCAL_BACKEND = "backend_override.tf.json";
const LOCAL_STATE = "terraform.tfstate";
const PLAN = "plan.bin";

/**
 * The folder in which Terraform applies a bootstrap stack. The bucket of the state is in the stack itself, so the first
 * state is a file here, until it moves into the bucket. If the file is lost before, what exists is imported.
 */
export class Workspace {
  private remote = false;

  /** @param reading returns what reads from Google's APIs */
  constructor(
    private readonly folder: string,
    private readonly reading: () => Promise<Read>,
  ) {}

  /** Writes the stack, and finds out where its state is. */
  async open(stack: string): Promise<void> {
    mkdirSync(this.folder, { recursive: true });
    writeFileSync(this.file(STACK), stack);
    rmSync(this.file(IMPORTS), { force: true });
    this.remote = await this.isRemote();
    if (this.remote) for (const file of [LOCAL_BACKEND, LOCAL_STATE]) rmSync(this.file(file), { force: true });
    else {
      const backend = { local: { path: LOCAL_STATE } };
      writeFileSync(this.file(LOCAL_BACKEND), JSON.stringify({ terraform: { backend } }));
    }
    await this.must(["init", "-reconfigure", "-input=false"]);
  }

  /** Where the state is, in words. */
  get place(): string {
    const { bucket, prefix } = this.backend();
    return this.remote ? `gs://${bucket}/${prefix}` : path.join(this.folder, LOCAL_STATE);
  }

  get isLocal(): boolean {
    return !this.remote;
  }

  /** Writes the imports of what exists. Terraform passes over those that are in the state already. */
  adopt(found: readonly Existing[]): void {
    writeFileSync(this.file(IMPORTS), JSON.stringify({ import: found }));
  }

  /** Plans; returns whether there is anything to do. @throws Refused if the plan deletes what holds data or identity */
  async plan(): Promise<boolean> {
    const code = await this.terraform(["plan", "-input=false", "-detailed-exitcode", `-out=${PLAN}`]);
    if (code !== 0 && code !== 2) throw this.failed("plan");
    const shown = await this.printed(["show", "-json", PLAN]);
    const problems = lostByBootstrap(JSON.parse(shown));
    if (problems.length) throw new Refused(["Nothing was applied.", ...problems.map(describe)].join("\n"));
    return code === 2;
  }

  async apply(): Promise<void> {
    try {
      await this.must(["apply", "-input=false", PLAN]);
    } finally {
      rmSync(this.file(PLAN), { force: true });
    }
  }

  /** Moves the state from the file into the bucket. */
  async moveState(): Promise<void> {
    rmSync(this.file(LOCAL_BACKEND));
    await this.must(["init", "-migrate-state", "-force-copy", "-input=false"]);
    if (!(await this.isRemote())) throw new Refused(`The state is not in the bucket; it is still in ${this.place}.`);
    rmSync(this.file(LOCAL_STATE), { force: true });
    rmSync(this.file(`${LOCAL_STATE}.backup`), { force: true });
    this.remote = true;
  }

  private async isRemote(): Promise<boolean> {
    const { bucket, prefix } = this.backend();
    const read = await this.reading();
    return (
      (await read("storage", `b/${bucket}`)) !== undefined &&
      (await read("storage", `b/${bucket}/o/${encodeURIComponent(`${prefix}/default.tfstate`)}`)) !== undefined
    );
  }

  private backend(): { bucket: string; prefix: string } {
    return JSON.parse(readFileSync(this.file(STACK), "utf8")).terraform.backend.gcs;
  }

  private file(name: string): string {
    return path.join(this.folder, name);
  }

  private async must(args: readonly string[]): Promise<void> {
    if ((await this.terraform(args)) !== 0) throw this.failed(args[0] as string);
  }

  private said = "";

  private failed(command: string): Refused {
    return new Refused(
      `terraform ${command} failed. What was done is in the state (${this.place}).${remedyOf(this.said)}`,
      this.said,
    );
  }

  private async printed(args: readonly string[]): Promise<string> {
    const chunks: Buffer[] = [];
    if ((await this.terraform(args, (chunk) => chunks.push(chunk))) !== 0) throw this.failed(args[0] as string);
    return Buffer.concat(chunks).toString();
  }

  /**
   * Runs Terraform in this terminal, as the account that gcloud uses; returns its exit code.
   * @param output gets what Terraform prints, in place of the terminal
   */
  private async terraform(args: readonly string[], output?: (chunk: Buffer) => void): Promise<number> {
    const env: NodeJS.ProcessEnv = { ...process.env };
    for (const name of OTHER_CREDENTIALS) delete env[name];
    Object.assign(env, {
      GOOGLE_OAUTH_ACCESS_TOKEN: await accessToken(),
      CHECKPOINT_DISABLE: "1",
      TF_IN_AUTOMATION: "1",
    });
    const child = spawn(process.env.TERRAFORM_BINARY_NAME ?? "terraform", args, {
      cwd: this.folder,
      env,
      stdio: ["ignore", output ? "pipe" : "inherit", "pipe"],
    });
    this.said = "";
    if (output) child.stdout?.on("data", output);
    child.stderr?.on("data", (chunk: Buffer) => {
      this.said += chunk;
      process.stderr.write(chunk);
    });
    // A terminal sends its interrupts to Terraform, too, which then finishes what it has begun.
    const forward = () => child.kill("SIGTERM");
    const wait = () => {};
    process.on("SIGINT", wait).on("SIGTERM", forward);
    try {
      return await new Promise((resolve, reject) => {
        child.on("error", (error) => reject(new Refused(`terraform cannot be started: ${error.message}`)));
        child.on("close", (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)));
      });
    } finally {
      process.off("SIGINT", wait).off("SIGTERM", forward);
    }
  }
}

/** What to do about an error of Terraform's, if it is a common one. */
function remedyOf(said: string): string {
  if (/Error acquiring the state lock/.test(said))
    return "\nIf nobody else runs this command, an interrupted run has left the lock: run terraform force-unlock in that folder with the ID above.";
  if (/prevent_destroy|cannot be destroyed/.test(said))
    return "\nThe plan would replace something that exists. Undo the change of the environment's file. A project that has secrets and buckets in one region cannot get bootstrap.secondRegion.";
  return "";
}
