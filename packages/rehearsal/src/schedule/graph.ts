/** What each resource waits for, by address. */
export type Graph = ReadonlyMap<string, ReadonlySet<string>>;

/** A resource, a data source or an ephemeral resource, but not an output, a variable or a local value. */
const RESOURCE = /^(?!output\.|var\.|local\.)(?:data\.|ephemeral\.)?[a-z]\w*\.[\w-]+$/;

/**
 * The order in which Terraform walks a plan, from the output of `terraform graph`. Nodes that are not resources, such as
 * providers, are replaced by what they wait for. {@link https://developer.hashicorp.com/terraform/cli/commands/graph}
 */
export function graphOf(dot: string): Graph {
  const edges = new Map<string, Set<string>>();
  for (const [, from = "", to = ""] of dot.matchAll(/"\[root\] ((?:[^"\\]|\\.)+)" -> "\[root\] ((?:[^"\\]|\\.)+)"/g)) {
    const found = edges.get(address(from)) ?? new Set();
    edges.set(address(from), found.add(address(to)));
    if (!edges.has(address(to))) edges.set(address(to), new Set());
  }
  const waits = new Map<string, ReadonlySet<string>>();
  const through = (node: string, seen: Set<string>, found: Set<string>): Set<string> => {
    for (const next of edges.get(node) ?? []) {
      if (seen.has(next)) continue;
      seen.add(next);
      if (RESOURCE.test(next)) found.add(next);
      else through(next, seen, found);
    }
    return found;
  };
  for (const node of edges.keys())
    if (RESOURCE.test(node)) {
      const found = through(node, new Set([node]), new Set());
      found.delete(node);
      waits.set(node, found);
    }
  return waits;
}

/** Address of a node's resource: `google_x.y (expand)` and `google_x.y` are nodes of one resource. */
const address = (node: string): string => node.replace(/ \(expand\)$/, "");
