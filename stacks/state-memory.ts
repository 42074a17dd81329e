import { existsSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";

/**
 * Deletes Terraform's memory of other states from the stacks' folders. Stacks of all systems have the same names and
 * folders, and `.terraform` remembers the state for which a folder was initialized. If the state changes, Terraform
 * suggests `-migrate-state`, which would copy one system's state over another's.
 *
 * @param outdir the folder cdktf.out
 * @param statePrefixes the state prefix of each stack to write, by the stack's name
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
