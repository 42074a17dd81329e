import { isControlPlaneBuilt, whatMachineLacks } from "@slipway/rehearsal";
import { whatIsMissing } from "../commands/planner";

/**
 * Why rehearsals cannot run here, with a warning that names the skipped tests; undefined if they can run. It is synchronous,
 * because Jest must know the tests before they run.
 */
export function whatRehearsalsLack(work: string, skipped: string): string | undefined {
  const missing =
    whatIsMissing(work) ??
    whatMachineLacks() ??
    // A build takes minutes, which is too long for a test.
    (isControlPlaneBuilt() ? undefined : "the control plane is not built yet; the first `npm run rehearse` does it");
  if (missing) console.warn(`SKIPPED: ${skipped}. ${missing}.`);
  return missing;
}
