import { z } from "zod";
import { DATABASE_DRIVERS } from "../facts/database-drivers";
import { count, httpPath, label, matching, text } from "./fields";
import { rule } from "./problem";

/** Names of services, frontends and public buckets. */
const hosted = z
  .array(label(40))
  .refine((all) => all.length > 0, rule("must not be empty", "name a service, a frontend or a public bucket"));

export const DATASTORES = ["database", "cache", "search"] as const;

/**
 * Where the value of an environment variable comes from.
 * - text: this text, in every environment
 * - `environment`: the environment's file gives it (`variables`); if it is optional, it can be left out
 * - `port`: the service's port; `version`: the release's version; `node-address`: the address of the pod's node, where
 * host agents listen. All three are in the pod template.
 * - `ca-bundle`: path of a PEM file with the datastores' own certificate authorities; left out if there are none
 * - `hosts`: host names of services, frontends and public buckets, separated by commas, such as for Django's `ALLOWED_HOSTS`
 * - `origins`: the same as origins, such as `https://app.my-company.com`, for CORS
 * - `url`: the URL of a service, a frontend or a public bucket, at its first host
 * - `bucket`: the name of a bucket in Cloud Storage
 * - `pool-size`: `database.connectionsPerPod`
 * - `generated`: created once per generation and kept in Secret Manager; `rotate: "never"` if a new value would make data
 * unreadable
 * - `supplied`: a person adds a version to Secret Manager; the generation is the version's number
 * - `database-url`, `cache-url`, `search-url`: built from the datastore's address and password, inside the Kubernetes Secret
 * - `datastore`: one field of a datastore's address or login
 */
export const variable = z.union(
  [
    text,
    z.discriminatedUnion("kind", [
      z.strictObject({ kind: z.literal("environment"), optional: z.boolean().default(false) }),
      z.strictObject({ kind: z.literal("port") }),
      z.strictObject({ kind: z.literal("version") }),
      z.strictObject({ kind: z.literal("node-address") }),
      z.strictObject({ kind: z.literal("ca-bundle") }),
      z.strictObject({ kind: z.literal("hosts"), of: hosted }),
      z.strictObject({ kind: z.literal("origins"), of: hosted }),
      z.strictObject({
        kind: z.literal("url"),
        /** Name of a service, a frontend or a public bucket. */
        of: label(40),
        /** What follows the host. The default is nothing. */
        path: httpPath.optional(),
      }),
      z.strictObject({ kind: z.literal("bucket"), of: label(20) }),
      z.strictObject({ kind: z.literal("pool-size") }),
      z.strictObject({
        kind: z.literal("generated"),
        /** Characters, letters and digits. A new length applies to the next generation: it does not change a value that exists. */
        length: count(16, 256, "characters"),
        rotate: z.enum(["always", "never"]).default("always"),
      }),
      z.strictObject({ kind: z.literal("supplied") }),
      z.strictObject({
        kind: z.literal("database-url"),
        /** The library that reads the URL. */
        driver: z.enum(DATABASE_DRIVERS).default("libpq"),
        /**
         * `pooler` names the environment's connection pooler, if it has one. What keeps a session, such as advisory locks or
         * LISTEN, needs `direct`. A task that changes the database always connects directly.
         */
        via: z.enum(["direct", "pooler"]).default("direct"),
        /** Query parameters in addition to those about TLS, roles and poolers, which the driver determines. */
        parameters: z
          .record(
            matching(
              /^(?!ssl|requiressl|gssencmode|requirepeer)[a-z]\w{0,62}$/i,
              "must be a parameter's name, but not one about TLS, which is always required",
              "use another parameter",
            ).regex(
              /^(?!(host|hostaddr|port|user|password|passfile|dbname|database|service|servicefile|options|role|uselibpqcompat)$)/i,
              rule("must not be a part of the URL itself, such as its host, user or role", "remove it"),
            ),
            matching(/^[\w.-]{1,255}$/, "must be a plain word", "use letters, digits, dots and dashes"),
          )
          .refine(({ target_session_attrs: server }) => server !== "read-only" && server !== "standby", {
            path: ["target_session_attrs"],
            message: rule("rejects the database, which is no standby: every connection fails", "remove it"),
          })
          .default({}),
      }),
      z.strictObject({
        kind: z.literal("cache-url"),
        /** Celery needs parameters for TLS that other clients refuse. */
        client: z.enum(["redis", "celery"]).default("redis"),
      }),
      z.strictObject({ kind: z.literal("search-url") }),
      z.strictObject({
        kind: z.literal("datastore"),
        of: z.enum(DATASTORES),
        /** `name` is the name of the database; `tls` is true or false. */
        field: z.enum(["host", "port", "name", "user", "password", "tls"]),
      }),
    ]),
  ],
  rule("must be text or say where the value comes from", 'write it like "text" or { kind: "environment" }'),
);

export type Variable = z.output<typeof variable>;

/** Kind of a variable; text has the kind `text`. */
export const kindOf = (v: Variable) => (typeof v === "string" ? "text" : v.kind);

export type DatastoreName = (typeof DATASTORES)[number];

export const isDatastore = (name: string): name is DatastoreName => (DATASTORES as readonly string[]).includes(name);

/** The datastore that a variable's value comes from, if it comes from one. */
export function datastoreOf(v: Variable): DatastoreName | undefined {
  if (typeof v === "string") return undefined;
  if (v.kind === "datastore") return v.of;
  const stores: Partial<Record<typeof v.kind, DatastoreName>> = {
    "database-url": "database",
    "pool-size": "database",
    "cache-url": "cache",
    "search-url": "search",
  };
  return stores[v.kind];
}
