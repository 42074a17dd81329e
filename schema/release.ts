import { z } from "zod";
import { label, matching, REGISTRY_HOST, version } from "./fields";

/** A release: which images run. `releases/<system>/<environment>.json` holds one; promoting copies it onwards. */
export const releaseSections = {
  /** Shown to the services as their version. */
  version,
  /** Image by name, each pinned by its digest. */
  images: z.record(
    label(),
    matching(
      new RegExp(`^${REGISTRY_HOST}(/[a-z0-9]([a-z0-9._-]*[a-z0-9])?)+(:[\\w.-]+)?@sha256:[0-9a-f]{64}$`),
      "must be an image pinned by digest, in lower case",
      'write "<registry>/<repository>@sha256:<64 digits>"; docker buildx imagetools inspect shows it',
    ),
  ),
} as const;

export const releaseSchema = z.strictObject(releaseSections);
export type Release = z.output<typeof releaseSchema>;
