/** What Google Cloud accepts, where its API would say so only in the middle of an apply. */

/** Seconds. {@link https://cloud.google.com/armor/docs/rate-limiting-overview} */
export const CLOUD_ARMOR_INTERVALS: readonly number[] = [
  10, 30, 60, 120, 180, 240, 270, 300, 600, 900, 1200, 1800, 2700, 3600,
];

/** Seconds of a client's ban. {@link https://cloud.google.com/armor/docs/rate-limiting-overview} */
export const CLOUD_ARMOR_BANS: readonly number[] = [60, 120, 180, 240, 300, 600, 900, 1200, 1800, 2700, 3600];

/** Databases and roles that every instance has. {@link https://cloud.google.com/sql/docs/postgres/users} */
export const POSTGRES_OWN: readonly string[] = [
  "postgres",
  "template0",
  "template1",
  "cloudsqladmin",
  "cloudsqlsuperuser",
  "public",
  "none",
];

/** {@link https://docs.datadoghq.com/getting_started/site/} */
export const DATADOG_SITES = [
  "datadoghq.com",
  "us3.datadoghq.com",
  "us5.datadoghq.com",
  "datadoghq.eu",
  "ap1.datadoghq.com",
  "ap2.datadoghq.com",
  "ddog-gov.com",
] as const;

/** {@link https://cloud.google.com/compute/docs/regions-zones#available} */
export const REGIONS: readonly string[] = `
  africa-south1
  asia-east1 asia-east2 asia-northeast1 asia-northeast2 asia-northeast3 asia-south1 asia-south2
  asia-southeast1 asia-southeast2 asia-southeast3 australia-southeast1 australia-southeast2
  europe-central2 europe-north1 europe-north2 europe-southwest1 europe-west1 europe-west2 europe-west3
  europe-west4 europe-west6 europe-west8 europe-west9 europe-west10 europe-west12
  me-central1 me-central2 me-west1
  northamerica-northeast1 northamerica-northeast2 northamerica-south1 southamerica-east1 southamerica-west1
  us-central1 us-east1 us-east4 us-east5 us-south1 us-west1 us-west2 us-west3 us-west4
`
  .trim()
  .split(/\s+/);

/** {@link https://cloud.google.com/load-balancing/docs/quotas#ssl_certificates} */
export const CERTIFICATES_PER_LOAD_BALANCER = 15;

/**
 * What a route of a Gateway takes for one host: rules, of which each sets other headers, and paths in one rule.
 * {@link https://gateway-api.sigs.k8s.io/reference/spec/#httproutespec}
 */
export const GATEWAY_ROUTE = { rules: 16, paths: 64 };

/** KB of a load balancer's hosts, paths and headers together. {@link https://cloud.google.com/load-balancing/docs/quotas#url_maps} */
export const URL_MAP_KB = 64;

/** {@link https://cloud.google.com/sql/docs/postgres/instance-settings#machine-type-2ndgen} */
export function tierProblem(
  edition: "ENTERPRISE" | "ENTERPRISE_PLUS",
  tier: string,
): { rule: string; remedy: string } | undefined {
  if (edition === "ENTERPRISE_PLUS")
    // Not the C4A tiers: they take Hyperdisk alone, and the database's disk is PD_SSD.
    return /^db-perf-optimized-N-(2|4|8|16|32|48|64|80|96|128)$/.test(tier)
      ? undefined
      : { rule: "is no tier of the edition ENTERPRISE_PLUS", remedy: 'write it like "db-perf-optimized-N-4"' };
  const m = /^db-custom-(0|[1-9]\d*)-(0|[1-9]\d*)$/.exec(tier);
  if (!m)
    return { rule: "is no dedicated tier of the edition ENTERPRISE", remedy: 'write it "db-custom-<vCPUs>-<MiB>"' };
  const [cpus, mib] = [Number(m[1]), Number(m[2])];
  if (cpus < 1 || cpus > 96 || (cpus > 1 && cpus % 2))
    return { rule: "must have 1 vCPU or an even number up to 96", remedy: "change the first number" };
  if (mib % 256 || mib < 3840)
    return { rule: "must have memory in multiples of 256 MiB, at least 3840", remedy: "change the second number" };
  if (mib < cpus * 0.9 * 1024 || mib > cpus * 6.5 * 1024)
    return {
      rule: "must have 0.9 to 6.5 GiB of memory for each vCPU",
      remedy: `write from ${Math.max(3840, Math.ceil((cpus * 0.9 * 1024) / 256) * 256)} to ${Math.floor((cpus * 6.5 * 1024) / 256) * 256} MiB`,
    };
  return undefined;
}

