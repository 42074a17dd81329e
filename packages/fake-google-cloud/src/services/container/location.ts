import { denied, invalid } from "../../api-error";
import { REGIONS, zonesOf } from "../../regions";

/** A location is a region, or one of its zones. */
export const isZone = (location: string): boolean => /^[a-z]+-[a-z]+\d+-[a-z]$/.test(location);
export const regionOf = (location: string): string => (isZone(location) ? location.slice(0, -2) : location);

/** Where the nodes are when nobody says it. */
export const usualZones = (location: string): string[] => (isZone(location) ? [location] : zonesOf(location));

export function checkLocation(location: string): void {
  if (!REGIONS.includes(regionOf(location)))
    throw denied(`Permission denied on 'locations/${location}' (or it may not exist).`, "forbidden");
}

/** Nodes are in the cluster's region. https://cloud.google.com/kubernetes-engine/docs/concepts/regional-clusters */
export function checkZones(zones: readonly string[] = [], location: string): void {
  for (const zone of zones)
    if (!isZone(zone) || regionOf(zone) !== regionOf(location)) throw invalid(`Location "${zone}" does not exist.`);
}
