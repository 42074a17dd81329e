import type { Finding } from "../finding";
import { type KubernetesObject, list, nameOf } from "../kubernetes";
import type { Machine } from "../machine/machine";

/** Kinds that say nothing of what was applied: controllers make and delete their objects at any time. */
const PASSING = /^(events(\.events\.k8s\.io)?|leases\.coordination\.k8s\.io|endpoints|pods\.metrics\.k8s\.io)$/;
/** Kinds that controllers make for other objects. */
const MADE = ["Pod", "ReplicaSet", "ControllerRevision", "EndpointSlice"];

/** Every object in the cluster's namespaces, except events and the like. */
export async function everything(machine: Machine): Promise<KubernetesObject[]> {
  const kinds = (await machine.kubectl("api-resources", "--namespaced", "--verbs=list", "-o", "name")).split("\n");
  return list(machine, kinds.filter((kind) => kind && !PASSING.test(kind)).join(","));
}

/**
 * An object's kind and name, without what differs each time: the end of a name that Kubernetes has completed, and the
 * revision of a Helm release.
 */
function identity({ kind, metadata: { namespace, name, generateName } }: KubernetesObject): string {
  const stable = generateName ? `${generateName}*` : name.replace(/^(sh\.helm\.release\.v1\..*)\.v\d+$/, "$1");
  return `${kind} ${nameOf({ namespace, name: stable })}`;
}

/** Compares the objects in a cluster with those of before. */
export function leftOver(before: readonly KubernetesObject[], after: readonly KubernetesObject[]): Finding {
  const identities = (objects: readonly KubernetesObject[]) =>
    new Set(objects.filter(({ kind }) => !MADE.includes(kind)).map(identity));
  const [was, is] = [identities(before), identities(after)];
  return {
    wrong: [
      ...[...is].filter((object) => !was.has(object)).map((object) => `${object} is left over`),
      ...[...was].filter((object) => !is.has(object)).map((object) => `${object} is missing`),
    ],
    note: `${is.size} objects`,
  };
}
