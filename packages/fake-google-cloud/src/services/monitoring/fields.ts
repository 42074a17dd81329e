import { type ApiError, invalid } from "../../api-error";
import type { Body } from "../../body";

/** Cloud Monitoring's words for a field that must be there. */
export const missingField = (field: string): ApiError => invalid(`Request was missing field ${field}.`);

/** Cloud Monitoring's words for a value that it does not take. */
export const invalidField = (field: string, value: unknown, why: string): ApiError =>
  invalid(`Field ${field} had an invalid value of "${value}": ${why}`);

/** Refuses what is not in an enumeration; nothing is its first value. https://protobuf.dev/programming-guides/json */
export function checkEnumeration(field: string, value: string | undefined, values: readonly string[]): void {
  if (value !== undefined && !values.includes(value)) throw invalid(`Invalid value at '${field}', "${value}"`);
}

/** Seconds of a duration such as `60s`; 0 of none. https://protobuf.dev/reference/protobuf/google.protobuf/#duration */
export function seconds(field: string, duration = "0s"): number {
  const [, number] = /^(-?\d+(?:\.\d{1,9})?)s$/.exec(duration) ?? [];
  if (number === undefined)
    throw invalid(`Invalid value at '${field}' (type.googleapis.com/google.protobuf.Duration), "${duration}"`);
  return Number(number);
}

/** https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.alertPolicies#AlertPolicy.FIELDS.user_labels */
export function checkUserLabels(field: string, labels: Body = {}): void {
  const entries = Object.entries<string>(labels);
  if (entries.length > 64) throw invalidField(field, entries.length, "There can be up to 64 labels.");
  for (const [key, value] of entries)
    if (!/^\p{Ll}[\p{Ll}\p{N}_-]{0,62}$/u.test(key) || !/^[\p{Ll}\p{N}_-]{0,63}$/u.test(value))
      throw invalidField(
        `${field}[${key}]`,
        value,
        "Labels can contain only lowercase letters, numerals, underscores, and dashes, and their keys must begin with a letter.",
      );
}
