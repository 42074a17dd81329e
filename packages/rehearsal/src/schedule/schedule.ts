import { NEEDS } from "./edges";
import type { Graph } from "./graph";
import { minutesOf } from "./times";

/** When a resource is made, in minutes after the start. */
export interface Bar {
  readonly address: string;
  readonly from: number;
  readonly to: number;
  /** The last resource that it waited for. */
  readonly after?: string;
}

/** A chain of resources, each made after the previous one, and the minute in which it ends. */
export interface Chain {
  readonly minutes: number;
  readonly addresses: readonly string[];
}

/** An apply from nothing as it would go in Google Cloud, by typical durations. */
export interface Schedule {
  readonly bars: readonly Bar[];
  /** The longest chain of the apply, and the longest chain that the services themselves require. */
  readonly all: Bound;
  /** The same until everything in the cluster is made, which a replica elsewhere does not delay. */
  readonly cluster: Bound;
}

export interface Bound {
  readonly criticalPath: Chain;
  readonly lowerBound: Chain;
}

/** Number of resources that Terraform makes at a time by default. */
export const PARALLELISM = 10;

const typeOf = (address: string) => address.split(".")[0] as string;
const inCluster = (address: string) => /^(kubernetes|helm)_/.test(address);

/** Minutes that it takes to make a resource. */
type Minutes = (address: string) => number;

/**
 * Plays Terraform's walk over a graph: a resource begins when everything that it waits for is made and fewer than
 * {@link PARALLELISM} others are being made. Reading a resource takes no time, nor does one that only the state records.
 */
export function scheduleOf(graph: Graph, recorded: ReadonlySet<string> = new Set()): Schedule {
  const minutes: Minutes = (address) =>
    /^(data|ephemeral)\./.test(address) || recorded.has(address) ? 0 : minutesOf(typeOf(address));
  const bars = walk(graph, minutes);
  const needs = imposed(graph);
  const bound = (counts: (address: string) => boolean): Bound => ({
    criticalPath: longest(
      bars.filter((b) => counts(b.address)).map((b) => b.address),
      new Map(bars.map((b) => [b.address, b])),
    ),
    lowerBound: longest([...graph.keys()].filter(counts), earliest(needs, minutes)),
  });
  return { bars, all: bound(() => true), cluster: bound(inCluster) };
}

function walk(graph: Graph, minutes: Minutes): Bar[] {
  const bars = new Map<string, Bar>();
  const waiting = new Set([...graph.keys()].sort());
  const under: Bar[] = [];
  let now = 0;
  while (waiting.size || under.length) {
    for (const address of waiting) {
      if (under.length >= PARALLELISM) break;
      const before = [...(graph.get(address) ?? [])].map((a) => bars.get(a));
      if (before.some((bar) => !bar || bar.to > now)) continue;
      const after = before.reduce((last, bar) => ((bar?.to ?? 0) > (last?.to ?? -1) ? bar : last), undefined)?.address;
      const bar = { address, from: now, to: now + minutes(address), after };
      bars.set(address, bar);
      under.push(bar);
      waiting.delete(address);
    }
    if (!under.length) throw new Error(`nothing can begin: ${[...waiting].join(", ")} wait for each other`);
    now = Math.min(...under.map((bar) => bar.to));
    for (const bar of under.filter((b) => b.to <= now)) under.splice(under.indexOf(bar), 1);
  }
  return [...bars.values()];
}

/** What a service makes each resource wait for, of everything that it waits for directly or through others. */
function imposed(graph: Graph): Graph {
  const all = new Map<string, ReadonlySet<string>>();
  const everything = (address: string): ReadonlySet<string> => {
    const known = all.get(address);
    if (known) return known;
    const found = new Set<string>();
    for (const next of graph.get(address) ?? []) for (const far of [next, ...everything(next)]) found.add(far);
    all.set(address, found);
    return found;
  };
  return new Map(
    [...graph.keys()].map((address) => {
      const first = new Set(NEEDS[typeOf(address)]?.map((need) => need.first));
      return [address, new Set([...everything(address)].filter((other) => first.has(typeOf(other))))];
    }),
  );
}

/** When everything could be made if it waited for nothing else, and all at the same time. */
function earliest(needs: Graph, minutes: Minutes): Map<string, Bar> {
  const bars = new Map<string, Bar>();
  const bar = (address: string): Bar => {
    const known = bars.get(address);
    if (known) return known;
    const last = [...(needs.get(address) ?? [])].map(bar).sort((a, b) => b.to - a.to)[0];
    const from = last?.to ?? 0;
    const found = { address, from, to: from + minutes(address), after: last?.address };
    bars.set(address, found);
    return found;
  };
  for (const address of needs.keys()) bar(address);
  return bars;
}

/** The chain that ends last. */
function longest(addresses: readonly string[], bars: ReadonlyMap<string, Bar>): Chain {
  const last = addresses.map((a) => bars.get(a)).sort((a, b) => (b?.to ?? 0) - (a?.to ?? 0))[0];
  const chain: string[] = [];
  for (let bar = last; bar; bar = bar.after ? bars.get(bar.after) : undefined) chain.unshift(bar.address);
  return { minutes: last?.to ?? 0, addresses: chain };
}
