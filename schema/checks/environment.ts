import { contains, overlaps, parseCidr } from "../cidr";
import { CERTIFICATES_PER_LOAD_BALANCER, tierProblem } from "../google";
import { type Check, check, list } from "./check";

/** What must hold within an environment's file, policies of production included. */
export const environmentChecks: readonly Check[] = [
  check([], ["network"], [], (_s, { network }, _r, { say }) => {
    const ranges = Object.entries(network).map(([name, text]) => [name, parseCidr(text)] as const);
    for (const [i, [name, range]] of ranges.entries())
      for (const [other, before] of ranges.slice(0, i))
        if (range && before && overlaps(range, before))
          say.environment(["network", name], `must not overlap ${other} (${before.canonical})`, "choose another range");
    const usable = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"].map(parseCidr);
    for (const [name, range] of ranges) {
      if (range && !usable.some((u) => u && contains(u, range)))
        say.environment(
          ["network", name],
          "must be a private range",
          "choose one within 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 or 100.64.0.0/10",
        );
      const docker = parseCidr("172.17.0.0/16");
      if (range && docker && overlaps(range, docker))
        say.environment(
          ["network", name],
          "must not overlap 172.17.0.0/16, which Cloud SQL and Docker keep for themselves",
          "choose another range",
        );
    }
  }),
  check([], ["network", "cluster"], [], (_s, { network, cluster }, _r, { say }) => {
    const nodes = Object.values(cluster.nodePools).reduce((n, p) => n + p.max + 1, 0); // one more each while upgrading
    const room = 2 ** (24 - (parseCidr(network.pods)?.prefix ?? 24)); // a /24 for each node of 110 pods
    if (room < nodes)
      say.environment(
        ["network", "pods"],
        `has room for ${room} nodes, and the pools may have ${nodes} while upgrading`,
        "make the range larger",
      );
    const addresses = 2 ** (32 - (parseCidr(network.nodes)?.prefix ?? 32)) - 4;
    if (addresses < nodes)
      say.environment(["network", "nodes"], `has ${addresses} addresses for ${nodes} nodes`, "make the range larger");
  }),
  check([], ["cluster"], [], (_s, { cluster }, _r, { say, environmentName }) => {
    if (cluster.authorizedNetworks && !Object.keys(cluster.authorizedNetworks).length)
      say.environment(
        ["cluster", "authorizedNetworks"],
        "let nobody in",
        "name a range, or remove it: then the control plane has its DNS endpoint",
      );
    for (const [name, range] of Object.entries(cluster.authorizedNetworks ?? {})) {
      const cidr = parseCidr(range);
      if (cidr && cidr.prefix < 8)
        say.environment(
          ["cluster", "authorizedNetworks", name],
          "lets much of the internet in",
          "name the addresses that need it",
        );
    }
    const pools = Object.entries(cluster.nodePools);
    if (!pools.some(([, p]) => !p.dedicated))
      say.environment(
        ["cluster", "nodePools"],
        "leave the cluster's own pods nowhere to run",
        "have one pool that is not dedicated",
      );
    for (const [name, p] of pools) {
      const path = ["cluster", "nodePools", name];
      if (p.min > p.max)
        say.environment([...path, "min"], `must not be above max (${p.max})`, "lower it, or raise max");
      if (name === "default-pool")
        say.environment(path, "has the name of the pool that GKE makes and Terraform removes", "choose another name");
      if (p.max < 3)
        say.environment(
          [...path, "max"],
          "must have room for the first node in each of the three zones",
          "write at least 3",
        );
      if (environmentName === "production") {
        if (p.spot)
          say.environment([...path, "spot"], "takes machines away at any time, and this is production", "remove it");
        if (!p.dedicated && p.min < 3)
          say.environment(
            [...path, "min"],
            "must be one for each of the three zones in production",
            "write at least 3",
          );
      }
    }
    if (environmentName === "production" && cluster.channel === "RAPID")
      say.environment(["cluster", "channel"], "is for trying out, and this is production", "use REGULAR or STABLE");
  }),
  check([], ["database"], [], (_s, { database: d }, _r, { say, environmentName }) => {
    const wrong = tierProblem(d.edition, d.tier);
    if (wrong) say.environment(["database", "tier"], wrong.rule, wrong.remedy);
    if (d.edition === "ENTERPRISE" && d.recoveryDays > 7)
      say.environment(
        ["database", "recoveryDays"],
        "is at most 7 in the edition ENTERPRISE",
        "lower it, or use ENTERPRISE_PLUS",
      );
    if (d.diskLimitGb <= d.diskGb)
      say.environment(
        ["database", "diskLimitGb"],
        `must be above diskGb (${d.diskGb})`,
        "raise it: the disk grows by itself",
      );
    if (environmentName === "production") {
      if (d.availability !== "REGIONAL")
        say.environment(["database", "availability"], "must be REGIONAL in production", "use REGIONAL");
      if (d.recoveryDays < 7)
        say.environment(["database", "recoveryDays"], "must be at least 7 in production", "raise it");
    }
  }),
  check([], ["cache"], [], (_s, { cache }, _r, { say, environmentName }) => {
    if (environmentName === "production" && cache.tier !== "STANDARD_HA")
      say.environment(["cache", "tier"], "must be STANDARD_HA in production", "use STANDARD_HA");
  }),
  check([], ["cluster", "monitoring"], [], (_s, e, _r, { say }) => {
    if (!e.cluster.nodePools[e.monitoring.pool])
      say.environment(
        ["monitoring", "pool"],
        "is no node pool",
        `use one of ${list(Object.keys(e.cluster.nodePools))}`,
      );
  }),
  check([], ["services"], [], (_s, e, _r, { say }) => {
    const seen = new Map<string, string>();
    for (const [name, s] of Object.entries(e.services))
      for (const [i, host] of s.hosts.entries()) {
        if (seen.has(host))
          say.environment(
            ["services", name, "hosts", i],
            `is a host of ${seen.get(host)} already`,
            "give each host one service",
          );
        seen.set(host, name);
      }
    if (seen.size > CERTIFICATES_PER_LOAD_BALANCER)
      say.environment(
        ["services"],
        `have ${seen.size} hosts, and a load balancer takes ${CERTIFICATES_PER_LOAD_BALANCER} certificates`,
        "use fewer hosts",
      );
  }),
  check([], ["allowDestroy", "project"], [], (_s, e, _r, { say, environmentName, env }) => {
    if (e.allowDestroy && environmentName === "production" && env.ALLOW_DESTROY !== e.project)
      say.environment(
        ["allowDestroy"],
        "would take production's protection away, which wants a confirmation that is in no file",
        `set the environment variable ALLOW_DESTROY=${e.project} for this run, or remove allowDestroy`,
      );
  }),
];
