import { createHash } from "node:crypto";
import { mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { PlanJson, PlannedChange } from "@slipway/rehearsal";
import { environmentsIn, readFiles, systemsIn } from "../schema/files";
import { type Configuration, InvalidConfiguration, validate } from "../schema/load";
import { imagesOf, type Release, releasesFolder } from "../schema/release";
import { type System, systemSchema } from "../schema/system";
import { PROVIDER_VERSIONS } from "../stacks/providers";
import { synthesize } from "../stacks/synthesize";

/** What a stack creates from nothing, committed so that a change of it is seen. */
export interface Inventory {
  /** SHA-256 of the stack as written: it tells a stale inventory where nothing can be planned. */
  readonly stack: string;
  readonly providers: Readonly<Record<string, string>>;
  /** Resources of each type. */
  readonly counts: Readonly<Record<string, number>>;
  readonly resources: readonly {
    readonly address: string;
    readonly action: string;
    readonly values: Readonly<Record<string, unknown>>;
  }[];
}

/**
 * What an inventory shows of each type: what costs, protects, exposes or names. The stack's hash answers for the rest.
 * A path goes through blocks, all of them where there are several.
 */
export const MATTERS: Readonly<Record<string, readonly string[]>> = {
  google_binary_authorization_policy: [
    "default_admission_rule.evaluation_mode",
    "default_admission_rule.enforcement_mode",
    "global_policy_evaluation_mode",
    "admission_whitelist_patterns.name_pattern",
  ],
  google_compute_firewall: [
    "direction",
    "priority",
    "source_ranges",
    "destination_ranges",
    "allow.protocol",
    "allow.ports",
    "deny.protocol",
  ],
  google_compute_address: ["name", "region", "address_type", "network_tier"],
  google_compute_global_address: ["name", "purpose", "address", "prefix_length"],
  google_compute_managed_ssl_certificate: ["name", "managed.domains"],
  google_compute_network: ["name", "auto_create_subnetworks"],
  google_compute_router: ["name", "region"],
  google_compute_router_nat: ["nat_ip_allocate_option", "source_subnetwork_ip_ranges_to_nat", "log_config.filter"],
  google_compute_security_policy: [
    "name",
    "advanced_options_config.json_parsing",
    "rule.priority",
    "rule.action",
    "rule.preview",
    "rule.match.expr.expression",
    "rule.rate_limit_options.rate_limit_threshold",
  ],
  google_compute_ssl_policy: ["profile", "min_tls_version"],
  google_compute_subnetwork: [
    "region",
    "ip_cidr_range",
    "secondary_ip_range.ip_cidr_range",
    "private_ip_google_access",
    "log_config.flow_sampling",
  ],
  google_container_cluster: [
    "name",
    "location",
    "deletion_protection",
    "release_channel.channel",
    "maintenance_policy.daily_maintenance_window.start_time",
    "datapath_provider",
    "private_cluster_config.enable_private_nodes",
    "private_cluster_config.enable_private_endpoint",
    "control_plane_endpoints_config.dns_endpoint_config.allow_external_traffic",
    "control_plane_endpoints_config.ip_endpoints_config.enabled",
    "master_authorized_networks_config.cidr_blocks.cidr_block",
    "master_auth.client_certificate_config.issue_client_certificate",
    "authenticator_groups_config.security_group",
    "binary_authorization.evaluation_mode",
    "database_encryption.state",
    "workload_identity_config.workload_pool",
    "enable_shielded_nodes",
    "enable_intranode_visibility",
    "enable_legacy_abac",
    "anonymous_authentication_config.mode",
    "security_posture_config.mode",
    "logging_config.enable_components",
    "monitoring_config.enable_components",
    "remove_default_node_pool",
  ],
  google_container_node_pool: [
    "name",
    "autoscaling.total_min_node_count",
    "autoscaling.total_max_node_count",
    "management.auto_repair",
    "management.auto_upgrade",
    "node_config.machine_type",
    "node_config.spot",
    "node_config.disk_type",
    "node_config.disk_size_gb",
    "node_config.image_type",
    "node_config.service_account",
    "node_config.shielded_instance_config.enable_secure_boot",
    "node_config.workload_metadata_config.mode",
    "node_config.taint",
  ],
  google_dns_record_set: ["managed_zone", "name", "type", "ttl", "rrdatas"],
  google_logging_project_bucket_config: ["bucket_id", "location", "retention_days"],
  google_monitoring_alert_policy: ["display_name", "severity", "conditions.condition_prometheus_query_language.query"],
  google_monitoring_notification_channel: ["type", "labels"],
  google_monitoring_uptime_check_config: ["monitored_resource.labels.host", "http_check.path", "period", "timeout"],
  google_project_iam_audit_config: ["service", "audit_log_config.log_type"],
  random_id: ["byte_length"],
  terraform_data: ["certificates", "name", "user", "pods", "services", "spot"].map((key) => `triggers_replace.${key}`),
  google_kms_crypto_key: ["name", "purpose", "rotation_period", "deletion_policy"],
  google_kms_crypto_key_iam_member: ["role", "member"],
  google_kms_key_ring: ["name", "location"],
  google_project_iam_member: ["role", "member"],
  google_project_service: ["service", "disable_on_destroy"],
  google_redis_instance: [
    "name",
    "tier",
    "memory_size_gb",
    "redis_version",
    "connect_mode",
    "auth_enabled",
    "transit_encryption_mode",
    "persistence_config.persistence_mode",
    "persistence_config.rdb_snapshot_period",
    "maintenance_policy.weekly_maintenance_window.day",
    "deletion_protection",
  ],
  google_secret_manager_secret: ["secret_id", "replication.user_managed.replicas.location", "deletion_protection"],
  google_secret_manager_secret_iam_member: ["secret_id", "role", "member"],
  google_secret_manager_secret_version: ["secret_data_wo_version", "deletion_policy"],
  google_service_account: ["account_id"],
  google_service_account_iam_member: ["role", "member"],
  google_service_networking_connection: ["service", "reserved_peering_ranges", "deletion_policy"],
  google_sql_database: ["name", "deletion_policy"],
  google_sql_database_instance: [
    "name",
    "database_version",
    "deletion_protection",
    "settings.deletion_protection_enabled",
    "settings.retain_backups_on_delete",
    "settings.edition",
    "settings.tier",
    "settings.availability_type",
    "settings.disk_size",
    "settings.disk_autoresize_limit",
    "settings.backup_configuration.enabled",
    "settings.backup_configuration.backup_retention_settings.retained_backups",
    "settings.backup_configuration.point_in_time_recovery_enabled",
    "settings.backup_configuration.transaction_log_retention_days",
    "settings.ip_configuration.ipv4_enabled",
    "settings.ip_configuration.ssl_mode",
    "settings.ip_configuration.authorized_networks",
    "settings.maintenance_window.day",
    "settings.maintenance_window.update_track",
    "settings.insights_config.query_insights_enabled",
    "settings.database_flags",
  ],
  google_sql_provision_script: ["database", "script"],
  google_sql_user: ["name", "type", "database_roles", "password_wo_version", "deletion_policy"],
  google_storage_bucket: [
    "name",
    "location",
    "uniform_bucket_level_access",
    "public_access_prevention",
    "retention_policy.retention_period",
    "lifecycle_rule.condition.age",
    "force_destroy",
  ],
  google_storage_bucket_iam_member: ["role", "member"],
  helm_release: ["namespace", "name", "chart", "version", "repository", "atomic", "timeout"],
  kubernetes_config_map_v1: ["metadata.namespace", "metadata.name"],
  kubernetes_cron_job_v1: [
    "metadata.namespace",
    "metadata.name",
    "spec.schedule",
    "spec.suspend",
    "spec.job_template.spec.template.spec.init_container.image",
    "spec.job_template.spec.template.spec.container.image",
  ],
  kubernetes_horizontal_pod_autoscaler_v2: [
    "metadata.namespace",
    "metadata.name",
    "spec.min_replicas",
    "spec.max_replicas",
    "spec.metric.resource.name",
    "spec.metric.resource.target.average_utilization",
  ],
  kubernetes_ingress_v1: [
    "metadata.namespace",
    "metadata.name",
    "spec.rule.host",
    "spec.rule.http.path.backend.service.name",
  ],
  kubernetes_job_v1: [
    "metadata.namespace",
    "metadata.name",
    "spec.backoff_limit",
    "spec.active_deadline_seconds",
    "spec.template.spec.container.image",
    "spec.template.spec.container.command",
  ],
  kubernetes_limit_range_v1: ["metadata.namespace", "spec.limit.default_request", "spec.limit.default"],
  kubernetes_namespace_v1: ["metadata.name", "metadata.labels"],
  kubernetes_network_policy_v1: [
    "metadata.namespace",
    "metadata.name",
    "spec.pod_selector.match_labels",
    "spec.policy_types",
  ],
  kubernetes_persistent_volume_claim_v1: [
    "metadata.namespace",
    "metadata.name",
    "spec.storage_class_name",
    "spec.resources.requests",
  ],
  kubernetes_pod_disruption_budget_v1: ["metadata.namespace", "metadata.name", "spec.max_unavailable"],
  kubernetes_resource_quota_v1: ["metadata.namespace", "spec.hard"],
  kubernetes_secret_v1: ["metadata.namespace", "metadata.name", "type"],
  kubernetes_service_account_v1: [
    "metadata.namespace",
    "metadata.name",
    "metadata.annotations",
    "automount_service_account_token",
  ],
  kubernetes_service_v1: [
    "metadata.namespace",
    "metadata.name",
    "spec.type",
    "spec.port.port",
    "spec.port.target_port",
  ],
  kubernetes_storage_class_v1: [
    "metadata.name",
    "storage_provisioner",
    "reclaim_policy",
    "volume_binding_mode",
    "allow_volume_expansion",
  ],
};

/** Arguments that `prepare` (stack.ts) changes for a plan on this machine: taken from the stack as written. */
const AS_WRITTEN: Readonly<Record<string, readonly string[]>> = { helm_release: ["chart", "version", "repository"] };

type StackResources = Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>;

const UNKNOWN = "(known after apply)";
const SENSITIVE = "(sensitive)";

export const RENEW = "npm run inventory";
export const FOLDER = path.join("__tests__", "inventories");
export const fileOf = (stackName: string): string => path.join(FOLDER, `${stackName}.json`);
export const hashOf = (stackText: string): string => createHash("sha256").update(stackText).digest("hex");

/** A stack of some system: `<system>.<environment>`. */
export interface Stack {
  readonly name: string;
  readonly system: string;
  readonly environment: string;
}

/** Every system's stacks. */
export const everyStack = (root: string): Stack[] =>
  systemsIn(root).flatMap((system) =>
    environmentsIn(root, system).map((environment) => ({ name: `${system}.${environment}`, system, environment })),
  );

/** Version, and digest of every image, with which inventories and snapshots are made: no release changes them. */
const FIXED_RELEASE = path.join("__tests__", "release.json");

/** A release of the images that a system runs. */
export function fixedRelease(root: string, system: Pick<System, "services" | "migrations">): Release {
  const { version, digest } = JSON.parse(readFileSync(path.join(root, FIXED_RELEASE), "utf8"));
  return { version, images: Object.fromEntries(imagesOf(system).map((image) => [image, digest])) };
}

/** A system as its files say, with the fixed release in every environment in place of those in releases/. */
async function withFixedRelease(root: string, name: string): Promise<Configuration> {
  const { raw, problems } = await readFiles(root, name);
  if (problems.length) throw new InvalidConfiguration(problems);
  const system = systemSchema.safeParse(raw.system);
  const release = system.success ? fixedRelease(root, system.data) : undefined;
  const running = Object.fromEntries(Object.keys(raw.environments).map((environment) => [environment, release]));
  return validate(name, { ...raw, releases: release ? releasesFolder(running) : raw.releases }, {});
}

/**
 * Synthesizes every system below a folder with the fixed release, as from a shell that sets nothing; the answer finds a
 * stack's folder there.
 */
export async function synthesizeEvery(root: string, outdir: string): Promise<(stack: Stack) => string> {
  mkdirSync(outdir, { recursive: true });
  for (const system of systemsIn(root)) synthesize(await withFixedRelease(root, system), {}, path.join(outdir, system));
  return ({ system, environment }) => path.join(outdir, system, "stacks", environment);
}

export const stackText = (folder: string): string => readFileSync(path.join(folder, "cdk.tf.json"), "utf8");

/** The inventory of a stack and its plan from nothing. */
export function inventory(text: string, plan: PlanJson): Inventory {
  const written = (JSON.parse(text) as { resource: StackResources }).resource;
  const changes = (plan.resource_changes ?? []).toSorted((a, b) => (a.address < b.address ? -1 : 1));
  const types = changes.filter((c) => c.mode === "managed").map((c) => c.type);
  return {
    stack: hashOf(text),
    providers: PROVIDER_VERSIONS,
    counts: Object.fromEntries([...new Set(types)].sort().map((t) => [t, types.filter((type) => type === t).length])),
    resources: changes.map((c) => ({
      address: c.address,
      action: c.change.actions.join(", "),
      values: valuesOf(c, written[c.type]?.[c.name] ?? {}),
    })),
  };
}

function valuesOf({ type, change }: PlannedChange, written: Readonly<Record<string, unknown>>) {
  const { after, after_unknown, after_sensitive } = change;
  const asWritten = AS_WRITTEN[type] ?? [];
  return Object.fromEntries(
    (MATTERS[type] ?? []).flatMap((where) => {
      const value = asWritten.includes(where)
        ? written[where]
        : look(after, after_unknown, after_sensitive, where.split("."));
      return value === undefined || value === null ? [] : [[where, value]];
    }),
  );
}

/** The value at a path, through lists of blocks; undefined where there is none. */
function look(value: unknown, unknown: unknown, sensitive: unknown, where: readonly string[]): unknown {
  if (unknown === true) return UNKNOWN;
  if (sensitive === true) return SENSITIVE;
  const [key, ...rest] = where;
  if (key === undefined) return Array.isArray(value) && !value.length ? undefined : value;
  if (Array.isArray(value)) {
    const found = value.map((v, i) => look(v, at(unknown, i), at(sensitive, i), where)).filter((v) => v !== undefined);
    return found.length > 1 ? found : found[0];
  }
  return look(at(value, key), at(unknown, key), at(sensitive, key), rest);
}

const at = (value: unknown, key: string | number): unknown =>
  typeof value === "object" && value !== null ? (value as Record<string | number, unknown>)[key] : undefined;

/** An inventory as its file has it: a line for each resource, for reading and for merging. */
export function print({ resources, ...rest }: Inventory): string {
  const lines = resources.map((resource) => `    ${JSON.stringify(resource)}`).join(",\n");
  return `${JSON.stringify(rest, null, 2).slice(0, -2)},\n  "resources": [\n${lines}\n  ]\n}\n`;
}
