import { z } from "zod";
import { bucketProblem } from "../facts/buckets";
import { DATADOG_SITES, REGIONS } from "../facts/google";
import { isSharedRegistry } from "../facts/hosts";
import { bootstrap } from "./bootstrap";
import { bucketSize } from "./buckets";
import { cluster } from "./cluster";
import { bitnamiImages, cache, database, datastoreNeeds, search } from "./datastores";
import { edge } from "./edge";
import {
  chartRepository,
  cidr,
  count,
  email,
  hostname,
  label,
  matching,
  memory,
  projectId,
  publicHost,
  REGISTRY_FOLDER,
  REGISTRY_HOST,
  region,
  registryFolder,
  text,
  variableName,
} from "./fields";
import { plannedFreezes } from "./freeze";
import { differences } from "./parity";
import { rule } from "./problem";
import { PLATFORM_SECRETS, type PlatformSecret } from "./system";
import { vercel } from "./vercel";

/**
 * An environment: where the system runs and how big it is. `environments/<system>/<environment>.ts` exports one.
 */

const datastoreRange = cidr(16, 24);

/** Variables of the process that stacks depend on. */
export const processVariables = z.strictObject({
  /** Overrides every environment's `chartsMirror`. */
  CHARTS_MIRROR: chartRepository.optional(),
});

