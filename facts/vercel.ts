/** What Vercel is like. */

/**
 * Slugs of the frameworks that Vercel builds, as far as systems use them.
 * {@link https://github.com/vercel/vercel/blob/main/packages/frameworks/src/frameworks.ts}
 */
export const FRAMEWORKS = ["nextjs", "nuxtjs", "astro", "sveltekit-1", "remix", "vite"] as const;

/** Regions that run functions. {@link https://vercel.com/docs/regions#region-list} */
export const VERCEL_REGIONS = [
  "arn1",
  "bom1",
  "cdg1",
  "cle1",
  "cpt1",
  "dub1",
  "dxb1",
  "fra1",
  "gru1",
  "hkg1",
  "hnd1",
  "iad1",
  "icn1",
  "kix1",
  "lhr1",
  "pdx1",
  "sfo1",
  "sin1",
  "syd1",
  "yul1",
] as const;

/**
 * Names of variables that Vercel's functions keep for themselves, and NODE_ENV, which the build sets. With that one, Vercel
 * would not install what only the build needs.
 * {@link https://vercel.com/docs/environment-variables/reserved-environment-variables}
 */
export const RESERVED_VARIABLES: readonly string[] = [
  "AWS_EXECUTION_ENV",
  "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
  "AWS_LAMBDA_FUNCTION_NAME",
  "AWS_LAMBDA_FUNCTION_VERSION",
  "AWS_LAMBDA_LOG_GROUP_NAME",
  "AWS_LAMBDA_LOG_STREAM_NAME",
  "AWS_SECRET_KEY",
  "LAMBDA_RUNTIME_DIR",
  "LAMBDA_TASK_ROOT",
  "NODE_ENV",
  "NOW_REGION",
  "TZ",
];

/** Characters of a project's name. {@link https://registry.terraform.io/providers/vercel/vercel/latest/docs/resources/project} */
export const LONGEST_PROJECT_NAME = 52;
