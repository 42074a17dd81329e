import { isSecretName } from "./secret-names";

/** What frontends are like, wherever they are hosted. */

/**
 * Whether a build writes the variable's value into the files that browsers get, so that everybody can read it and a later
 * value has no effect. {@link https://nextjs.org/docs/app/guides/environment-variables#bundling-environment-variables-for-the-browser}
 */
export const isBuiltIn = (variable: string): boolean => variable.startsWith(BUILT_IN);
const BUILT_IN = "NEXT_PUBLIC_";

/** Addresses of datastores, whose URLs have a password or open the way to one. */
const DATASTORE =
  /(^|_)(DATABASE|DB|DIRECT|POSTGRES|POSTGRESQL|PG|NEON|SUPABASE|REDIS|CACHE|CELERY_BROKER|ELASTICSEARCH|MONGO|MONGODB)_(URL|URI|DSN)$/;

/** Whether no frontend may have a variable of this name, whatever its value is: browsers could read it. */
export function isUnfitForFrontends(variable: string): boolean {
  const name = variable.startsWith(BUILT_IN) ? variable.slice(BUILT_IN.length) : variable;
  return isSecretName(name) || DATASTORE.test(name);
}
