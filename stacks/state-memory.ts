import { existsSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";

/**
 * Stacks have the same names and folders whatever the system, and `.terraform` remembers the state that a folder was
 * initialised for. Terraform's advice after a change of it, `-migrate-state`, would copy one system's state over
 * another's: so that memory goes when the folder's system changes.
 *
 * @param outdir cdktf.out
 * @param statePrefixes state prefix of each stack that is about to be written
 */
export function forgetOtherSystems(outdir: string, statePrefixes: Readonly<Record<string, string>>): void {
  for (const [stack, prefix] of Object.entries(statePrefixes)) {
    const folder = path.join(outdir, "stacks", stack);
    const file = path.join(folder, "cdk.tf.json");
    if (!existsSync(path.join(folder, ".terraform"))) continue;
    if (!existsSync(file) || JSON.parse(readFileSync(file, "utf8")).terraform?.backend?.gcs?.prefix !== prefix)
      rmSync(path.join(folder, ".terraform"), { recursive: true });
  }
}
