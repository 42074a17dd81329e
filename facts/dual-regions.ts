/**
 * Regions that can be paired in a configurable dual-region of Cloud Storage, by the multi-region that both must be in.
 * {@link https://cloud.google.com/storage/docs/locations#location-dr}
 */
const MULTI_REGIONS: Readonly<Record<string, readonly string[]>> = {
  EU: ["central2", "north1", "southwest1", "west1", "west3", "west4", "west8", "west9"].map((it) => `europe-${it}`),
  US: ["central1", "east1", "east4", "east5", "south1", "west1", "west2", "west3", "west4"].map((it) => `us-${it}`),
};

/** The multi-region that a bucket in both regions names as its location; undefined if no bucket can be in both. */
export const dualRegionOf = (first: string, second: string): string | undefined =>
  Object.keys(MULTI_REGIONS).find((multi) => [first, second].every((region) => MULTI_REGIONS[multi]?.includes(region)));
