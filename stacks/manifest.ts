import { rmSync } from "node:fs";
import path from "node:path";
import { InvalidConfiguration } from "../schema/load";

/**
 * Deletes the list of stacks that cdktf reads after a synthesis. cdktf takes an exit code of 0 and this file for a
 * success, so that without this it could go on with the stacks of the synthesis before. The stacks themselves stay.
 *
 * @param outdir the folder that cdktf names in `CDKTF_OUTDIR`
 */
export function discardManifest(outdir = "cdktf.out"): void {
  const file = path.join(outdir, "manifest.json");
  try {
    rmSync(file, { force: true });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOTDIR") return; // no folder, so no list of an earlier synthesis
    throw new InvalidConfiguration([
      { path: file, value: undefined, rule: `cannot be deleted (${code})`, remedy: "make the folder writable" },
    ]);
  }
}
