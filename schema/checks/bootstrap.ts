import { dualRegionOf } from "../../facts/dual-regions";
import { type Check, check } from "./check";

/** Rules about what the bootstrap stack makes. */
export const bootstrapChecks: readonly Check[] = [
  check([], ["bootstrap", "region"], [], (_s, { bootstrap: { secondRegion }, region: first }, _r, { say }) => {
    if (!secondRegion) return;
    const path = ["bootstrap", "secondRegion"];
    if (secondRegion === first)
      say.environment(path, "must not be the environment's own region", "name another one, or remove the key");
    else if (!dualRegionOf(first, secondRegion))
      say.environment(
        path,
        `makes no dual-region with ${first}, so that no bucket can be in both`,
        "name a region of the same multi-region, see https://cloud.google.com/storage/docs/locations#location-dr",
      );
  }),
];
