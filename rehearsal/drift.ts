import { readFileSync } from "node:fs";
import path from "node:path";
import type { Body } from "@slipway/fake-google-cloud";
import type { Machine } from "./machine";

/** Something that was changed behind Terraform's back. */
export interface Drift {
  readonly address: string;
  readonly what: string;
}

interface Kind {
  readonly what: string;
  readonly change: (attributes: Body, machine: Machine) => Promise<unknown> | unknown;
}

/** An object in the fake's store, to be changed there. */
const stored = (machine: Machine, key: string): Body => machine.google.cloud.need(key);

const named = ({ metadata: [{ name, namespace }] }: Body) => [name, "-n", namespace] as const;

/** What somebody may do by hand in a console, by Terraform's type. */
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
export async function driftOf(machine: Machine): Promise<Drift[]> {
  const state = JSON.parse(readFileSync(path.join(machine.work, "tf", "terraform.tfstate"), "utf8"));
  const drifts: Drift[] = [];
  for (const [type, { what, change }] of Object.entries(KINDS)) {
    const resource = (state.resources as Body[]).find((r) => r.mode === "managed" && r.type === type);
    if (!resource) continue;
    await change(resource.instances[0].attributes, machine);
    drifts.push({ address: `${type}.${resource.name}`, what });
  }
  return drifts;
}
