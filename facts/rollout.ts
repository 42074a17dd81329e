/** What a rollout adds to a Deployment's pods, in per cent; it never has fewer ready than before. */
export const SURGE = 25;

/** The most pods that serve while a rollout replaces some. */
export const mostServing = (replicas: number): number => Math.ceil(replicas * (1 + SURGE / 100));

/** The most pods that count toward a quota: a rollout may replace all of them before the first of the old ones has ended. */
export const mostCounted = (replicas: number): number => 2 * replicas;

/** The most pods of a fixed number or a range. */
export const largestOf = (replicas: number | { readonly max: number }): number =>
  typeof replicas === "number" ? replicas : replicas.max;
