/** What Google Cloud accepts, where its API would say so only in the middle of an apply. */

/** Seconds. {@link https://cloud.google.com/armor/docs/rate-limiting-overview} */
export const CLOUD_ARMOR_INTERVALS: readonly number[] = [
  10, 30, 60, 120, 180, 240, 270, 300, 600, 900, 1200, 1800, 2700, 3600,
];

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

/** {@link https://cloud.google.com/load-balancing/docs/quotas#ssl_certificates} */
export const CERTIFICATES_PER_LOAD_BALANCER = 15;

/** {@link https://cloud.google.com/sql/docs/postgres/instance-settings#machine-type-2ndgen} */
export function tierProblem(
  edition: "ENTERPRISE" | "ENTERPRISE_PLUS",
  tier: string,
): { rule: string; remedy: string } | undefined {
  if (edition === "ENTERPRISE_PLUS")
    return /^db-(perf-optimized-N-(2|4|8|16|32|48|64|80|96|128)|c4a-highmem-(1|4|8|16|32|48|64|72))$/.test(tier)
      ? undefined
      : { rule: "is no tier of the edition ENTERPRISE_PLUS", remedy: 'write it like "db-perf-optimized-N-4"' };
  const m = /^db-custom-(\d+)-(\d+)$/.exec(tier);
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
      remedy: `write from ${Math.ceil((cpus * 0.9 * 1024) / 256) * 256} to ${Math.floor((cpus * 6.5 * 1024) / 256) * 256} MiB`,
    };
  return undefined;
}

/**
 * Size of a machine type, as far as its name tells: vCPUs and memory in MiB.
 * {@link https://cloud.google.com/compute/docs/machine-resource}
 */
export function machineOf(type: string): { readonly cpus: number; readonly memory: number } | undefined {
  const shared: Readonly<Record<string, number>> = { "e2-micro": 1024, "e2-small": 2048, "e2-medium": 4096 };
  if (shared[type]) return { cpus: 2, memory: shared[type] };
  const [, kind, count] = /^[a-z]\d[a-z]?-(standard|highmem|highcpu)-(\d+)$/.exec(type) ?? [];
  const perCpu: Readonly<Record<string, number>> = { standard: 4096, highmem: 8192, highcpu: 1024 };
  return kind && count ? { cpus: Number(count), memory: Number(count) * (perCpu[kind] as number) } : undefined;
}

/** Values that only secrets look like: keys of well-known services, private keys, URLs with a password, JSON web tokens. */
export const secretLooking = (value: string): boolean =>
  /-----BEGIN|^(sk|pk|rk)[-_]|^gh[pousr]_|^xox[abprs]-|^AIza[\w-]{30}|^AKIA[A-Z0-9]{12}|^ya29\.|^GOCSPX-|^eyJ[\w-]+\.eyJ|:\/\/[^/\s:@]+:[^/\s@]+@/.test(
    value,
  ) || /^(?=.*[a-z])(?=.*[A-Z])(?=.*\d)[A-Za-z0-9+/=_-]{40,}$/.test(value);
