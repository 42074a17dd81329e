import path from "node:path";
import type { Finding } from "../finding";
import { type KubernetesObject, list, type Metadata, nameOf } from "../kubernetes";
import type { Machine } from "../machine/machine";
import { readStack } from "../stack";
import { stateOf } from "./state";

/**
 * Checks that the cluster's immutable ConfigMaps and Secrets, which configure pods, are those in the state, and that none
 * of an earlier version is left over.
 */
export async function configuration(machine: Machine): Promise<Finding> {
  const state = stateOf(machine).resources.flatMap(({ type, name, instances }) =>
    instances
      .filter(({ attributes }) => attributes?.immutable)
      .map(({ attributes = {}, deposed }) => {
        const [metadata] = attributes.metadata as [Metadata];
        return { key: nameOf(metadata), type, name, deposed };
      }),
  );
  const kept = new Set(Object.values(readStack(path.join(machine.work, "tf")).resource ?? {}).flatMap(Object.keys));
  const cluster = (await list<KubernetesObject & { immutable?: boolean }>(machine, "configmaps,secrets"))
    .filter(({ immutable }) => immutable)
    .map(({ metadata }) => nameOf(metadata));
  return {
    wrong: [
      ...cluster.filter((key) => !state.some((s) => s.key === key)).map((key) => `${key} is left over in the cluster`),
      ...state
        .filter(({ name, deposed }) => deposed || !kept.has(name))
        .map(({ key, type, name }) => `${key} is left over as ${type}.${name}`),
    ],
    note: `${cluster.length} objects`,
  };
}
