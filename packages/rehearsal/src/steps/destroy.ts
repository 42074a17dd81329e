import { readFileSync } from "node:fs";
import { stateFile } from "../checks/state";
import type { Machine } from "../machine/machine";
import type { LeftPeering } from "../options";
import { complete, Ended, type Rehearsal } from "../rehearsal";
import { complaints } from "../terraform/output";
import type { Run } from "../terraform/run";

/** Checks that a destroy is refused and changes nothing. */
export async function refuseDestroy(rehearsal: Rehearsal): Promise<void> {
  const { machine } = rehearsal;
  const before = await snapshot(machine);
  const run = await rehearsal.terraform("destroy-refused", ["destroy", "-auto-approve"]);
  const refused = run.status !== 0 && /Instance cannot be destroyed/.test(run.stdout + run.stderr);
  const wrong = refused ? [] : ["it was not refused", ...complaints(run)];
  if (before !== (await snapshot(machine))) wrong.push("something changed");
  rehearsal.say("destroy is refused; state and cloud are unchanged", { wrong, note: "" });
}

/** Everything in Google Cloud, on Vercel and in the state, and what the cluster runs. */
async function snapshot({ google: { cloud }, vercel, kubectl, work }: Machine): Promise<string> {
  return JSON.stringify([
    cloud.store.entries(),
    cloud.policies.entries(),
    vercel?.vercel.entries(),
    await kubectl("get", "deployments,secrets,namespaces", "-A", "-o", "name"),
    readFileSync(stateFile(work), "utf8"),
  ]);
}

/** Applies a version that allows destruction, and destroys it. */
export async function destroy(rehearsal: Rehearsal, stack: string): Promise<void> {
  const { leftPeering } = rehearsal.options;
  await rehearsal.init(stack, "destroy");
  const allow = await rehearsal.terraform("destroy-allow", ["apply", "-auto-approve"]);
  rehearsal.must("apply of the version that allows destruction", allow, complete);
  const destroyed = await rehearsal.terraform("destroy", ["destroy", "-auto-approve"]);
  if (destroyed.status === 0 || !leftPeering) return rehearsal.must("destroy", destroyed, complete);
  removePeering(rehearsal, leftPeering, destroyed);
  rehearsal.must("destroy again", await rehearsal.terraform("destroy-again", ["destroy", "-auto-approve"]), complete);
}

/** Removes a peering, as a person does, if it is the only reason why a destroy failed. */
function removePeering(rehearsal: Rehearsal, { name, network, project, removal }: LeftPeering, run: Run): void {
  const errors = (run.stdout + run.stderr)
    .replace(/[│\s]+/g, " ")
    .split("Error: ")
    .slice(1);
  const path = `projects/${project}/global/networks/${network}`;
  const kept = `The network resource '${path}' is already being used by '${path}/peerings/${name}'`;
  const wrong = errors.length === 1 && errors[0]?.includes(kept) ? [] : complaints(run);
  if (!rehearsal.say("destroy leaves the network, which a peering uses", { wrong, note: "" })) throw new Ended();
  rehearsal.machine.google.cloud.call({
    method: "POST",
    service: "compute",
    path: `${path}/removePeering`,
    body: { name },
  });
  rehearsal.say("a person removes the peering", { wrong: [], note: removal });
}
