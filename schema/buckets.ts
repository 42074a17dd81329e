import { z } from "zod";
import type { Api } from "../facts/apis";
import { count, hostname, httpPath } from "./fields";
import { rule } from "./problem";
import type { System } from "./system";

/** Buckets for files, in Cloud Storage. */

/** A bucket of a system. What uses it says so in its own `buckets`. */
export const bucket = z.discriminatedUnion("access", [
  z.strictObject({
    /** Only the services and tasks that use it, and those who have a signed URL, can reach it. */
    access: z.literal("private"),
  }),
  z.strictObject({
    /** Everybody can read its files at a host of its own, behind Cloud CDN. Nobody can list them. */
    access: z.literal("public"),
    /** A file that is always there. An uptime check requests it. */
    health: httpPath.refine(
      (path) => !path.endsWith("/"),
      rule("must be a file, not a folder", 'write it like "/health.txt"'),
    ),
  }),
]);

export type Bucket = z.output<typeof bucket>;

/** What a workload can do with a bucket's files: read and list them, or also create, replace and delete them. */
export const USES = ["read", "write"] as const;
export type Use = (typeof USES)[number];

const KEEP_DAYS = 7;

/** A bucket in an environment. */
export const bucketSize = z.strictObject({
  /** Host of a public bucket. */
  host: hostname.optional(),
  /**
   * Days for which Google keeps files that were deleted or replaced (soft delete).
   * {@link https://cloud.google.com/storage/docs/soft-delete}
   */
  keepDays: count(7, 90, "days").default(KEEP_DAYS),
});

/** The days of a bucket with or without an entry. */
export const keepDaysOf = (size: z.output<typeof bucketSize> | undefined): number => size?.keepDays ?? KEEP_DAYS;

type Buckets = Pick<System, "buckets">;

/** Names of the buckets that are public, or that are not. */
export const bucketsWith = ({ buckets }: Buckets, access: Bucket["access"]): string[] =>
  Object.keys(buckets).filter((name) => buckets[name]?.access === access);

/** APIs that the stack enables for a system's buckets, and roles of the deployer, each with the reason. */
export const bucketNeeds = (system: Buckets): { apis: readonly Api[]; roles: Readonly<Record<string, string>> } => {
  const isPublic = bucketsWith(system, "public").length > 0;
  return {
    apis: isPublic ? ["certificatemanager"] : [],
    roles: {
      ...(Object.keys(system.buckets).length && { "roles/storage.admin": "buckets" }),
      // The editor's role cannot delete.
      ...(isPublic && { "roles/certificatemanager.owner": "certificates of the buckets' hosts" }),
    },
  };
};
