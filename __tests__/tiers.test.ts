import { maxConnections } from "../facts/google";

test.each([
  ["db-custom-1-3840", 100],
  ["db-custom-2-6144", 200],
  ["db-custom-2-7680", 400],
  ["db-custom-4-15360", 500],
  ["db-custom-8-30720", 600],
  ["db-custom-16-61440", 800],
  ["db-custom-32-122880", 1000],
  ["db-perf-optimized-N-2", 500],
  ["db-perf-optimized-N-4", 600],
  ["db-perf-optimized-N-16", 1000],
  ["db-c4a-highmem-8", undefined],
  ["db-f1-micro", undefined],
])("%s takes %s connections", (tier, connections) => {
  expect(maxConnections(tier)).toBe(connections);
});
