import { CANDIDATE, stableOf } from "../../facts/candidate";
import { PLATFORM_NAMES } from "../../facts/reserved";
import type { Problem } from "../../schema/problem";
import { canonical } from "../../schema/release";
import type { Step } from "./approvals";
import { tellsOfFreeze } from "./maintenance-change";
import { counts } from "./plan-hash";
import { type Change, generationOf, type Plan } from "./plan-problems";

/** What a change is about. A release may change the first; each of the others wants its own approval. */
export type Category = "release" | keyof typeof TYPES | "unknown";

/**
 * The types of each category. Those that are `kept` hold data or identity: what replaces a deleted one is not the same, so
 * a deletion or a replacement wants an approval of its own.
 */
const TYPES = {
  data: {
    kept: [
      ...["google_sql_database_instance", "google_sql_database", "google_redis_instance", "google_storage_bucket"],
      ...["kubernetes_persistent_volume_claim_v1", "random_id"], // the end of the database's name
    ],
    others: ["google_sql_provision_script", "kubernetes_storage_class_v1"],
  },
  network: {
    kept: [
      ...["google_compute_network", "google_compute_subnetwork"],
      ...["google_compute_address", "google_compute_global_address"],
    ],
    others: [
      ...["google_compute_router", "google_compute_router_nat", "google_compute_firewall"],
      ...["google_service_networking_connection", "google_dns_record_set", "kubernetes_ingress_v1"],
      ...["google_compute_security_policy", "google_compute_ssl_policy", "google_compute_managed_ssl_certificate"],
      ...["google_certificate_manager_certificate", "google_certificate_manager_certificate_map"],
      ...["google_certificate_manager_certificate_map_entry", "google_compute_backend_bucket"],
      ...["google_compute_url_map", "google_compute_target_http_proxy", "google_compute_target_https_proxy"],
      ...["google_compute_global_forwarding_rule", "vercel_project_domain", "vercel_project_route"],
    ],
  },
  cluster: {
    kept: ["google_container_cluster", "kubernetes_namespace_v1"],
    others: [
      ...["google_container_node_pool", "google_binary_authorization_policy", "google_project_service"],
      ...["kubernetes_resource_quota_v1", "kubernetes_limit_range_v1"],
    ],
  },
  identity: {
    kept: ["google_service_account"],
    others: [
      ...["google_service_account_iam_member", "google_project_iam_member", "google_project_iam_audit_config"],
      ...["google_storage_bucket_iam_member", "google_secret_manager_secret_iam_member"],
      "google_kms_crypto_key_iam_member",
    ],
  },
  secrets: {
    kept: ["google_secret_manager_secret", "google_kms_key_ring", "google_kms_crypto_key"],
    others: ["google_secret_manager_secret_version", "google_sql_user"],
  },
  monitoring: {
    kept: ["google_logging_project_bucket_config"],
    others: [
      ...["google_monitoring_alert_policy", "google_monitoring_notification_channel"],
      "google_monitoring_uptime_check_config",
    ],
  },
} as const satisfies Readonly<Record<string, { readonly kept: readonly string[]; readonly others: readonly string[] }>>;

/** Types that only a release has. */
const OF_RELEASE = {
  kept: ["vercel_project"],
  others: ["vercel_deployment", "vercel_alias", "vercel_project_environment_variable"],
};

/** Types whose resources are of several categories. Their addresses decide, by the first pattern that matches. */
const MIXED =
  /^(helm_release|terraform_data|kubernetes_(config_map|secret|service|service_account|network_policy|job|cron_job|horizontal_pod_autoscaler|pod_disruption_budget)_v\d)\./;
