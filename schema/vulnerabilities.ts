import { z } from "zod";
import { day, line, matching } from "./fields";

/** Critical vulnerabilities that a system's releases may have for some time. They are in the system's file, so somebody reviews them. */
export const vulnerabilityExceptions = z
  .array(
    z.strictObject({
      /** As Trivy names the vulnerability. */
      id: matching(/^[A-Z]\w*(-[\w:]+)+$/, "must be a vulnerability's id", 'write it like "CVE-2027-12345"'),
      /** The last day on which the exception counts, in UTC. An exception that is over has no effect. */
      until: day,
      reason: line,
    }),
  )
  .default([]);
export type VulnerabilityException = z.output<typeof vulnerabilityExceptions>[number];

/** Whether an exception counts at a moment. */
export const isInForce = ({ until }: VulnerabilityException, now: Date): boolean =>
  now.toISOString().slice(0, 10) <= until;
