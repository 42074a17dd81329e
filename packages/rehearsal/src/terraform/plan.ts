import { mkdtempSync, writeFileSync } from "node:fs";
import path from "node:path";
import { addSecretByHand, startFakeCloud } from "@slipway/fake-google-cloud";
import { startFakeVercel } from "@slipway/fake-vercel";
import { madeByHand, SUPPLIED } from "../made-by-hand";
import { readStack } from "../stack";
import { prepare } from "./prepare";
import { onVercel } from "./requirements";
import { run, terraformEnvironment } from "./run";

/** A plan as `terraform show -json` prints it; only the fields that are used. */
export interface PlanJson {
  readonly resource_changes?: readonly PlannedChange[];
}

export interface PlannedChange {
  readonly address: string;
  readonly mode: "managed" | "data";
  readonly type: string;
  readonly name: string;
  readonly change: {
    readonly actions: readonly string[];
    readonly after: unknown;
    /** Shaped like `after`: true if a value is known after apply. */
    readonly after_unknown: unknown;
    /** Shaped like `after`: true if a value is sensitive. */
    readonly after_sensitive: unknown;
  };
}

/** Addresses of the resources that a plan changes. */
export const changed = ({ resource_changes = [] }: PlanJson): string[] =>
  resource_changes
    .filter((c) => c.mode === "managed" && c.change.actions.some((action) => action !== "no-op"))
    .map((c) => c.address);

export interface Plan {
  /** Output of `terraform validate`. */
  readonly validation: string;
  /** File with the output of `terraform show -json`. */
  readonly file: string;
  readonly json: PlanJson;
}

/** Limit of a Terraform command, in seconds. */
const TIMEOUT = 120;

/**
 * Plans a stack from nothing with the real providers, in a folder in which `whatIsMissing` found everything. No cluster
 * exists yet, so Kubernetes is not needed.
 *
 * @throws with Terraform's message if a command fails
 */
export async function planFromNothing(stack: string, work: string, enabledApis: readonly string[]): Promise<Plan> {
  const google = await startFakeCloud({ folder: work, enabledApis });
  const { vercel } = onVercel(work, [readStack(stack)]);
  const frontends = vercel ? await startFakeVercel(work) : undefined;
  const terraform = async (...args: readonly string[]): Promise<string> => {
    const { status, stdout, stderr } = await run("terraform", [...args, "-no-color"], {
      env: {
        ...terraformEnvironment(),
        ...google.env,
        ...frontends?.env,
        ...(frontends && { SSL_CERT_FILE: frontends.authority }),
      },
      timeout: TIMEOUT,
      cwd: path.join(work, "tf"),
    });
    if (status !== 0) throw new Error(`terraform ${args[0]} fails\n${stdout.slice(-500)}${stderr}`);
    return stdout;
  };
  try {
    prepare(stack, work, Number.POSITIVE_INFINITY, { vercel });
    if (vercel) await terraform("init"); // the folder was initialized without this provider
    for (const { project, secret, version } of madeByHand(readStack(stack)).secrets)
      addSecretByHand(google.cloud, project, secret, version, SUPPLIED);
    const validation = await terraform("validate");
    await terraform("plan", "-out=plan.bin");
    const text = await terraform("show", "-json", "plan.bin");
    const file = path.join(mkdtempSync(path.join(work, "plan-")), "plan.json");
    writeFileSync(file, text);
    return { validation, file, json: JSON.parse(text) };
  } finally {
    await google.stop();
    await frontends?.stop();
  }
}
