import { z } from "zod";
import { parseCidr } from "./cidr";
import { rule } from "./problem";
import { parseCpu, parseMemory } from "./quantity";

/** Small field types that the three files share, each with its rule and remedy. */

export const count = (min: number, max: number, what: string) =>
  z
    .int(rule(`must be a whole number (${what})`, `write one from ${min} to ${max}`))
    .min(min, rule(`must be at least ${min} (${what})`, `write a number from ${min} to ${max}`))
    .max(max, rule(`must be at most ${max} (${what})`, `write a number from ${min} to ${max}`));

/** RFC 1035 label, as Google Cloud and Kubernetes names are. {@link https://cloud.google.com/compute/docs/naming-resources} */
export const label = (max = 63) =>
  z
    .string()
    .regex(
      new RegExp(`^[a-z]([-a-z0-9]{0,${max - 2}}[a-z0-9])?$`),
      rule(
        `must be a name of at most ${max} lower-case letters, digits and dashes that starts with a letter`,
        'write it like "web-api"',
      ),
    )
    // Every object has something of this name, so that a look-up would find it.
    .refine((name) => name !== "constructor", rule('must not be "constructor"', "choose another name"));

/** Name of an environment variable. */
export const variableName = z
  .string()
  .regex(
    /^[A-Z][A-Z0-9_]{0,127}$/,
    rule("must be a variable's name in capitals, at most 128 characters", 'write it like "LOG_LEVEL"'),
  );

export const hostname = z
  .string()
  .max(64, rule("must be at most 64 characters long: a managed certificate takes no more", "shorten the name"))
  .regex(
    /^([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/,
    rule(
      "must be a fully qualified host name in lower case, no wildcard and no port",
      'write it like "api.example.com"',
    ),
  );

export const projectId = z
  .string()
  .regex(
    /^[a-z][-a-z0-9]{4,28}[a-z0-9]$/,
    rule("must be a project id of 6 to 30 lower-case letters, digits and dashes", "copy it from gcloud projects list"),
  );

export const region = z
  .string()
  .regex(/^[a-z]+-[a-z]+\d+$/, rule("must be a region, not a zone", 'write it like "europe-west1"'));

/** IPv4 range without host bits. */
export const cidr = (shortest: number, longest: number) =>
  z.string().superRefine((text, ctx) => {
    const range = parseCidr(text);
    const say = (r: string, remedy: string) => ctx.addIssue({ code: "custom", message: rule(r, remedy) });
    if (!range) return say("must be an IPv4 range in CIDR notation", 'write it like "10.0.0.0/20"');
    if (range.hostBits) return say("must have no host bits set", `write ${range.canonical}`);
    if (text !== range.canonical) return say("must be written without leading zeros", `write ${range.canonical}`);
    if (range.prefix < shortest || range.prefix > longest)
      say(
        `must have a prefix from /${shortest} to /${longest}`,
        shortest === longest ? `make it a /${shortest}` : "choose another size",
      );
  });

/** Time of day in UTC, HH:MM. */
export const timeOfDay = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, rule("must be a time of day in UTC, HH:MM", 'write it like "03:00"'));

export const cpu = z
  .string()
  .refine(
    (q) => parseCpu(q) !== undefined,
    rule("must be a CPU quantity", 'write millicores like "500m" or cores like "2"'),
  );

export const memory = z
  .string()
  .refine(
    (q) => parseMemory(q) !== undefined,
    rule("must be a memory quantity in Mi or Gi", 'write it like "512Mi" or "1Gi"'),
  );

export const httpPath = z
  .string()
  .regex(/^\/[^\s?#]*$/, rule("must be an absolute URL path without query", 'write it like "/health"'));

export const port = count(1024, 65535, "unprivileged TCP port");

/** Free text that ends in a manifest or in Terraform. */
export const text = z
  .string()
  .min(1, rule("must not be empty", "write a value, or remove the key"))
  .max(4096, rule("must be at most 4096 characters long", "shorten it"))
  // Neither YAML nor a process's environment can hold them; alone, half of a pair is no text at all.
  .refine(
    (t) => !/[\p{Cc}\p{Cs}]/u.test(t.replace(/[\t\n]/g, "")),
    rule("must be plain text without control characters", "remove them"),
  );
