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
    const memory = path.join(folder, ".terraform");
    if (!existsSync(memory)) continue;
    // A file that cannot be read, as after a disk was full, says nothing: then the memory counts as another system's.
    const stated = contentOf(path.join(folder, "cdk.tf.json"));
    const remembered = path.join(memory, "terraform.tfstate");
    const readable = !existsSync(remembered) || contentOf(remembered);
    if (!readable || stated?.terraform?.backend?.gcs?.prefix !== prefix) rmSync(memory, { recursive: true });
  }
}

interface Stack {
  readonly terraform?: { readonly backend?: { readonly gcs?: { readonly prefix?: unknown } } };
}

function contentOf(file: string): Stack | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}
