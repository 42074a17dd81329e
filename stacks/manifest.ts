import { unlinkSync } from "node:fs";
import path from "node:path";

/**
 * Deletes the list of stacks that cdktf reads after a synthesis. cdktf takes an exit code of 0 and this file for a
 * success, so that without this it could go on with the stacks of the synthesis before. The stacks themselves stay.
 *
 * @param outdir the folder that cdktf names in `CDKTF_OUTDIR`
 */
export function discardManifest(outdir = "cdktf.out"): void {
  const file = path.join(outdir, "manifest.json");
  try {
    unlinkSync(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "ENOENT" && code !== "ENOTDIR") throw error; // otherwise there is no list of an earlier synthesis
  }
}