export const environmentSchema = z.strictObject({
  /**
   * What the environment is for. `production` requires what production needs: standbys, room for an outage, a confirmation
   * before protections are lifted. Nothing else depends on the
   * environment's name, but an environment whose name contains the word production must have that purpose.
   */
  purpose: z.enum(["production", "disposable"]),
  project: projectId,
  region,
  /** Account that `cdktf deploy` runs as: CI by federation, people by impersonation. */
  deployer: matching(
    /^[a-z][-a-z0-9]{4,28}[a-z0-9]@[a-z][-a-z0-9]{4,28}[a-z0-9]\.iam\.gserviceaccount\.com$/,
    "must be a service account's address",
    'write it like "deployer@my-project.iam.gserviceaccount.com"',
  ),
  /** Cloud Storage bucket that holds Terraform's state, under `<system>/<environment>`. */
  stateBucket: z
    .string(rule("must be a bucket's name", "copy it from gcloud storage buckets list"))
    .superRefine((name, ctx) => {
      const wrong = bucketProblem(name);
      if (wrong) ctx.addIssue({ code: "custom", message: rule(wrong.rule, wrong.remedy) });
    }),
  /**
   * The environment whose `npm run verify` must have passed before a release is deployed here, and how many minutes the
   * release must have run there. Required for production.
   */
  verifiedIn: z
    .strictObject({
      environment: label(20),
      soakMinutes: count(0, 30 * 24 * 60, "minutes"),
      /** Days for which its `npm run scan` counts. Without them, a release needs no scan. */
      scannedWithinDays: count(1, 90, "days").optional(),
    })
    .optional(),
  /** What the bootstrap stack needs to know besides: who deploys from where, and what the project may cost. */
  bootstrap,
  /** Where the releases' images are: a release has their names and digests alone. */
  repository: registryFolder(
    'write it like "europe-west1-docker.pkg.dev/my-project/my-repository", without a slash at the end',
  ),
  /** Prefixes of the image references that the cluster admits. */
  registries: z
    .array(
      matching(
        new RegExp(`^${REGISTRY_HOST}/(${REGISTRY_FOLDER}/)*$`),
        "must be a registry or a folder of one, with a slash at the end",
        'write it like "europe-west1-docker.pkg.dev/my-project/"',
      ).refine(
        (registry) => !/^[^/]*\/$/.test(registry) || !isSharedRegistry(registry.slice(0, -1)),
        rule("admits everybody's images: others have folders in this registry too", "name your own folder in it"),
      ),
    )
    .refine((all) => all.length > 0, rule("must not be empty", "name the Artifact Registry repository")),
  /** IPv4 ranges in CIDR notation. They must not overlap each other or those of the system's other environments. */
  network: z.strictObject({
    nodes: cidr(16, 26),
    pods: cidr(9, 21),
    services: cidr(16, 27),
    /**
     * Reserved for Cloud SQL and Memorystore, where one of them is used. When a range is full, write a list: existing
     * ranges stay unchanged, and new instances get their addresses from the last one.
     */
    datastores: z
      .union(
        [
          z
            .array(datastoreRange)
            .refine((all) => all.length > 0, rule("must not be empty", "name a range, or remove the key")),
          datastoreRange,
        ],
        rule(
          "must be a range or a list of ranges",
          'write it like "10.100.0.0/20", or ["10.100.0.0/20", "10.101.0.0/20"]',
        ),
      )
      .optional(),
    /** Only for a cluster that was created with a range for its control plane. New clusters have none. */
    controlPlane: cidr(28, 28).optional(),
  }),
  cluster,
  /** Datastores. Each is required if the system has it. */
  database: database.optional(),
  cache: cache.optional(),
  search: search.optional(),
  /** Common fields of the datastores that are releases of Bitnami's charts. */
  bitnami: z
    .strictObject({
      /** Registry's folder with their images. */
      images: bitnamiImages,
      /** Node pool. Required if the cluster has pools. */
      pool: label().optional(),
    })
    .optional(),
  monitoring: z.strictObject({
    /** Node pool, also of KEDA if a service is scaled by a queue. Required if the cluster has pools. */
    pool: label().optional(),
    retentionDays: count(1, 400, "days"),
    /** Seconds between two scrapes of a target. The default of Prometheus' chart is 30. */
    scrapeSeconds: count(5, 60, "seconds").optional(),
    /** Disk of Prometheus in GiB. It can be raised, but never lowered. */
    diskGb: count(10, 2000, "GiB"),
    /** Memory of Prometheus, request and limit alike. Prometheus needs more as targets expose more time series. */
    memory: memory.default("2Gi"),
    /** Address that Google Cloud's alerts go to, such as: a host is down, the database's disk fills up. */
    email,
    /**
     * Where Alertmanager sends alerts about the services' objectives and the cluster. The supplied secret
     * ALERTMANAGER_RECEIVER is its key or URL.
     */
    receiver: z
      .discriminatedUnion("kind", [
        z.strictObject({
          kind: z.literal("slack"),
          channel: matching(/^#[-\w]{1,79}$/, "must be a channel", 'write it like "#alerts"'),
        }),
        z.strictObject({ kind: z.literal("pagerduty") }),
        z.strictObject({ kind: z.literal("webhook") }),
      ])
      .optional(),
  }),
  /** Datadog's agent on every node, for traces and StatsD; its key is the supplied secret DATADOG_API_KEY. */
  datadog: z.strictObject({ site: z.enum(DATADOG_SITES) }).optional(),
  /** Names of the system's modules that are enabled. By default, all are. */
  modules: z.array(label(40)).optional(),
  /** Sizes and hosts of the services, but not of those whose module is not enabled. */
  services: z.record(
    label(40),
    z.strictObject({
      /** Fixed number of pods, or the range of an autoscaled service. */
      replicas: z.union(
        [
          count(1, 1000, "replicas"),
          z.strictObject({ min: count(1, 1000, "replicas"), max: count(1, 1000, "replicas") }),
        ],
        rule("must be a number or a range", "write it like 2 or { min: 2, max: 6 }"),
      ),
      /** Public host names; the first is the main one. */
      hosts: z.array(hostname).default([]),
    }),
  ),
  /** Ingress: Google's global load balancer, or Traefik in the cluster with certificates from Let's Encrypt. */
  edge,
  /**
   * Location of the project's log bucket `_Default`. An organization or a folder can set it for new projects; `npm run
   * bootstrap -- staging --print` prints the command that shows it.
   */
  logLocation: z
    .string()
    .refine(
      (location) => ["global", "eu", "us", ...REGIONS].includes(location),
      rule("is not a location of log buckets", 'write "global", "eu", "us" or a region: where _Default is'),
    )
    .default("global"),
  /** Hosts and sizes of the system's buckets. A private bucket without an entry has the defaults. */
  buckets: z.record(label(20), bucketSize).default({}),
  /** Hosts of the frontends that are hosted elsewhere, with certificates of their own; the first is the main one. */
  frontends: z.record(label(40), z.array(publicHost)).default({}),
  /** Where Vercel builds and runs frontends. Required if the system has some there. */
  vercel: vercel.optional(),
  variables: z.record(variableName, text).default({}),
  /**
   * Generation of each secret that was rotated; raise it to rotate the secret. `GRAFANA_ADMIN_PASSWORD` is Grafana's. The
   * password of Cloud SQL has its own field, `database.password`.
   */
  generations: z.record(variableName, count(1, 100000, "generation")).default({}),
  /** Repository that mirrors the Helm charts. Without it, they come from their publishers. */
  chartsMirror: chartRepository.optional(),
  /**
   * Registry's folder that mirrors the charts' images: each has its own path below it, without its registry. Without it,
   * they come from their publishers.
   */
  imagesMirror: registryFolder(
    'write it like "europe-west1-docker.pkg.dev/my-project/third-party", without a slash at the end',
  ).optional(),
  /**
   * Planned times, in their order, in which nothing is deployed, and in which Google leaves the cluster and Cloud SQL alone.
   * `npm run freeze` writes a freeze that begins now.
   */
  freezes: plannedFreezes,
  differences,
  /** Lifts all protections, so that the environment can be destroyed. */
  allowDestroy: z.boolean().default(false),
});

/** As written in `environments/<system>/<environment>.ts`. */
export type EnvironmentInput = z.input<typeof environmentSchema>;
export type Environment = z.output<typeof environmentSchema>;

/** A network's ranges, each with its place in the file. */
export const rangesOf = (network: Environment["network"]) =>
  Object.entries(network).flatMap(([name, ranges]) =>
    typeof ranges === "string"
      ? [{ name, path: ["network", name], text: ranges }]
      : (ranges ?? []).map((text, i) => ({ name, path: ["network", name, i], text })),
  );

/** The ranges reserved for Google's datastores; empty if the environment uses neither. */
export const datastoreRangesOf = ({ network }: Pick<Environment, "network">): readonly string[] =>
  [network.datastores ?? []].flat();

/** Regions that have a copy of each secret and bucket, the environment's own first. */
export const regionsOf = ({
  region,
  bootstrap: { secondRegion },
}: Pick<Environment, "region" | "bootstrap">): string[] => (secondRegion ? [region, secondRegion] : [region]);

/** Public host names of a service, a frontend or a bucket; the first is the main one. */
export const hostsFor = (
  { services, frontends, buckets }: Pick<Environment, "services" | "frontends" | "buckets">,
  name: string,
): readonly string[] => services[name]?.hosts ?? frontends[name] ?? [buckets[name]?.host ?? []].flat();

/** Generation of a secret, by its variable's name. */
export const generationOf = (e: Pick<Environment, "generations" | "database">, secret: string): number =>
  (secret === PLATFORM_SECRETS.database && e.database?.kind === "cloud-sql"
    ? e.database.password?.generation
    : e.generations[secret]) ?? 1;

/** The platform's secrets that `generations` can rotate. */
export const rotatedByGeneration = (
  e: Pick<Environment, "database" | "cache" | "search" | "monitoring" | "datadog">,
): readonly string[] => [
  ...generatedForPlatform(e).filter((secret) => !SET_ONCE.includes(secret)),
  ...suppliedToPlatform(e),
];

/** Secrets of the platform that Terraform generates for this environment. */
export const generatedForPlatform = (
  e: Pick<Environment, "database" | "cache" | "search">,
): readonly PlatformSecret[] => [...datastoreNeeds(e).flatMap(({ secrets }) => secrets), PLATFORM_SECRETS.grafana];

/** Generated passwords that `generations` cannot rotate: PostgreSQL in the cluster reads its own when it first starts. */
export const SET_ONCE: readonly string[] = [PLATFORM_SECRETS.database, PLATFORM_SECRETS.databaseAdministrator];

/** The platform's secrets that a person supplies for this environment. */
export const suppliedToPlatform = (
  e: Pick<Environment, "database" | "cache" | "search" | "monitoring" | "datadog">,
): readonly PlatformSecret[] => [
  ...datastoreNeeds(e).flatMap(({ supplied }) => supplied),
  ...(e.monitoring.receiver ? [PLATFORM_SECRETS.receiver] : []),
  ...(e.datadog ? [PLATFORM_SECRETS.datadog] : []),
];
