import { z } from "zod";
import { cidr, count, hostname, label, projectId, region, text, timeOfDay, variableName } from "./fields";
import { rule } from "./problem";

/**
 * An environment: where the system runs and how big it is. `environments/<system>/<environment>.ts` exports one.
 */

const nodePool = z.strictObject({
  machineType: z
    .string()
    .regex(/^[a-z]\d[a-z]?-[a-z]+(-\d+)?$/, rule("must be a machine type", 'write it like "e2-standard-4"')),
  /** Fewest nodes, all zones together. */
  min: count(0, 1000, "nodes in all zones together"),
  /** Most nodes, all zones together. */
  max: count(1, 1000, "nodes in all zones together"),
  /** Size of each node's boot disk in GB. */
  diskGb: count(20, 2000, "GB").default(50),
  /** Spot machines: cheap, and taken away at any time. */
  spot: z.boolean().default(false),
  /** Keeps out every pod that does not name the pool. */
  dedicated: z.boolean().default(false),
});

const day = z.enum(["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"]);
const hour = count(0, 23, "hour of the day in UTC");

export const environmentSections = {
  project: projectId,
  region,
  /** Account that `cdktf deploy` runs as: CI by federation, people by impersonation. */
  deployer: z
    .string()
    .regex(
      /^[a-z][-a-z0-9]{4,28}[a-z0-9]@[a-z][-a-z0-9]{4,28}[a-z0-9]\.iam\.gserviceaccount\.com$/,
      rule("must be a service account's address", 'write it like "deployer@my-project.iam.gserviceaccount.com"'),
    ),
  /** Cloud Storage bucket that holds Terraform's state, under `<system>/<environment>`. */
  stateBucket: z
    .string()
    .regex(
      /^[a-z0-9][-a-z0-9._]{1,61}[a-z0-9]$/,
      rule("must be a bucket's name", "copy it from gcloud storage buckets list"),
    ),
  /** First parts of the images' references that may run here. */
  registries: z
    .array(
      z
        .string()
        .regex(
          /^[a-z0-9][a-z0-9.-]*(:\d+)?\/([a-z0-9._-]+\/)*$/,
          rule(
            "must be a registry or a folder of one, with a slash at the end",
            'write it like "europe-west1-docker.pkg.dev/my-project/"',
          ),
        ),
    )
    .min(1, rule("must not be empty", "name the Artifact Registry repository")),
  network: z.strictObject({
    nodes: cidr(16, 26),
    pods: cidr(9, 21),
    services: cidr(16, 27),
    /** Reserved for Cloud SQL and Memorystore. */
    datastores: cidr(16, 24),
    controlPlane: cidr(28, 28),
  }),
  cluster: z.strictObject({
    channel: z.enum(["RAPID", "REGULAR", "STABLE", "EXTENDED"]),
    /** Start of the four hours in which the cluster may be upgraded, every night. */
    maintenance: timeOfDay,
    nodePools: z.record(label(40), nodePool),
    /** Ranges that may reach the control plane's IP address; without them it has only its DNS endpoint, guarded by IAM. */
    authorizedNetworks: z.record(label(), cidr(1, 32)).optional(),
  }),
  database: z.strictObject({
    edition: z.enum(["ENTERPRISE", "ENTERPRISE_PLUS"]),
    tier: text,
    availability: z.enum(["ZONAL", "REGIONAL"]),
    /** Size at the first deploy in GB; it grows by itself. */
    diskGb: count(10, 65536, "GB"),
    /** Where growing ends, in GB. */
    diskLimitGb: count(10, 65536, "GB"),
    backups: z.strictObject({ at: timeOfDay, keep: count(7, 365, "backups") }),
    /** Days that point-in-time recovery reaches back. */
    recoveryDays: count(1, 35, "days"),
    maintenance: z.strictObject({ day, hour, track: z.enum(["canary", "stable", "week5"]) }),
    /** Bytes of each query's text that Query Insights keeps. */
    insightsQueryLength: count(256, 4500, "bytes"),
  }),
  cache: z.strictObject({
    tier: z.enum(["BASIC", "STANDARD_HA"]),
    memoryGb: count(1, 300, "GB"),
    maintenance: z.strictObject({ day, hour }),
  }),
  monitoring: z.strictObject({ pool: label(), retentionDays: count(1, 400, "days") }),
  services: z.record(
    label(40),
    z.strictObject({
      /** Fixed number, or the range of an autoscaled service. */
      replicas: z.union([
        count(1, 1000, "replicas"),
        z.strictObject({ min: count(1, 1000, "replicas"), max: count(1, 1000, "replicas") }),
      ]),
      /** Public host names; the first is the main one. */
      hosts: z.array(hostname).default([]),
    }),
  ),
  variables: z.record(variableName, text).default({}),
  /**
   * Generation of each secret that is not at its first; `DATABASE_PASSWORD` is the database user's,
   * `GRAFANA_ADMIN_PASSWORD` Grafana's. Raising one rotates it.
   */
  generations: z.record(variableName, count(1, 100000, "generation")).default({}),
  /** Cloud DNS zone of this project in which the hosts' records are made; without it, point them at the edge's address yourself. */
  dnsZone: label().optional(),
  /** Repository that mirrors the Helm charts; without it they come from their publishers. */
  chartsMirror: z
    .string()
    .regex(
      /^(https?|oci):\/\/\S+$/,
      rule("must be a chart repository's URL", 'write it like "oci://europe-west1-docker.pkg.dev/p/charts"'),
    )
    .optional(),
  /** Takes every protection away so that the environment can be destroyed. */
  allowDestroy: z.boolean().default(false),
} as const;

export const environmentSchema = z.strictObject(environmentSections);

/** As written in `environments/<system>/<environment>.ts`. */
export type EnvironmentInput = z.input<typeof environmentSchema>;
export type Environment = z.output<typeof environmentSchema>;

/** Every system has these environments, each a stack of that name. */
export const environmentNames = ["staging", "production"] as const;
export type EnvironmentName = (typeof environmentNames)[number];
