import { z } from "zod";

/** What every record has: when it was written, and by whom. */
const record = {
  at: z.iso.datetime(),
  by: z.string(),
};
const release = z.string();

/**
 * Something that happened to an environment's releases. Records are facts: they are added, and never changed. Programs read
 * records of older versions, so new fields must be optional.
 */
export const eventSchema = z.discriminatedUnion("kind", [
  /** A deploy is about to change something. Without the record of its end, it was interrupted. */
  z.object({
    ...record,
    kind: z.literal("deploy-begun"),
    /** Stands for the deploy in the record of its end. */
    deploy: z.string(),
    release,
    candidate: release.optional(),
    share: z.number().optional(),
    /** The release whose tasks changed the database last, if it is newer. */
    database: release.optional(),
    /** Whether a rollback deploys it. */
    rollback: z.boolean(),
    /** Whether there was nothing before it. */
    first: z.boolean().optional(),
    /** Hash of the plan that is applied. */
    plan: z.string(),
    /** Where it runs, and the address of its job of GitHub Actions: who finds a stale lock can see whether it still goes on. */
    runner: z.object({ host: z.string(), pid: z.number(), url: z.string().optional() }),
    /** Commit of the program and of the files. */
    commit: z.string().optional(),
    /** What the environment gives variables. A rollback to this release brings it back. */
    variables: z.record(z.string(), z.string()),
    /** Tasks that change the database and that this deploy runs. */
    migrates: z.array(z.string()),
    /** Why the release may run without a verification. */
    approved: z.object({ by: z.string(), reason: z.string() }).optional(),
    /** Names of the approvals beyond a release that were given. */
    allowed: z.array(z.string()),
  }),
  z.object({
    ...record,
    kind: z.literal("deploy-ended"),
    deploy: z.string(),
    release,
    succeeded: z.boolean(),
    minutes: z.number(),
  }),
  z.object({
    ...record,
    kind: z.literal("verification"),
    release,
    passed: z.boolean(),
    checks: z.array(z.object({ name: z.string(), result: z.string(), why: z.string() })),
  }),
  z.object({
    ...record,
    kind: z.literal("scan"),
    release,
    /** The critical vulnerabilities that have a fix. Exceptions are not in it, because they begin and end after the scan. */
    vulnerabilities: z.array(
      z.object({ image: z.string(), id: z.string(), package: z.string(), fixedVersion: z.string().optional() }),
    ),
  }),
  z.object({ ...record, kind: z.literal("hold"), release, reason: z.string() }),
  z.object({ ...record, kind: z.literal("unhold"), release, reason: z.string() }),
]);

export type Event = z.output<typeof eventSchema>;
export type Of<Kind extends Event["kind"]> = Extract<Event, { readonly kind: Kind }>;
