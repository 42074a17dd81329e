import type { Json, Stack } from "./support";

/** What a stack's resources, data sources and ephemerals refer to or name in depends_on, by address. */
export function references(stack: Stack): Map<string, Set<string>> {
  const {
    resource = {},
    data = {},
    ephemeral = {},
  } = stack.json as Record<string, Record<string, Record<string, Json>>>;
  const blocks = new Map<string, Json>();
  for (const [prefix, kind] of [
    ["", resource],
    ["data.", data],
    ["ephemeral.", ephemeral],
  ] as const)
    for (const [type, byName] of Object.entries(kind))
      for (const [name, block] of Object.entries(byName)) blocks.set(`${prefix}${type}.${name}`, block);

  const graph = new Map<string, Set<string>>();
  for (const [address, block] of blocks) {
    const { depends_on = [], ...rest } = block as { depends_on?: string[] };
    const text = JSON.stringify(rest);
    const found = [...text.matchAll(/\b((?:data\.|ephemeral\.)?[a-z]\w*\.[A-Za-z][\w-]*)/g)].map(
      ([, a]) => a as string,
    );
    graph.set(address, new Set([...depends_on, ...found].filter((a) => blocks.has(a) && a !== address)));
  }
  return graph;
}

/** What Terraform makes a stack's blocks wait for. The cluster configures the providers of what is in it. */
export function waitsOf(stack: Stack): Map<string, Set<string>> {
  const found = references(stack);
  for (const [address, waits] of found)
    if (/^(kubernetes|helm)_/.test(address)) waits.add("google_container_cluster.cluster");
  return found;
}

/** Everything that a block waits for, directly or through others. */
export function waitsFor(graph: Map<string, Set<string>>, address: string): Set<string> {
  const seen = new Set<string>();
  const queue = [address];
  for (let next = queue.pop(); next !== undefined; next = queue.pop())
    for (const other of graph.get(next) ?? [])
      if (!seen.has(other)) {
        seen.add(other);
        queue.push(other);
      }
  return seen;
}
