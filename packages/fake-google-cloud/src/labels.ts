import { invalid } from "./api-error";
import type { Body } from "./body";

const KEY = /^[\p{Ll}\p{Lo}][\p{Ll}\p{Lo}\p{N}_-]{0,62}$/u;
const VALUE = /^[\p{Ll}\p{Lo}\p{N}_-]{0,63}$/u;

/** https://cloud.google.com/resource-manager/docs/labels-overview#requirements */
export function checkLabels(labels: Body = {}): void {
  const entries = Object.entries(labels);
  if (entries.length > 64)
    throw invalid(`Invalid field "labels"; at most 64 entries allowed but found ${entries.length}`);
  for (const [key, value] of entries) {
    if (!KEY.test(key)) throw invalid(`Invalid field "labels"; key "${key}" must match ${KEY.source}`);
    if (!VALUE.test(value)) throw invalid(`Invalid field "labels.${key}"; value "${value}" must match ${VALUE.source}`);
  }
}
