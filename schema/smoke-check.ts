import { z } from "zod";
import { command, count, httpPath, label, text } from "./fields";
import { rule } from "./problem";
import { headersByName } from "./web";
import { workload } from "./workload";

/**
 * A check that a deployed release works, beyond the health of its pods.
 * - `http`: a request to a service, a frontend or a public bucket, at its first host
 * - `job`: a program of one of the release's images, for what needs a login or writes. Its pod waits as a suspended
 * CronJob.
 * - `manual`: a step that a person does
 */
export const smokeCheck = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("http"),
    /** Name of a service, a frontend or a public bucket. */
    of: label(40),
    path: httpPath,
    /** The default is 200. */
    status: count(100, 599, "HTTP status").default(200),
    /** Headers that the answer must have, with their values. */
    headers: headersByName.optional(),
    /** Keys that the answer's JSON object must have. */
    keys: z
      .array(text)
      .refine((all) => all.length > 0, rule("must not be empty", "name a key, or remove it"))
      .optional(),
  }),
  z.strictObject({
    kind: z.literal("job"),
    ...workload,
    command,
    /** The job is stopped and counts as failed after this time. */
    deadlineSeconds: count(10, 3000, "seconds"),
    /** Whether it changes nothing. Production runs only such jobs. */
    readOnly: z.boolean().default(false),
  }),
  z.strictObject({
    kind: z.literal("manual"),
    /** What the person does, and sees if the release works. */
    step: text,
  }),
]);

export type SmokeCheck = z.output<typeof smokeCheck>;

export type SmokeJob = Extract<SmokeCheck, { readonly kind: "job" }>;

/** The checks of the kind `job`. */
export const smokeJobs = (checks: Readonly<Record<string, SmokeCheck>>): Record<string, SmokeJob> =>
  Object.fromEntries(Object.entries(checks).flatMap(([name, check]) => (check.kind === "job" ? [[name, check]] : [])));