const BY_EIGHT = [2, 4, 8, 16, 32, 48, 64, 80, 96] as const;
const C2D = [2, 4, 8, 16, 32, 56, 112] as const;
const C3 = [4, 8, 22, 44, 88, 176] as const;
const C3D = [4, 8, 16, 30, 60, 90, 180, 360] as const;
/**
 * Machine series that nodes may be of: for each kind, the memory in GiB for each vCPU, and the numbers of vCPUs. They take
 * the nodes' boot disks, which are balanced persistent disks; newer series (N4, C4) take Hyperdisk alone.
 * {@link https://cloud.google.com/compute/docs/general-purpose-machines}
 * {@link https://cloud.google.com/compute/docs/compute-optimized-machines}
 */
const SERIES: Readonly<Record<string, Readonly<Record<string, readonly [memory: number, cpus: readonly number[]]>>>> = {
  e2: { standard: [4, [2, 4, 8, 16, 32]], highmem: [8, [2, 4, 8, 16]], highcpu: [1, [2, 4, 8, 16, 32]] },
  n1: {
    standard: [3.75, [1, 2, 4, 8, 16, 32, 64, 96]],
    highmem: [6.5, [2, 4, 8, 16, 32, 64, 96]],
    highcpu: [0.9, [2, 4, 8, 16, 32, 64, 96]],
  },
  n2: { standard: [4, [...BY_EIGHT, 128]], highmem: [8, [...BY_EIGHT, 128]], highcpu: [1, BY_EIGHT] },
  n2d: { standard: [4, [...BY_EIGHT, 128, 224]], highmem: [8, BY_EIGHT], highcpu: [1, [...BY_EIGHT, 128, 224]] },
  t2d: { standard: [4, [1, 2, 4, 8, 16, 32, 48, 60]] },
  c2: { standard: [4, [4, 8, 16, 30, 60]] },
  c2d: { standard: [4, C2D], highmem: [8, C2D], highcpu: [2, C2D] },
  c3: { standard: [4, C3], highmem: [8, C3], highcpu: [2, C3] },
  c3d: { standard: [4, C3D], highmem: [8, C3D], highcpu: [1.875, C3D] },
};
export const MACHINE_SERIES: readonly string[] = Object.keys(SERIES);

/** GiB of the machine that has less than its kind. */
const LESS_MEMORY: Readonly<Record<string, number>> = { "n2-highmem-128": 864 };

/** MiB of the machines whose two vCPUs are shared with others. */
const SHARED: Readonly<Record<string, number>> = { "e2-small": 2048, "e2-medium": 4096 };

/** What pods may ask of a node, for the rest is its system's own: a tenth and more, of shared vCPUs a half and more. */
const USABLE = { cpu: 900, sharedCpu: 470, memory: 0.85 };

/** A machine type. */
export interface Machine {
  readonly cpus: number;
  /** MiB. */
  readonly memory: number;
  /** What pods may ask for: millicores and MiB. */
  readonly usable: { readonly cpu: number; readonly memory: number };
}

/** A machine type by its name, when there is such a one and nodes may be of it. */
export function machineOf(type: string): Machine | undefined {
  const machine = (cpus: number, perCpu: number, memory: number): Machine => ({
    cpus,
    memory,
    usable: { cpu: cpus * perCpu, memory: memory * USABLE.memory },
  });
  if (Object.hasOwn(SHARED, type)) return machine(2, USABLE.sharedCpu, SHARED[type] as number);
  const [, series = "", kind = "", count] = /^([a-z0-9]+)-([a-z]+)-(\d+)$/.exec(type) ?? [];
  const kinds = Object.hasOwn(SERIES, series) ? SERIES[series] : undefined;
  const [perCpu, counts] = (kinds && Object.hasOwn(kinds, kind) && kinds[kind]) || [0, []];
  const cpus = counts.find((cpus) => String(cpus) === count);
  return cpus === undefined ? undefined : machine(cpus, USABLE.cpu, (LESS_MEMORY[type] ?? cpus * perCpu) * 1024);
}

/**
 * Characters of a path: though each be escaped, a rate limit's comparison with it fits into a subexpression of 1024.
 * {@link https://cloud.google.com/armor/quotas#limits}
 */
export const PATH_LENGTH = 256;

/**
 * Connections that a tier's memory is good for: Cloud SQL's own choice where nobody makes one. Some are kept for Cloud
 * SQL itself. Undefined for what is no tier of {@link tierProblem} 's.
 * {@link https://cloud.google.com/sql/docs/postgres/flags#postgres-m}
 */
export function maxConnections(tier: string): number | undefined {
  const custom = /^db-custom-\d+-(\d+)$/.exec(tier);
  const plus = /^db-perf-optimized-N-(\d+)$/.exec(tier); // 8 GiB for each vCPU
  const gib = custom ? Number(custom[1]) / 1024 : plus ? Number(plus[1]) * 8 : 0;
  const steps: readonly (readonly [number, number])[] = [
    [120, 1000],
    [60, 800],
    [30, 600],
    [15, 500],
    [7.5, 400],
    [6, 200],
    [3.75, 100],
  ];
  return steps.find(([least]) => gib >= least)?.[1];
}
