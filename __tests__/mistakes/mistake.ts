import type { Json, Stack } from "../support";

/** A mistake in production's stack that Google Cloud or its provider refuses. */
export interface Mistake {
  readonly what: string;
  /** The address of the resource or ephemeral resource that is refused. */
  readonly address: string;
  /** Other resources that must exist, besides those that it refers to. */
  readonly also?: readonly string[];
  /** The first command that fails. The provider validates a block only when the values that it refers to are known. */
  readonly stage: "validate" | "plan" | "apply";
  /** A part of Terraform's error message. */
  readonly message: string;
  /** The page that documents the rule. */
  readonly page: string;
  /** Makes the mistake in a synthesized stack. */
  readonly make: (stack: Stack) => void;
  /** If set, the stack is applied with this change before the mistake. */
  readonly before?: (stack: Stack) => void;
  /** If set, the state is deleted before the mistake. */
  readonly stateIsLost?: true;
}

export const GOOGLE = "https://cloud.google.com";
export const COMPUTE = `${GOOGLE}/compute/docs/reference/rest/v1`;
export const TERRAFORM = "https://developer.hashicorp.com/terraform";
export const PROVIDER = "https://registry.terraform.io/providers/hashicorp/google/7.45.0/docs/resources";
export const PROJECT = "pmcrm-production";

export const NETWORK = "google_compute_network.network";
export const SUBNETWORK = "google_compute_subnetwork.subnetwork";
export const DATASTORE_RANGE = "google_compute_global_address.network_datastore-range";
export const EDGE = "google_compute_global_address.edge";
export const CONNECTION = "google_service_networking_connection.network_private-services";
export const NAT = "google_compute_router_nat.network_nat";
export const FIREWALL = "google_compute_firewall.network_allow-https-egress";
export const POLICY = "google_compute_security_policy.workload_backend_security-policy_policy";
export const CERTIFICATE = "google_compute_managed_ssl_certificate.edge_certificate-api_pmcrm_io";
export const CLUSTER = "google_container_cluster.cluster";
export const POOL = "google_container_node_pool.pool-workers_pool";
export const KEY_RING = "google_kms_key_ring.kubernetes_secrets_ring";
export const KEY = "google_kms_crypto_key.kubernetes_secrets_key";
export const KEY_GRANT = "google_kms_crypto_key_iam_member.cluster_kubernetes-secrets_grant";
export const DATABASE = "google_sql_database_instance.database";
export const DATABASE_USER = "google_sql_user.database_users_1";
export const SCRIPT = "google_sql_provision_script.database_script";
export const CACHE = "google_redis_instance.cache";
export const SECRET = "google_secret_manager_secret.secret_jwt_secret";
export const ACCOUNT = "google_service_account.identity_worker";
export const ROLE = "google_project_iam_member.cluster_nodes-artifactregistryreader";
export const UPTIME = "google_monitoring_uptime_check_config.monitoring_cloud_uptime-api_pmcrm_io_check";
export const UPTIME_ALERT = "google_monitoring_alert_policy.monitoring_cloud_uptime-api_pmcrm_io_alert";
export const ALERT = "google_monitoring_alert_policy.monitoring_cloud_database-down";

/** Changes a resource's arguments. */
export const change =
  (address: string, to: (args: Json) => void): Mistake["make"] =>
  ({ resource }) =>
    to(resource(address));

/** Sets an argument, which can be in a block, such as `settings.tier`. */
export const set = (address: string, argument: string, value: unknown): Mistake["make"] =>
  change(address, (args) => {
    const keys = argument.split(".");
    const last = keys.pop() as string;
    keys.reduce((block, key) => block[key], args)[last] = value;
  });

/** Removes a resource, and the references to it in depends_on. */
export const leaveOut =
  (address: string): Mistake["make"] =>
  ({ json, resources }) => {
    const [type = "", name = ""] = address.split(".");
    delete json.resource[type][name];
    for (const [, args] of resources) args.depends_on = args.depends_on?.filter((other: string) => other !== address);
  };

export const all =
  (...changes: readonly Mistake["make"][]): Mistake["make"] =>
  (stack) => {
    for (const one of changes) one(stack);
  };

/** Adds a copy of a resource, with some other arguments. */
export const second =
  (address: string, name: string, args: Json): Mistake["make"] =>
  ({ json, resource }) => {
    const [type = ""] = address.split(".");
    json.resource[type][name] = { ...resource(address), ...args };
  };

/** Removes Terraform's protections from a resource. */
export const destroyable = (address: string): Mistake["make"] =>
  change(address, (args) => {
    delete args.lifecycle?.prevent_destroy;
    if ("deletion_protection" in args) args.deletion_protection = false;
  });
