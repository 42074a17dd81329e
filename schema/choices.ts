import type { Api } from "../facts/apis";
import type { Environment } from "./environment";
import { PLATFORM_SECRETS } from "./system";

/** What a choice of an environment needs around it, for everything that does not build it. */
export interface Needs {
  /** APIs that the stack enables for it. */
  readonly apis: readonly Api[];
  /** Roles that the deployer has for it, each with the reason. */
  readonly roles: Readonly<Record<string, string>>;
  /** Passwords that the platform generates for it, beside the database's. */
  readonly secrets: readonly string[];
  /** Blocks of 256 addresses that Google takes for it from `network.datastores`. */
  readonly addressBlocks: number;
  /** Whether it is a release of Bitnami's chart, which reads the environment's `bitnami`. */
  readonly bitnami: boolean;
  /** GB of persistent disks on SSD. */
  readonly diskGb: number;
}

/** An entry for each kind of a choice: a kind without one does not compile. */
export type Kinds<C extends { readonly kind: string }, Entry> = {
  readonly [K in C["kind"]]: (choice: Extract<C, { readonly kind: K }>) => Entry;
};

/** The entry of a choice's own kind, which TypeScript cannot follow through the look-up. */
export const entryOf = <C extends { readonly kind: string }, Entry>(table: Kinds<C, Entry>, choice: C): Entry =>
  (table[choice.kind as C["kind"]] as (choice: C) => Entry)(choice);

const bitnami = (diskGb: number, secret: string): Needs => ({
  apis: [],
  roles: {},
  secrets: [secret],
  addressBlocks: 0,
  bitnami: true,
  diskGb,
});

const DATABASES: Kinds<Environment["database"], Needs> = {
  "cloud-sql": ({ replicaRegion }) => ({
    apis: ["sqladmin"],
    roles: {
      "roles/cloudsql.admin": "Cloud SQL and its Data API",
      "roles/cloudsql.instanceUser": "log in to make the extensions",
    },
    secrets: [],
    addressBlocks: replicaRegion ? 2 : 1, // one in each region
    bitnami: false,
    diskGb: 0, // in a project of Google's
  }),
  bitnami: ({ diskGb }) => ({
    ...bitnami(3 * diskGb, PLATFORM_SECRETS.databaseAdministrator), // with scratch disks of a backup and of a restore
    roles: { "roles/storage.admin": "the bucket of the database's dumps" },
  }),
};

const CACHES: Kinds<Environment["cache"], Needs> = {
  memorystore: () => ({
    apis: ["redis"],
    roles: { "roles/redis.admin": "Memorystore" },
    secrets: [],
    addressBlocks: 1,
    bitnami: false,
    diskGb: 0,
  }),
  bitnami: ({ diskGb }) => bitnami(diskGb, PLATFORM_SECRETS.cache),
};

const SEARCHES: Kinds<NonNullable<Environment["search"]>, Needs> = {
  bitnami: ({ diskGb }) => bitnami(diskGb, PLATFORM_SECRETS.search),
};

const EDGES: Kinds<Environment["edge"], Needs> = {
  google: ({ dnsZone }) => edge(dnsZone),
  traefik: ({ dnsZone }) => edge(dnsZone),
};

const edge = (dnsZone?: string): Needs => ({
  apis: dnsZone ? ["dns"] : [],
  roles: dnsZone ? { "roles/dns.admin": "records" } : {},
  secrets: [],
  addressBlocks: 0,
  bitnami: false,
  diskGb: 0,
});

/** What each of the datastores needs: database, cache, and search where there is one. */
export const datastoreNeeds = (e: Pick<Environment, "database" | "cache" | "search">): readonly Needs[] => [
  entryOf(DATABASES, e.database),
  entryOf(CACHES, e.cache),
  ...(e.search ? [entryOf(SEARCHES, e.search)] : []),
];

export const edgeNeeds = (e: Pick<Environment, "edge">): Needs => entryOf(EDGES, e.edge);
