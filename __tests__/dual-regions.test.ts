import { dualRegionOf } from "../facts/dual-regions";

test.each<[string, string, object | undefined]>([
  ["europe-west1", "europe-west3", { location: "EU", predefined: false }],
  ["europe-west4", "europe-north1", { location: "EUR4", predefined: true }],
  ["us-east1", "us-central1", { location: "NAM4", predefined: true }],
  ["us-east1", "us-east4", { location: "US", predefined: false }],
  ["europe-west3", "europe-west10", { location: "DE", predefined: false }],
  ["europe-west12", "europe-west8", { location: "IT", predefined: false }],
  ["europe-west1", "us-east1", undefined],
  ["europe-west1", "europe-west6", undefined],
])("a bucket in %s and %s", (first, second, expected) => {
  expect(dualRegionOf(first, second)).toEqual(expected);
  expect(dualRegionOf(second, first)).toEqual(expected);
});
