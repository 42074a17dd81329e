import type { Body } from "@slipway/fake-google-cloud";
import { stateOf } from "../checks/state";
import type { Machine } from "../machine/machine";
import { complete, type Rehearsal, took } from "../rehearsal";
import { complaints } from "../terraform/output";
import { changed } from "../terraform/plan";

/** Something that was changed behind Terraform's back. */
interface Drift {
  readonly address: string;
  readonly what: string;
}

interface Kind {
  readonly what: string;
  readonly change: (attributes: Body, machine: Machine) => Promise<unknown> | unknown;
}

/** An object in the fake's store, which may be changed. */
const stored = (machine: Machine, key: string): Body => machine.google.cloud.need(key);

const named = ({ metadata: [{ name, namespace }] }: Body) => [name, "-n", namespace] as const;

/** Changes that somebody could make in a console, by Terraform's type. */
const KINDS: Readonly<Record<string, Kind>> = {
  google_compute_firewall: {
    what: "switched off",
    change: ({ project, name }, machine) => {
      stored(machine, `compute/projects/${project}/global/firewalls/${name}`).disabled = true;
    },
  },
  google_sql_database_instance: {
    what: "its deletion protection lifted",
    change: ({ project, name }, machine) => {
      stored(machine, `sql/projects/${project}/instances/${name}`).settings.deletionProtectionEnabled = false;
    },
  },
  vercel_project: {
    what: "its production branch changed",
    change: ({ id }, { vercel }) => {
      if (vercel) vercel.vercel.project(id).settings.link.productionBranch = "drifted";
    },
  },
  vercel_alias: {
    what: "at another deployment",
    change: ({ alias }, { vercel }) => {
      const found = vercel?.vercel.aliases.get(alias);
      if (found) found.deploymentId = "dpl_drifted";
    },
  },
  kubernetes_config_map_v1: {
    what: "deleted", // most are immutable
    change: (attributes, machine) => machine.kubectl("delete", "configmap", ...named(attributes)),
  },
  kubernetes_network_policy_v1: {
    what: "about other pods",
    change: (attributes, machine) =>
      machine.kubectl(
        "patch",
        "networkpolicy",
        ...named(attributes),
        "-p",
        JSON.stringify({ spec: { podSelector: { matchLabels: { drifted: "yes" } } } }),
      ),
  },
};

/** Changes one resource of each of these types. */
async function change(machine: Machine): Promise<Drift[]> {
  const { resources } = stateOf(machine);
  const drifts: Drift[] = [];
  for (const [type, { what, change }] of Object.entries(KINDS)) {
    const resource = resources.find((r) => r.mode === "managed" && r.type === type);
    if (!resource) continue;
    await change(resource.instances[0]?.attributes as Body, machine);
    drifts.push({ address: `${type}.${resource.name}`, what });
  }
  return drifts;
}

/** Checks that the plan shows only what was changed elsewhere, and that the apply repairs it. */
export async function drift(rehearsal: Rehearsal): Promise<void> {
  const drifts = await change(rehearsal.machine);
  const run = await rehearsal.terraform("drift-plan", ["plan", "-out=drift.bin", "-detailed-exitcode"]);
  const planned = run.status === 2 ? changed(await rehearsal.planned("drift", "drift.bin")) : [];
  const expected = drifts.map((d) => d.address);
  rehearsal.say("drift shows in the plan", {
    wrong: [
      ...drifts
        .filter((d) => !planned.includes(d.address))
        .map((d) => `${d.address}: ${d.what}, but the plan does not show it`),
      ...planned.filter((a) => !expected.includes(a)).map((a) => `${a} would change too`),
      ...(drifts.length ? [] : ["the stack has no resource that this check can change"]),
      ...(run.status === 2 ? [] : complaints(run)),
    ],
    note: drifts.map((d) => `${d.address}: ${d.what}`).join("; "),
  });
  const repaired = await rehearsal.terraform("drift-apply", ["apply", "drift.bin"]);
  rehearsal.ran("drift is mended", repaired, (r) => `${complete(r)} ${took(r)}`);
  rehearsal.say("the plan is empty again", await rehearsal.emptyPlan("drift-plan-again"));
}
