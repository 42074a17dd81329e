import { z } from "zod";
import { count, matching, text } from "./fields";
import { rule } from "./problem";

export const DATASTORES = ["database", "cache", "search"] as const;

/**
 * Where the value of an environment variable comes from.
 * - text: this text, in every environment
 * - `environment`: the environment's file gives it (`variables`)
 * - `port`: the service's port; `version`: the release's version; `node-address`: the address of the pod's node, where
 * host agents listen. All three are in the pod template.
 * - `ca-bundle`: path of a PEM file with the certificate authorities of the datastores
 * - `generated`: created once per generation and kept in Secret Manager; `rotate: "never"` if a new value would make data
 * unreadable
 * - `supplied`: a person adds a version to Secret Manager; the generation is the version's number
 * - `database-url`, `cache-url`: built from the datastore's address and password, inside the Kubernetes Secret
 * - `datastore`: one field of a datastore's address or login
 */
export const variable = z.union(
  [
    text,
    z.discriminatedUnion("kind", [
      z.strictObject({ kind: z.literal("environment") }),
      z.strictObject({ kind: z.literal("port") }),
      z.strictObject({ kind: z.literal("version") }),
      z.strictObject({ kind: z.literal("node-address") }),
      z.strictObject({ kind: z.literal("ca-bundle") }),
      z.strictObject({
        kind: z.literal("generated"),
        /** Characters, letters and digits. A new length applies to the next generation: it does not change a value that exists. */
        length: count(16, 256, "characters"),
        rotate: z.enum(["always", "never"]).default("always"),
      }),
      z.strictObject({ kind: z.literal("supplied") }),
      z.strictObject({
        kind: z.literal("database-url"),
        /** Query parameters in addition to sslmode, sslrootcert and options, which every URL has. */
        parameters: z
          .record(
            matching(
              /^(?!ssl|requiressl|gssencmode|requirepeer)[a-z]\w{0,62}$/i,
              "must be a parameter's name, but not one about TLS, which is always required",
              "use another parameter",
            ).regex(
              /^(?!(host|hostaddr|port|user|password|passfile|dbname|database|service|servicefile|options)$)/i,
              rule("must not be a part of the URL itself, such as its host or user", "remove it"),
            ),
            matching(/^[\w.-]{1,255}$/, "must be a plain word", "use letters, digits, dots and dashes"),
          )
          .refine(({ target_session_attrs: server }) => server !== "read-only" && server !== "standby", {
            path: ["target_session_attrs"],
            message: rule("rejects the database, which is no standby: every connection fails", "remove it"),
          })
          .default({}),
      }),
      z.strictObject({ kind: z.literal("cache-url") }),
      z.strictObject({
        kind: z.literal("datastore"),
        of: z.enum(DATASTORES),
        /** `name` is the name of the database. */
        field: z.enum(["host", "port", "name", "user", "password"]),
      }),
    ]),
  ],
  rule("must be text or say where the value comes from", 'write it like "text" or { kind: "environment" }'),
);

export type Variable = z.output<typeof variable>;

/** Kind of a variable; text has the kind `text`. */
export const kindOf = (v: Variable) => (typeof v === "string" ? "text" : v.kind);