const WORKLOAD = String.raw`\.${PLATFORM_NAMES.workloads}_[^_]+`;
const ADDRESSES: readonly (readonly [RegExp, Category])[] = [
  [new RegExp(`${WORKLOAD}-${CANDIDATE}_`), "release"], // it comes and goes with all that it needs
  [/^kubernetes_network_policy_v1\./, "network"],
  [new RegExp(`^helm_release${WORKLOAD}_web-service_`), "network"], // what the load balancer knows of the service
  [new RegExp(`${WORKLOAD}_`), "release"],
  [/\.(ingress_shares|(ingress|gateway)_settled)$/, "release"],
  [/^kubernetes_secret_v1\./, "secrets"],
  [/\.(datastores?_|certificates_|database-names$|kinds$)/, "data"],
  [/\.monitoring_/, "monitoring"],
  [/\.(keda|pool-[^.]*)_/, "cluster"],
  [/\.(network|buckets|cert-manager|certificate|traefik|gateway|ingress)_/, "network"],
];
/** Releases of datastores: without them, nothing reads the volumes. */
const DATASTORE = /^helm_release\.datastore_/;

const ROWS = Object.entries({ ...TYPES, release: OF_RELEASE });
const CATEGORY_OF = new Map(
  ROWS.flatMap(([category, { kept, others }]) => [...kept, ...others].map((type) => [type, category as Category])),
);
const KEPT: ReadonlySet<string> = new Set(ROWS.flatMap(([, { kept }]) => kept));

/** Names of the categories that `--allow` takes. */
export const ALLOWED: readonly string[] = [...Object.keys(TYPES), "unknown"];

/** What allows the deletion of a resource that holds data or identity. */
export const DESTROY = "destroy:";

/** The category of a change. A type that no table names is unknown, and always wants an approval. */
export const categoryOf = (change: Change): Category =>
  changesOnlyShares(change)
    ? "release"
    : (CATEGORY_OF.get(change.type) ??
      (MIXED.test(change.address) ? ADDRESSES.find(([pattern]) => pattern.test(change.address))?.[1] : undefined) ??
      "unknown");

export const isKept = ({ type, address }: Pick<Change, "type" | "address">): boolean =>
  KEPT.has(type) || DATASTORE.test(address);

/**
 * What a plan does that no release may do, and nobody has allowed: each is a problem. A first deploy wants no approval.
 * @param first whether the plan is one of the first deploy, or goes on with it
 * @param rollback whether the plan goes back to an earlier release, whose pods log in as an earlier user
 * @param step what a walk does with a candidate, if the plan is a step of one
 */
export function guardProblems(
  plan: Plan,
  {
    allowed,
    first = isFirst(plan),
    rollback = false,
    step,
  }: {
    readonly allowed: readonly string[];
    readonly first?: boolean;
    readonly rollback?: boolean;
    readonly step?: Step;
  },
): Problem[] {
  if (step === "on") return beyondShares(plan);
  const users = rollback ? (plan.resource_changes ?? []).filter((it) => isUser(it) && deletes(it)) : [];
  return [
    ...users.map((change) => ({
      path: "the plan",
      value: change.address,
      secret: false,
      rule: `would be ${done(change)}, and a rollback keeps every user of the database`,
      remedy: "write the version that you go back to as rotatedIn in database.password",
    })),
    ...wanted(plan, first)
      .filter(({ change, option }) => !allowed.includes(option) && !users.includes(change))
      // One that left with a later release comes back; nobody knows its password any more.
      .filter(({ change }) => !(rollback && isUser(change) && change.change.actions.join() === "create"))
      .map(({ change, option }) => ({
        path: "the plan",
        value: change.address,
        secret: false,
        rule: `would be ${done(change)}, and ${
          option.startsWith(DESTROY)
            ? "it holds data or identity"
            : `a release changes nothing of the category ${option}`
        }`,
        remedy: `undo the change of the files, or add --allow ${option}, which a yes at the terminal does not replace`,
      })),
  ];
}

/** What a plan changes besides a candidate's share: nobody has approved it together with the walk. */
const beyondShares = ({ resource_changes = [] }: Plan): Problem[] =>
  resource_changes
    .filter((change) => change.mode !== "data" && counts(change) && !changesOnlyShares(change))
    .map((change) => ({
      path: "the plan",
      value: change.address,
      secret: false,
      rule: `would be ${done(change)}, and a step of a candidate changes only its share`,
      remedy: "undo the change of the files, or deploy it before the next step, with the share as it was",
    }));

