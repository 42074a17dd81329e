import { closest, distance } from "fastest-levenshtein";

/** Edits that a misspelt name can need. */
const MOST_EDITS = 3;

/** The name that was probably meant: one that begins so, or else one that differs in few characters. */
function similar(name: string, known: readonly string[]): string | undefined {
  const beginning = known.find((it) => name && it.startsWith(name));
  const nearest = closest(name, known);
  return beginning ?? (known.length && distance(name, nearest) <= MOST_EDITS ? nearest : undefined);
}

/** The beginning of a remedy: which name was probably meant, or nothing. */
export function didYouMean(name: unknown, known: readonly string[]): string {
  const meant = typeof name === "string" ? similar(name, known) : undefined;
  return meant === undefined ? "" : `did you mean ${meant}? `;
}
