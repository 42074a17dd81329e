import { z } from "zod";
import { AUDITED_SERVICES } from "../facts/audited-services";
import { alerts, overview } from "./alerts";
import { bucket } from "./buckets";
import { extensions } from "./extension";
import { count, label, line, variableName } from "./fields";
import { rule } from "./problem";
import { scheduledTask } from "./scheduled-task";
import { smokeCheck } from "./smoke-check";
import { variable } from "./variable";
import { vercelFrontend } from "./vercel";
import { VERSIONS } from "./versions";
import { vulnerabilityExceptions } from "./vulnerabilities";
import { service, task } from "./workload";

/**
 * Id of a user or a group. The restricted Pod Security Standard forbids 0, which is root.
 * {@link https://github.com/kubernetes/kubernetes/blob/v1.34.0/staging/src/k8s.io/apimachinery/pkg/util/validation/validation.go}
 * IsValidUserID
 */
const id = count(1, 2 ** 31 - 1, "id of a user or a group, and not root");

/**
 * A system: what runs, the same in every environment. It has names, ports, variables and connections, but no places or
 * sizes. `systems/<system>.ts` exports one.
 */
export const systemSchema = z.strictObject({
  namespace: label(),
  /** PostgreSQL. Without it, the system has no database. */
  database: z
    .strictObject({
      /** Oldest version that the system works with. */
      minimum: z.enum(VERSIONS.database),
      name: label(),
      /**
       * Role that owns everything in the database. The users that log in act as this role; each generation of the password
       * has one.
       */
      user: label(40),
      /** Most connections that one pod keeps open. */
      connectionsPerPod: count(1, 1000, "connections"),
      /** PostgreSQL extensions, created in this order before the first task that connects to the database. */
      extensions: extensions.default([]),
    })
    .optional(),
  /** Redis. Without it, the system has no cache. */
  cache: z
    .strictObject({
      minimum: z.enum(VERSIONS.cache),
      /** Whether the system also works without it, so that an environment can have the kind `none`. */
      optional: z.boolean().default(false),
    })
    .optional(),
  /** Elasticsearch. Without it, the system has no search index. */
  search: z.strictObject({ minimum: z.enum(VERSIONS.search) }).optional(),
  /** Buckets for files. */
  buckets: z.record(label(20), bucket).default({}),
  variables: z.record(variableName, variable),
  /** Groups of optional variables. An environment sets at least one of each group. */
  atLeastOne: z.array(z.array(variableName)).default([]),
  /** Frontends that are hosted elsewhere, such as on Vercel. An environment names their hosts. */
  frontends: z.array(label(40)).default([]),
  /** The frontends whose projects on Vercel the stack has, by their names. Others are hosted without this program. */
  vercel: z.record(label(40), vercelFrontend).default({}),
  tasks: z.record(label(40), task).default({}),
  /** What runs at the times of a schedule. */
  scheduled: z.record(label(40), scheduledTask).default({}),
  services: z.record(label(40), service),
  /** Checks that a deployed release works, by name. */
  smokeChecks: z.record(label(40), smokeCheck).default({}),
  /** What is special about images, by their names in the release. An image that needs nothing special has no entry. */
  images: z
    .record(
      label(),
      z.strictObject({
        /** Id of the user that the image's processes run as, such as 101 for nginx. By default, it is 1000. */
        user: id,
        /** Id of the group. By default, it is 1000. */
        group: id,
      }),
    )
    .default({}),
  /**
   * Groups of services that environments enable one by one, by their names. A service of no module is in every
   * environment. Tasks, buckets, variables and images are in an environment if one of its services uses them.
   */
  modules: z
    .record(
      label(40),
      z.strictObject({
        /** Name in progress.md. */
        title: line,
        /** Names of its services. */
        services: z.array(z.string()).refine((all) => all.length > 0, rule("must not be empty", "name its services")),
      }),
    )
    .default({}),
  alerts,
  overview,
  /** Logs of who read or changed what in Google Cloud. */
  auditLogs: z.strictObject({
    /** Services whose data access is logged. Administrative changes are always logged. */
    services: z
      .array(z.enum(AUDITED_SERVICES))
      .refine((all) => all.length > 0, rule("must not be empty", `use some of ${AUDITED_SERVICES.join(", ")}`)),
    /** Days that the project's logs are kept. */
    retentionDays: count(30, 3650, "days"),
  }),
  vulnerabilityExceptions,
});

/** As written in `systems/<system>.ts`. */
export type SystemInput = z.input<typeof systemSchema>;
export type System = z.output<typeof systemSchema>;

/** The platform's own secrets. Systems cannot use their names. Some are generated, and a person supplies two. */
export const PLATFORM_SECRETS = {
  database: "DATABASE_PASSWORD",
  /** Passwords of datastores in the cluster: Redis, Elasticsearch and PostgreSQL's administrator. */
  cache: "CACHE_PASSWORD",
  search: "SEARCH_PASSWORD",
  databaseAdministrator: "DATABASE_ADMINISTRATOR_PASSWORD",
  grafana: "GRAFANA_ADMIN_PASSWORD",
  /** Alertmanager's credential: a webhook's URL, or PagerDuty's routing key. */
  receiver: "ALERTMANAGER_RECEIVER",
  datadog: "DATADOG_API_KEY",
} as const;
export type PlatformSecret = (typeof PLATFORM_SECRETS)[keyof typeof PLATFORM_SECRETS];
export const platformSecrets: readonly string[] = Object.values(PLATFORM_SECRETS);
