/** Letters of the zones in regions where they are not a, b and c. https://cloud.google.com/compute/docs/regions-zones#available */
const LETTERS: Readonly<Record<string, string>> = { "europe-west1": "bcd", "us-east1": "bcd", "us-central1": "abcf" };

export const zonesOf = (region: string): string[] =>
  [...(LETTERS[region] ?? "abc")].map((letter) => `${region}-${letter}`);