/** The values of `--allow` that a plan wants. */
export const wantedBy = (plan: Plan): string[] =>
  [...new Set(wanted(plan, isFirst(plan)).map(({ option }) => option))].sort();

/** The changes that want an approval, each with the value of `--allow` that gives it. */
function wanted(plan: Plan, first: boolean): { readonly change: Change; readonly option: string }[] {
  if (first) return [];
  return (plan.resource_changes ?? []).flatMap((change) => {
    const { mode, address, change: values } = change;
    const isOnlyMoved = values.actions.includes("no-op") && !values.importing;
    if (mode === "data" || !counts(change) || isOnlyMoved || tellsOfFreeze(change) || follows(change, plan)) return [];
    if (deletes(change) && isKept(change)) return [{ change, option: `${DESTROY}${address}` }];
    const category = categoryOf(change);
    return category === "release" ? [] : [{ change, option: category }];
  });
}

/** Whether the state has nothing yet but what this plan imports. */
export function isFirst({ prior_state, resource_changes = [] }: Plan): boolean {
  const { resources = [], child_modules = [] } = prior_state?.values?.root_module ?? {};
  const imported = new Set(resource_changes.filter(({ change }) => change.importing).map(({ address }) => address));
  return !child_modules.length && resources.every(({ mode, address }) => mode !== "managed" || imported.has(address));
}

/**
 * Whether a change follows from one that was approved before: what is left of a replacement is deleted, or the database's
 * user of an earlier password leaves, because the release after the rotation does not need it.
 */
function follows(change: Change, { resource_changes = [] }: Plan): boolean {
  const { actions } = change.change;
  if (actions.length !== 1 || actions[0] !== "delete") return false;
  if (change.deposed !== undefined) return !isKept(change);
  const generation = generationOf(change);
  return generation > 0 && resource_changes.some((it) => !deletes(it) && generationOf(it) > generation);
}

const isUser = ({ type }: Change): boolean => type === "google_sql_user";
const deletes = ({ change }: Change): boolean => change.actions.includes("delete");

/** What a plan does to a resource, as a participle. */
function done({ change: { actions, importing } }: Change): string {
  if (actions.includes("delete")) return actions.includes("create") ? "replaced" : "deleted";
  if (actions.includes("forget")) return "forgotten";
  if (importing) return "imported";
  return actions.includes("create") ? "created" : "updated";
}

/** Releases that say which share of the requests a candidate gets: a Gateway's routes, and what Traefik's routes name. */
const SHARES = ["helm_release.gateway_routes", "helm_release.ingress_shares"];

/** Whether only shares change: whether a service's requests go to its candidate, and how many. */
function changesOnlyShares({ address, change }: Change): boolean {
  if (!SHARES.includes(address) || change.actions.join() !== "update") return false;
  const [before, after] = [change.before, change.after].map((it) => it as Readonly<Record<string, unknown>>);
  if (!before || !after) return false;
  const others = Object.keys(after).filter(
    (key) => key !== "values" && canonical(before[key] ?? null) !== canonical(after[key] ?? null),
  );
  return !others.length && withoutShares(before.values) === withoutShares(after.values);
}

/** A release's values without the shares in them; another text each time if they are not known. */
function withoutShares(values: unknown): unknown {
  const [text] = Array.isArray(values) ? values : [];
  if (typeof text !== "string") return Symbol("not known");
  return JSON.stringify(JSON.parse(text), (key, value) =>
    LISTS.includes(key) && Array.isArray(value)
      ? [...new Set(value.map(({ weight, ...to }) => canonical(to).replaceAll(to.name, stableOf(to.name))))].sort()
      : value,
  );
}

/** Lists of Services with weights: a Gateway's and Traefik's, which leaves out those without a share. */
const LISTS = ["backendRefs", "services"];
