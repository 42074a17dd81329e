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
 * The apply of a graph. Reading a resource takes no time, nor does one that is `instant`, such as one that only the state
 * records.
 * @param parallelism number of resources that Terraform makes at a time
 */
export function scheduleOf(
  graph: Graph,
  instant: ReadonlySet<string> = new Set(),
  parallelism = PARALLELISM,
): Schedule {
  const minutes = minutesIn(instant);
  const bars = walk(graph, minutes, parallelism);
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

const minutesIn =
  (instant: ReadonlySet<string>): Minutes =>
  (address) =>
    /^(data|ephemeral)\./.test(address) || instant.has(address) ? 0 : minutesOf(typeOf(address));

/** How much longer an apply may take than it would if everything could be made at the same time. */
const SLACK = 1.05;

/**
 * The most resources at a time that {@link parallelismOf} answers, which is enough for 200 rollouts in two rounds.
 *
 * What else limits it: of each kind of request, Google allows at least 600 a minute in a project, and the google provider
 * repeats what is refused. A service makes two of IAM. Grants on the same secret wait for each other in the provider.
 * Kubernetes serves some 600 requests at the same time, and a rollout that is awaited makes a few every two seconds.
 * {@link https://cloud.google.com/iam/quotas}
 * {@link https://cloud.google.com/secret-manager/quotas}
 * {@link https://github.com/hashicorp/terraform-provider-google/blob/main/google/transport/error_retry_predicates.go}
 * {@link https://kubernetes.io/docs/concepts/cluster-administration/flow-control/}
 */
const MOST = 160;

/**
 * The fewest resources at a time, but at least {@link PARALLELISM}, with which the apply takes hardly longer than if all were
 * made as soon as they can be: what is in the cluster, and everything.
 */
export function parallelismOf(graph: Graph, instant: ReadonlySet<string> = new Set()): number {
  const minutes = minutesIn(instant);
  const ends = (parallelism: number) => {
    const bars = walk(graph, minutes, parallelism);
    return [bars.filter((bar) => inCluster(bar.address)), bars].map((some) =>
      Math.max(0, ...some.map((bar) => bar.to)),
    );
  };
  const best = ends(Number.POSITIVE_INFINITY);
  const suffices = (parallelism: number) => ends(parallelism).every((end, i) => end <= SLACK * (best[i] ?? 0));
  let parallelism = PARALLELISM;
  while (parallelism < MOST && !suffices(parallelism)) parallelism = Math.min(MOST, Math.ceil(parallelism * STEP));
  return parallelism;
}

/** Between two numbers that {@link parallelismOf} tries. */
const STEP = 1.25;

/**
 * Plays Terraform's walk over a graph: a resource begins when everything that it waits for is made and fewer than
 * `parallelism` others are being made. Of those that can begin, the first by name does.
 */
function walk(graph: Graph, minutes: Minutes, parallelism: number): Bar[] {
  const order = [...graph.keys()].sort();
  const rank = new Map(order.map((address, i) => [address, i]));
  const waits = new Map(order.map((address) => [address, graph.get(address)?.size ?? 0]));
  const dependents = new Map<string, string[]>(order.map((address) => [address, []]));
  for (const [address, before] of graph) for (const other of before) dependents.get(other)?.push(address);
  const bars = new Map<string, Bar>();
  const last = new Map<string, Bar>(); // of those that a resource waited for
  const byRank = (a: string, b: string) => (rank.get(a) ?? 0) - (rank.get(b) ?? 0);
  let ready = order.filter((address) => !waits.get(address));
  let under: Bar[] = [];
  let now = 0;
  while (ready.length || under.length) {
    for (const address of ready.splice(0, parallelism - under.length)) {
      const bar = { address, from: now, to: now + minutes(address), after: last.get(address)?.address };
      bars.set(address, bar);
      under.push(bar);
    }
    now = Math.min(...under.map((bar) => bar.to));
    const done = under.filter((bar) => bar.to <= now);
    under = under.filter((bar) => bar.to > now);
    for (const bar of done)
      for (const next of dependents.get(bar.address) ?? []) {
        if (bar.to > (last.get(next)?.to ?? -1)) last.set(next, bar);
        const left = (waits.get(next) ?? 0) - 1;
        waits.set(next, left);
        if (!left) ready.push(next);
      }
    ready = ready.sort(byRank);
  }
  const stuck = order.filter((address) => !bars.has(address));
  if (stuck.length) throw new Error(`nothing can begin: ${stuck.join(", ")} wait for each other`);
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
