import { eventually, type Finding } from "../finding";
import { list } from "../kubernetes";
import type { Machine } from "../machine/machine";

// biome-ignore lint/suspicious/noExplicitAny: a PersistentVolumeClaim, or a server of Prometheus's operator
type Part = any;

/** GiB of a Kubernetes quantity or of a Prometheus size, whose units are binary too. */
function gibibytes(size: string): number {
  const [, number, unit = ""] = /^(\d+)(Gi|GB|Mi|MB)$/.exec(size) ?? [];
  if (!number) throw new Error(`"${size}" is not a size that this check can read`);
  return Number(number) / (unit.startsWith("G") ? 1 : 1024);
}

/**
 * Problems with disks: disks smaller than their claims request, and servers of Prometheus's operator that request more than
 * their disk has, or keep more data than fits.
 */
export function smallDisks(claims: readonly Part[], servers: readonly Part[]): string[] {
  const wrong: string[] = [];
  const sizes = new Map<string, string>();
  for (const { metadata, spec, status } of claims) {
    const [asked, has] = [spec.resources.requests.storage, status?.capacity?.storage];
    if (!has) continue; // not mounted yet
    sizes.set(`${metadata.namespace}/${metadata.name}`, has);
    if (gibibytes(has) < gibibytes(asked)) wrong.push(`${metadata.name} has ${has} of ${asked}`);
  }
  for (const { kind, metadata, spec } of servers) {
    const statefulSet = `${kind.toLowerCase()}-${metadata.name}`;
    const claim = `${spec.storage?.volumeClaimTemplate?.metadata?.name ?? `${statefulSet}-db`}-${statefulSet}-0`;
    const has = sizes.get(`${metadata.namespace}/${claim}`);
    const asked = spec.storage?.volumeClaimTemplate?.spec.resources.requests.storage;
    if (!asked) continue;
    if (!has) wrong.push(`${statefulSet} has no disk ${claim}`);
    for (const [what, size] of [
      ["asks for", asked],
      ["keeps", spec.retentionSize],
    ])
      if (has && size && gibibytes(size) > gibibytes(has))
        wrong.push(`${statefulSet} ${what} ${size} on a disk of ${has}`);
  }
  return wrong;
}

/** Checks that every disk has the requested size, and room for the data that its server keeps. */
export async function disks(machine: Machine, seconds = 30): Promise<Finding> {
  const definitions = await machine.kubectl("get", "customresourcedefinitions", "-o", "name");
  const servers = [...definitions.matchAll(/\/((?:prometheuses|alertmanagers)\.monitoring\.coreos\.com)$/gm)].map(
    ([, kind]) => kind,
  );
  let claims: Part[] = [];
  const look = async () => {
    claims = await list<Part>(machine, "persistentvolumeclaims");
    return smallDisks(claims, servers.length ? await list<Part>(machine, servers.join(",")) : []);
  };
  return { wrong: await eventually(look, seconds), note: `${claims.length} claims` };
}
