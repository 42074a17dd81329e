/**
 * Versions of datastores, oldest first. A system says which one it needs at least, and an environment which one it has, so
 * that a managed datastore and a release of a chart can stand in for each other.
 */
export const VERSIONS = {
  database: ["POSTGRES_15", "POSTGRES_16", "POSTGRES_17"],
  cache: ["REDIS_7_0", "REDIS_7_2", "REDIS_8_2"],
  search: ["ELASTICSEARCH_9_1"],
} as const;

/** Whether a version of a datastore is older than another one. */
export const isOlder = (store: keyof typeof VERSIONS, version: string, minimum: string): boolean => {
  const versions: readonly string[] = VERSIONS[store];
  return versions.indexOf(version) < versions.indexOf(minimum);
};
