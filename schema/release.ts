import { z } from "zod";
import { label } from "./fields";
import { rule } from "./problem";

/** A release: which images run. `releases/<system>/<environment>.json` holds one; promoting copies it onwards. */
export const releaseSections = {
  /** Shown to the services as their version. */
  version: z.string().regex(/^[\w][\w.+-]{0,62}$/, rule("must be a version", 'write it like "1.4.2"')),
  /** Image by name, each pinned by its digest. */
  images: z.record(
    label(),
    z
      .string()
      .regex(
        /^[a-z0-9][a-z0-9.-]*(:\d+)?(\/[a-z0-9._-]+)+(:[\w.-]+)?@sha256:[0-9a-f]{64}$/,
        rule(
          "must be an image pinned by digest, in lower case",
          'write "<registry>/<repository>@sha256:<64 digits>"; docker buildx imagetools inspect shows it',
        ),
      ),
  ),
} as const;

export const releaseSchema = z.strictObject(releaseSections);
export type Release = z.output<typeof releaseSchema>;
