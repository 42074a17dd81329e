/** Where a bucket in two regions is. */
export interface DualRegion {
  /** The bucket's location. */
  readonly location: string;
  /** Whether the location is these two regions. Otherwise the bucket must name them, too. */
  readonly predefined: boolean;
}

/** {@link https://docs.cloud.google.com/storage/docs/locations#predefined} */
const PREDEFINED: Readonly<Record<string, readonly string[]>> = {
  ASIA1: ["asia-northeast1", "asia-northeast2"],
  EUR4: ["europe-north1", "europe-west4"],
  EUR5: ["europe-west1", "europe-west2"],
  EUR7: ["europe-west2", "europe-west3"],
  EUR8: ["europe-west3", "europe-west6"],
  NAM4: ["us-central1", "us-east1"],
};

/**
 * Regions that can be paired, by the location that both are in. Google's page restricts some pairs in the EU and the US in
 * footnotes: the predefined pairs, and those of one country, are in their own location.
 * {@link https://docs.cloud.google.com/storage/docs/locations#configurable}
 */
const CONFIGURABLE: Readonly<Record<string, readonly string[]>> = {
  ASIA: ["asia-east1", "asia-southeast1"],
  AU: ["australia-southeast1", "australia-southeast2"],
  CA: ["northamerica-northeast1", "northamerica-northeast2"],
  DE: ["europe-west3", "europe-west10"],
  IN: ["asia-south1", "asia-south2"],
  IT: ["europe-west8", "europe-west12"],
  EU: ["central2", "north1", "southwest1", "west1", "west3", "west4", "west8", "west9", "west10", "west12"].map(
    (it) => `europe-${it}`,
  ),
  US: ["central1", "east1", "east4", "east5", "south1", "west1", "west2", "west3", "west4"].map((it) => `us-${it}`),
};

/** Where a bucket in both regions is; undefined if no bucket can be in both. */
export function dualRegionOf(first: string, second: string): DualRegion | undefined {
  const having = (locations: typeof PREDEFINED) =>
    Object.keys(locations).find((it) => locations[it]?.includes(first) && locations[it]?.includes(second));
  const [predefined, configurable] = [having(PREDEFINED), having(CONFIGURABLE)];
  const location = predefined ?? configurable;
  return location === undefined ? undefined : { location, predefined: predefined !== undefined };
}
