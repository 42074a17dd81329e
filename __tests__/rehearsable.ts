import { isControlPlaneBuilt } from "../rehearsal/control-plane";
import { whatMachineLacks } from "../rehearsal/machine";
import { whatIsMissing } from "../rehearsal/planner";

/**
 * Why rehearsals cannot run here, and says so of the tests that need them; nothing where they can. Jest wants to know
 * before it starts which tests there are.
 */
export function whatRehearsalsLack(work: string, skipped: string): string | undefined {
  const missing =
    whatIsMissing(work) ??
    whatMachineLacks() ??
    // to build it takes minutes, too long for a test
    (isControlPlaneBuilt() ? undefined : "the control plane is not built yet; the first `npm run rehearse` does it");
  if (missing) console.warn(`SKIPPED: ${skipped}. ${missing}.`);
  return missing;
}
