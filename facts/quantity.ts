/** Kubernetes quantities, only in the spellings that people read without thinking: cores or millicores, Mi or Gi. */

/** Millicores. */
export function parseCpu(text: string): number | undefined {
  const m = /^(\d+)(m?)$/.exec(text);
  const n = m && Number(m[1]) * (m[2] ? 1 : 1000);
  return n ? n : undefined;
}

/** Mebibytes. */
export function parseMemory(text: string): number | undefined {
  const m = /^(\d+)(Mi|Gi)$/.exec(text);
  const n = m && Number(m[1]) * (m[2] === "Gi" ? 1024 : 1);
  return n ? n : undefined;
}
