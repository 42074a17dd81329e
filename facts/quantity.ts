/**
 * Kubernetes quantities, only in the spellings that people read without thinking: cores or millicores, Mi or Gi. They have
 * at most nine digits, so that they can be computed with exactly.
 */

/**
 * The most that a machine of Google's has: millicores and MiB.
 * {@link https://cloud.google.com/compute/docs/machine-resource}
 */
export const LARGEST_MACHINE = { cpu: 1_920_000, memory: 32 * 1024 * 1024 } as const;

/** Millicores. */
export function parseCpu(text: string): number | undefined {
  const m = /^(\d{1,9})(m?)$/.exec(text);
  const n = m && Number(m[1]) * (m[2] ? 1 : 1000);
  return n ? n : undefined;
}

/** Mebibytes. */
export function parseMemory(text: string): number | undefined {
  const m = /^(\d{1,9})(Mi|Gi)$/.exec(text);
  const n = m && Number(m[1]) * (m[2] === "Gi" ? 1024 : 1);
  return n ? n : undefined;
}
