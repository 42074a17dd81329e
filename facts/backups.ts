/** Name of the bucket of a database's dumps, unlike any other's in the world: a project's id is. */
export const bucketOfDumps = (project: string, fullName: string): string => `${project}-${fullName}-dumps`;

/** Id of the Google service account that writes them. */
export const accountOfDumps = (systemName: string): string => `${systemName}-dumps`;
