import { z } from "zod";
import type { Environment } from "./environment";
import { line, matching } from "./fields";
import { rule } from "./problem";

/** Parity: what two environments of a system differ in, and whether their files say that it is deliberate. */

/**
 * Deliberate differences between an environment and production, each with its reason. `npm run parity` compares them with the
 * files.
 */
export const differences = z
  .array(
    z.strictObject({
      /** Dotted paths of fields in this file. Each path includes what is below it. A star is any name. */
      fields: z
        .array(
          matching(
            /^[A-Za-z][\w-]{0,62}(\.(\*|[A-Za-z][\w-]{0,62})){0,9}$/,
            "must be a field's path",
            'write it like "database.tier"; npm run parity prints the paths',
          ),
        )
        .refine((all) => all.length > 0, rule("must not be empty", "name a field, or remove the entry")),
      reason: line,
    }),
  )
  .default([]);

/**
 * Fields that say where an environment is, who operates it, or which state it is in. They always differ, and do not change
 * what is built. A star is any name. All other fields count, so a new field does, too.
 */
const OWN: readonly string[] = [
  "purpose",
  "project",
  "region",
  "deployer",
  "stateBucket",
  "bootstrap",
  "verifiedIn",
  "repository",
  "registries",
  "network",
  "logLocation",
  "chartsMirror",
  "imagesMirror",
  "allowDestroy",
  "freezes",
  "differences",
  "generations",
  "cluster.authorizedNetworks",
  "cluster.securityGroup",
  "database.host",
  "database.name",
  "database.user",
  "database.pooler.host",
  "database.snapshot",
  "database.password",
  "database.restore",
  "database.serves",
  "cache.host",
  "search.host",
  "search.user",
  "bitnami.images",
  "monitoring.email",
  "monitoring.receiver.channel",
  "edge.email",
  "edge.dnsZone",
  "services.*.hosts",
  "buckets.*.host",
  "frontends",
  "variables.*",
];
const OWN_PATTERNS = OWN.map((path) => path.split("."));

/** The field that says which kind of thing an object is. Objects of two kinds have nothing to compare. */
const kindField = (path: readonly string[]): string => (path.join(".") === "cluster" ? "mode" : "kind");

/** A field that differs. Values are undefined where the field is absent. */
export interface Difference {
  readonly path: readonly string[];
  readonly here: unknown;
  readonly reference: unknown;
  /** Why it is deliberate; undefined if the file does not say so. */
  readonly reason?: string;
}

export interface Parity {
  readonly differences: readonly Difference[];
  /** Paths that the environment's file declares, although nothing differs there. */
  readonly stale: readonly string[];
}

/** Compares an environment with the one that it mirrors. */
export function parity(here: Environment, reference: Environment): Parity {
  const declared = here.differences.flatMap(({ fields, reason }) =>
    fields.map((field) => ({ field, pattern: field.split("."), reason })),
  );
  const differences = differing(here, reference, []).map((difference) => ({
    ...difference,
    reason: declared.find(({ pattern }) => includes(pattern, difference.path))?.reason,
  }));
  const stale = declared.filter(({ pattern }) => !differences.some(({ path }) => includes(pattern, path)));
  return { differences, stale: stale.map(({ field }) => field) };
}

function differing(here: unknown, reference: unknown, path: readonly string[]): Difference[] {
  if (OWN_PATTERNS.some((pattern) => pattern.length === path.length && includes(pattern, path))) return [];
  if (!isRecord(here) || !isRecord(reference))
    return JSON.stringify(here) === JSON.stringify(reference) ? [] : [{ path, here, reference }];
  const kind = kindField(path);
  if (here[kind] !== reference[kind]) return [{ path, here: here[kind], reference: reference[kind] }];
  return [...new Set([...Object.keys(reference), ...Object.keys(here)])].flatMap((key) =>
    differing(here[key], reference[key], [...path, key]),
  );
}

/** Whether a path is that of a pattern, or below it. */
const includes = (pattern: readonly string[], path: readonly string[]): boolean =>
  pattern.every((part, i) => part === path[i] || (part === "*" && i < path.length));

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  value !== null && typeof value === "object" && !Array.isArray(value);
