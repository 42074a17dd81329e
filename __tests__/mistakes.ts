import type { Json, Stack } from "./support";

/** A mistake in a stack that Google Cloud, or its provider, refuses. */
export interface Mistake {
  readonly what: string;
  /** What is refused: a resource, or an ephemeral one. */
  readonly address: string;
  /** What else there must be for it, beside all that it refers to. */
  readonly also?: readonly string[];
  /** Where it is refused. The provider looks at a block when all that it refers to is known: at times in an apply. */
  readonly stage: "validate" | "plan" | "apply";
  /** Part of what Terraform prints. */
  readonly message: string;
  /** Page that says so. */
  readonly page: string;
  /** Makes the mistake in a synthesized stack. */
  readonly make: (stack: Stack) => void;
  /** The stack was applied before the mistake, with this change. */
  readonly before?: (stack: Stack) => void;
  /** What remembers that it was applied is gone. */
  readonly stateIsLost?: true;
}

const GOOGLE = "https://cloud.google.com";
const COMPUTE = `${GOOGLE}/compute/docs/reference/rest/v1`;
const TERRAFORM = "https://developer.hashicorp.com/terraform";
const PROVIDER = "https://registry.terraform.io/providers/hashicorp/google/7.45.0/docs/resources";
const PROJECT = "pmcrm-production";

const NETWORK = "google_compute_network.network";
const SUBNETWORK = "google_compute_subnetwork.subnetwork";
const DATASTORE_RANGE = "google_compute_global_address.network_datastore-range";
const EDGE = "google_compute_global_address.edge";
const CONNECTION = "google_service_networking_connection.network_private-services";
const NAT = "google_compute_router_nat.network_nat";
const FIREWALL = "google_compute_firewall.network_allow-https-egress";
const POLICY = "google_compute_security_policy.workload_backend_security-policy_policy";
const CERTIFICATE = "google_compute_managed_ssl_certificate.edge_certificate-api_pmcrm_io";
const CLUSTER = "google_container_cluster.cluster";
const POOL = "google_container_node_pool.pool-workers_pool";
const KEY_RING = "google_kms_key_ring.kubernetes_secrets_ring";
const KEY = "google_kms_crypto_key.kubernetes_secrets_key";
const KEY_GRANT = "google_kms_crypto_key_iam_member.cluster_kubernetes-secrets_grant";
const DATABASE = "google_sql_database_instance.database";
const DATABASE_USER = "google_sql_user.database_users_1";
const SCRIPT = "google_sql_provision_script.database_script";
const CACHE = "google_redis_instance.cache";
const SECRET = "google_secret_manager_secret.secret_jwt_secret";
const ACCOUNT = "google_service_account.identity_worker";
const ROLE = "google_project_iam_member.cluster_nodes-artifactregistryreader";
const UPTIME = "google_monitoring_uptime_check_config.monitoring_cloud_uptime-api_pmcrm_io_check";
const UPTIME_ALERT = "google_monitoring_alert_policy.monitoring_cloud_uptime-api_pmcrm_io_alert";
const ALERT = "google_monitoring_alert_policy.monitoring_cloud_database-down";

/** Changes a resource's arguments. */
const change =
  (address: string, to: (args: Json) => void): Mistake["make"] =>
  ({ resource }) =>
    to(resource(address));

/** Sets an argument, or one in a block: `settings.tier`. */
const set = (address: string, argument: string, value: unknown): Mistake["make"] =>
  change(address, (args) => {
    const keys = argument.split(".");
    const last = keys.pop() as string;
    keys.reduce((block, key) => block[key], args)[last] = value;
  });

/** Leaves a resource out, also where others wait for it. */
const leaveOut =
  (address: string): Mistake["make"] =>
  ({ json, resources }) => {
    const [type = "", name = ""] = address.split(".");
    delete json.resource[type][name];
    for (const [, args] of resources) args.depends_on = args.depends_on?.filter((other: string) => other !== address);
  };

const all =
  (...changes: readonly Mistake["make"][]): Mistake["make"] =>
  (stack) => {
    for (const one of changes) one(stack);
  };

/** A second resource like another, with some arguments of its own. */
const second =
  (address: string, name: string, args: Json): Mistake["make"] =>
  ({ json, resource }) => {
    const [type = ""] = address.split(".");
    json.resource[type][name] = { ...resource(address), ...args };
  };

/** Lets Terraform destroy a resource. */
const destroyable = (address: string): Mistake["make"] =>
  change(address, (args) => {
    delete args.lifecycle?.prevent_destroy;
    if ("deletion_protection" in args) args.deletion_protection = false;
  });

/** Everything that is refused from the start. */
const FROM_NOTHING: readonly Mistake[] = [
  // Names in use.
  {
    what: "two service accounts have one id",
    address: ACCOUNT,
    also: ["google_service_account.identity_backend"],
    stage: "apply",
    message: `Error 409: Service account pmcrm-backend already exists within project projects/${PROJECT}.`,
    page: `${GOOGLE}/iam/docs/reference/rest/v1/projects.serviceAccounts/create`,
    make: set(ACCOUNT, "account_id", "pmcrm-backend"),
  },
  {
    what: "a secret has the name of one that was made by hand",
    address: SECRET,
    stage: "apply",
    message: "Error 409: Secret [projects/123456789012/secrets/pmcrm-openai-api-key] already exists.",
    page: `${GOOGLE}/secret-manager/docs/reference/rest/v1/projects.secrets/create`,
    make: set(SECRET, "secret_id", "pmcrm-openai-api-key"),
  },
  {
    what: "two node pools have one name",
    address: POOL,
    also: ["google_container_node_pool.pool-app_pool"],
    stage: "apply",
    message: `projects/${PROJECT}/locations/europe-west1/clusters/${PROJECT}/nodePools/app - already exists`,
    page: `${GOOGLE}/kubernetes-engine/docs/reference/rest/v1/projects.locations.clusters.nodePools/create`,
    make: change(POOL, (args) => {
      args.name = "app";
      args.depends_on = [...args.depends_on, "google_container_node_pool.pool-app_pool"];
    }),
  },
  {
    what: "two rules of Cloud Armor have one priority",
    address: POLICY,
    stage: "plan",
    message: "Two rules have the same priority, please update one of the priorities to be different.",
    page: `${PROVIDER}/compute_security_policy#priority`,
    make: set(POLICY, "rule.1.priority", 1000),
  },

  // References to what is not there, or is something else.
  {
    what: "a subnetwork is in no network",
    address: SUBNETWORK,
    stage: "apply",
    message: `Error 404: The resource 'projects/${PROJECT}/global/networks/pmcrm' was not found`,
    page: `${COMPUTE}/subnetworks/insert`,
    make: set(SUBNETWORK, "network", `projects/${PROJECT}/global/networks/pmcrm`),
  },
  {
    what: "a key ring stands where the cluster wants its key",
    address: CLUSTER,
    stage: "apply",
    message: `Error 400: Invalid value for field "cluster.database_encryption.key_name": "projects/${PROJECT}/locations/europe-west1/keyRings/${PROJECT}-secrets"`,
    page: `${GOOGLE}/kubernetes-engine/docs/how-to/encrypting-secrets`,
    make: set(CLUSTER, "database_encryption.key_name", `\${${KEY_RING}.id}`),
  },
  {
    what: "a subnetwork stands where the database wants its network",
    address: DATABASE,
    stage: "apply",
    message: `("projects/${PROJECT}/regions/europe-west1/subnetworks/${PROJECT}") doesn't match regexp`,
    page: `${GOOGLE}/sql/docs/postgres/admin-api/rest/v1beta4/instances#IpConfiguration`,
    make: set(DATABASE, "settings.ip_configuration.private_network", `\${${SUBNETWORK}.id}`),
  },
  {
    what: "a node pool is in no cluster",
    address: POOL,
    stage: "apply",
    message: `Error 404: Not found: projects/${PROJECT}/locations/europe-west1/clusters/pmcrm.`,
    page: `${GOOGLE}/kubernetes-engine/docs/reference/rest/v1/projects.locations.clusters.nodePools/create`,
    make: all(set(POOL, "cluster", "pmcrm"), set(POOL, "location", "europe-west1")),
  },
  {
    what: "the subnetwork has no such range for pods",
    address: CLUSTER,
    stage: "apply",
    message: 'Error 400: Pod secondary range "pod" not found in network',
    page: `${GOOGLE}/kubernetes-engine/docs/how-to/alias-ips`,
    make: set(CLUSTER, "ip_allocation_policy.cluster_secondary_range_name", "pod"),
  },
  {
    what: "the range of the private services is not reserved",
    address: CONNECTION,
    stage: "apply",
    message: "Allocated IP range 'pmcrm-datastores' not found in network.",
    page: `${GOOGLE}/vpc/docs/configure-private-services-access`,
    make: set(CONNECTION, "reserved_peering_ranges", ["pmcrm-datastores"]),
  },
  {
    what: "the range of the private services is an address of the edge",
    address: CONNECTION,
    stage: "apply",
    message: `Allocated IP range '${PROJECT}' not found in network.`,
    page: `${GOOGLE}/vpc/docs/configure-private-services-access`,
    make: set(CONNECTION, "reserved_peering_ranges", [`\${${EDGE}.name}`]),
  },
  {
    what: "the database comes before the private services",
    address: DATABASE,
    stage: "apply",
    message: "failed to create instance because the network doesn't have at least 1 private services connection.",
    page: `${GOOGLE}/sql/docs/postgres/configure-private-ip`,
    make: leaveOut(CONNECTION),
  },
  {
    what: "Redis comes before the private services",
    address: CACHE,
    stage: "apply",
    message: "Error 400: Google private service access is not enabled.",
    page: `${GOOGLE}/memorystore/docs/redis/networking`,
    make: leaveOut(CONNECTION),
  },
  {
    what: "nodes run as nobody",
    address: POOL,
    stage: "apply",
    message: `Error 400: Service account "pmcrm-nodes@${PROJECT}.iam.gserviceaccount.com" does not exist.`,
    page: `${GOOGLE}/kubernetes-engine/docs/how-to/service-accounts`,
    make: set(POOL, "node_config.service_account", `pmcrm-nodes@${PROJECT}.iam.gserviceaccount.com`),
  },
  {
    what: "GKE may not use the key for Secrets",
    address: CLUSTER,
    stage: "apply",
    message: "Error 400: Permission 'cloudkms.cryptoKeyVersions.useToEncrypt' denied on resource",
    page: `${GOOGLE}/kubernetes-engine/docs/how-to/encrypting-secrets`,
    make: leaveOut(KEY_GRANT),
  },
  {
    what: "the key for Secrets is in another region",
    address: CLUSTER,
    stage: "apply",
    message: "The key must be in the same location as the cluster, europe-west1.",
    page: `${GOOGLE}/kubernetes-engine/docs/how-to/encrypting-secrets`,
    make: set(KEY_RING, "location", "europe-west3"),
  },
  {
    what: "there is no such region",
    address: CLUSTER,
    stage: "apply",
    message: "Error 403: Permission denied on 'locations/europe-west7' (or it may not exist).",
    page: `${GOOGLE}/compute/docs/regions-zones`,
    make: set(CLUSTER, "location", "europe-west7"),
  },
  {
    what: "an alert goes to no channel",
    address: ALERT,
    stage: "apply",
    message: `Error 404: Could not find notification channel projects/${PROJECT}/notificationChannels/1.`,
    page: `${GOOGLE}/monitoring/api/ref_v3/rest/v3/projects.alertPolicies`,
    make: set(ALERT, "notification_channels", [`projects/${PROJECT}/notificationChannels/1`]),
  },
  {
    what: "nobody added the version of a secret",
    address: "ephemeral.google_secret_manager_secret_version.secrets_openai-api-key_stored",
    stage: "plan",
    message: "Secret Version [projects/123456789012/secrets/pmcrm-openai-api-key/versions/7] not found.",
    page: `${GOOGLE}/secret-manager/docs/access-secret-version`,
    make: ({ json }) => {
      json.ephemeral.google_secret_manager_secret_version["secrets_openai-api-key_stored"].version = "7";
    },
  },
  {
    what: "an API is not enabled",
    address: CACHE,
    stage: "apply",
    message: "Error 403: redis.googleapis.com API has not been used in project 123456789012 before or it is disabled.",
    page: `${GOOGLE}/service-usage/docs/enable-disable`,
    make: leaveOut("google_project_service.project_redis"),
  },
  {
    what: "there is no such API",
    address: "google_project_service.project_redis",
    stage: "apply",
    message: "Not found or permission denied for service(s): memorystore-redis.googleapis.com.",
    page: `${GOOGLE}/service-usage/docs/enable-disable`,
    make: set("google_project_service.project_redis", "service", "memorystore-redis.googleapis.com"),
  },

  // Identities.
  {
    what: "a service account's id is too long",
    address: ACCOUNT,
    stage: "validate",
    message: '"account_id" ("pmcrm-worker-of-the-production-environment") must be between 6 and 30 characters long',
    page: `${GOOGLE}/iam/docs/service-accounts-create`,
    make: set(ACCOUNT, "account_id", "pmcrm-worker-of-the-production-environment"),
  },
  {
    what: "there is no such role",
    address: ROLE,
    stage: "apply",
    message: "Error 400: Role roles/artifactregistry.pull is not supported for this resource.",
    page: `${GOOGLE}/iam/docs/roles-permissions/artifactregistry`,
    make: set(ROLE, "role", "roles/artifactregistry.pull"),
  },
  {
    what: "a role is granted to nobody",
    address: ROLE,
    stage: "apply",
    message: `Error 400: Service account pmcrm-nodes@${PROJECT}.iam.gserviceaccount.com does not exist.`,
    page: `${GOOGLE}/iam/docs/principal-identifiers`,
    make: set(ROLE, "member", `serviceAccount:pmcrm-nodes@${PROJECT}.iam.gserviceaccount.com`),
  },
  {
    what: "a Kubernetes identity comes before the cluster that brings its pool",
    address: "google_service_account_iam_member.workload_worker_identity_binding",
    stage: "apply",
    message: `Error 400: Identity Pool does not exist (${PROJECT}.svc.id.goog).`,
    page: `${GOOGLE}/kubernetes-engine/docs/how-to/workload-identity`,
    make: change("google_service_account_iam_member.workload_worker_identity_binding", (args) => {
      delete args.depends_on;
    }),
  },
  {
    what: "a user of the database comes before its role",
    address: DATABASE_USER,
    stage: "apply",
    message: 'role "pmcrm" does not exist',
    page: `${GOOGLE}/sql/docs/postgres/roles-and-users`,
    make: leaveOut(SCRIPT),
  },
  {
    what: "an audit log of no kind",
    address: "google_project_iam_audit_config.audit-log_iam",
    stage: "apply",
    message: `Error 400: Invalid value at 'policy.audit_configs.audit_log_configs.log_type': "WRITE"`,
    page: `${GOOGLE}/logging/docs/audit/configure-data-access`,
    make: set("google_project_iam_audit_config.audit-log_iam", "audit_log_config.0.log_type", "WRITE"),
  },

  // Ranges that overlap.
  {
    what: "pods overlap nodes",
    address: SUBNETWORK,
    stage: "apply",
    message: `Error 400: Invalid IPCidrRange: 10.0.0.0/14 conflicts with existing subnetwork '${PROJECT}' in region 'europe-west1'.`,
    page: `${GOOGLE}/vpc/docs/subnets#ipv4-ranges`,
    make: set(SUBNETWORK, "secondary_ip_range.0.ip_cidr_range", "10.0.0.0/14"),
  },
  {
    what: "two subnetworks overlap",
    address: "google_compute_subnetwork.second",
    stage: "apply",
    message: `Error 400: Invalid IPCidrRange: 10.0.8.0/21 conflicts with existing subnetwork '${PROJECT}' in region 'europe-west1'.`,
    page: `${GOOGLE}/vpc/docs/subnets#ipv4-ranges`,
    make: second(SUBNETWORK, "second", {
      name: "pmcrm-second",
      ip_cidr_range: "10.0.8.0/21",
      secondary_ip_range: [],
      depends_on: [SUBNETWORK],
    }),
  },
  {
    what: "the datastores overlap pods",
    address: DATASTORE_RANGE,
    also: [SUBNETWORK],
    stage: "apply",
    message: "Error 400: Invalid IP CIDR range: 10.4.0.0/20 conflicts with IP range 10.4.0.0/14",
    page: `${GOOGLE}/vpc/docs/configure-private-services-access`,
    make: change(DATASTORE_RANGE, (args) => {
      args.address = "10.4.0.0";
      args.depends_on = [SUBNETWORK];
    }),
  },
  {
    what: "the control plane overlaps nodes",
    address: CLUSTER,
    stage: "apply",
    message: "Error 400: The given master_ipv4_cidr 10.0.0.0/28 overlaps with an existing network 10.0.0.0/20.",
    page: `${GOOGLE}/kubernetes-engine/docs/how-to/private-clusters`,
    make: set(CLUSTER, "private_cluster_config.master_ipv4_cidr_block", "10.0.0.0/28"),
  },
  {
    what: "the control plane's range is no /28",
    address: CLUSTER,
    stage: "validate",
    message: "to contain a network Value with between 28 and 28 significant bits, got: 24",
    page: `${GOOGLE}/kubernetes-engine/docs/how-to/private-clusters`,
    make: set(CLUSTER, "private_cluster_config.master_ipv4_cidr_block", "172.16.0.0/24"),
  },
  {
    what: "a range does not begin with its address",
    address: SUBNETWORK,
    stage: "apply",
    message: "Invalid value for field 'resource.ipCidrRange': '10.0.1.0/20'.",
    page: `${GOOGLE}/vpc/docs/subnets#valid-ranges`,
    make: set(SUBNETWORK, "ip_cidr_range", "10.0.1.0/20"),
  },

  // Values that there are not.
  {
    what: "Cloud Armor knows no such action",
    address: POLICY,
    stage: "apply",
    message: "Error 400: Invalid value for field 'resource.action': 'deny(401)'.",
    page: `${GOOGLE}/armor/docs/configure-security-policies`,
    make: set(POLICY, "rule.0.action", "deny(401)"),
  },
  {
    what: "Cloud Armor counts in no such interval",
    address: POLICY,
    stage: "apply",
    message: "Error 400: Invalid value for field 'resource.rateLimitOptions.rateLimitThreshold.intervalSec': '45'.",
    page: `${GOOGLE}/armor/docs/rate-limiting-overview`,
    make: set(POLICY, "rule.3.rate_limit_options.rate_limit_threshold.interval_sec", 45),
  },
  {
    what: "Cloud Armor has no such set of rules",
    address: POLICY,
    stage: "apply",
    message: "'sqli-v34-stable' is not a supported preconfigured expression set.",
    page: `${GOOGLE}/armor/docs/waf-rules`,
    make: set(POLICY, "rule.0.match.expr.expression", "evaluatePreconfiguredWaf('sqli-v34-stable')"),
  },
  {
    what: "no such protocol",
    address: FIREWALL,
    stage: "apply",
    message: "Error 400: Invalid value for field 'resource.allowed[0].IPProtocol': 'https'.",
    page: `${GOOGLE}/firewall/docs/firewalls#protocols_and_ports`,
    make: set(FIREWALL, "allow.0.protocol", "https"),
  },
  {
    what: "a managed certificate with a wildcard",
    address: CERTIFICATE,
    stage: "apply",
    message: "Error 400: Invalid value for field 'resource.managed.domains[0]': '*.pmcrm.io'.",
    page: `${GOOGLE}/load-balancing/docs/ssl-certificates/google-managed-certs`,
    make: set(CERTIFICATE, "managed.domains", ["*.pmcrm.io"]),
  },
  {
    what: "no such profile of TLS",
    address: "google_compute_ssl_policy.edge_ssl-policy",
    stage: "validate",
    message: 'expected profile to be one of ["COMPATIBLE" "MODERN" "RESTRICTED" "CUSTOM" "FIPS_202205" ""], got STRICT',
    page: `${COMPUTE}/sslPolicies`,
    make: set("google_compute_ssl_policy.edge_ssl-policy", "profile", "STRICT"),
  },
  {
    what: "TLS 1.3 alone with a profile that allows older ones",
    address: "google_compute_ssl_policy.edge_ssl-policy",
    stage: "apply",
    message: "Must be RESTRICTED with minTlsVersion TLS_1_3.",
    page: `${GOOGLE}/load-balancing/docs/ssl-policies-concepts`,
    make: all(
      set("google_compute_ssl_policy.edge_ssl-policy", "min_tls_version", "TLS_1_3"),
      set("google_compute_ssl_policy.edge_ssl-policy", "profile", "MODERN"),
    ),
  },
  {
    what: "NAT gets its addresses in no such way",
    address: NAT,
    stage: "validate",
    message: 'expected nat_ip_allocate_option to be one of ["MANUAL_ONLY" "AUTO_ONLY" ""], got AUTOMATIC',
    page: `${COMPUTE}/routers`,
    make: set(NAT, "nat_ip_allocate_option", "AUTOMATIC"),
  },
  {
    what: "NAT's number of ports is no power of two",
    address: NAT,
    stage: "apply",
    message: "Error 400: Invalid value for field 'resource.nats[0].maxPortsPerVm': '5000'.",
    page: `${GOOGLE}/nat/docs/ports-and-addresses#dynamic-port`,
    make: set(NAT, "max_ports_per_vm", 5000),
  },
  {
    what: "no such release channel",
    address: CLUSTER,
    stage: "validate",
    message:
      'expected release_channel.0.channel to be one of ["UNSPECIFIED" "RAPID" "REGULAR" "STABLE" "EXTENDED"], got FAST',
    page: `${GOOGLE}/kubernetes-engine/docs/concepts/release-channels`,
    make: set(CLUSTER, "release_channel.channel", "FAST"),
  },
  {
    what: "nodes of a release channel are not upgraded",
    address: POOL,
    stage: "apply",
    message: "Error 400: Auto_upgrade must be true when release_channel REGULAR is set.",
    page: `${GOOGLE}/kubernetes-engine/docs/concepts/release-channels`,
    make: set(POOL, "management.auto_upgrade", false),
  },
  {
    what: "no such image of nodes",
    address: POOL,
    stage: "apply",
    message: 'Error 400: Node image type "COS" is not supported.',
    page: `${GOOGLE}/kubernetes-engine/docs/concepts/node-images`,
    make: set(POOL, "node_config.image_type", "COS"),
  },
  {
    what: "Binary Authorization has no such mode",
    address: "google_binary_authorization_policy.binary-authorization_policy",
    stage: "validate",
    message: 'to be one of ["ALWAYS_ALLOW" "REQUIRE_ATTESTATION" "ALWAYS_DENY"], got DENY',
    page: `${GOOGLE}/binary-authorization/docs/reference/rest/v1/Policy`,
    make: set(
      "google_binary_authorization_policy.binary-authorization_policy",
      "default_admission_rule.evaluation_mode",
      "DENY",
    ),
  },
  {
    what: "attestations by nobody",
    address: "google_binary_authorization_policy.binary-authorization_policy",
    stage: "apply",
    message: "requireAttestationsBy must be non-empty when the evaluation mode is REQUIRE_ATTESTATION",
    page: `${GOOGLE}/binary-authorization/docs/reference/rest/v1/Policy`,
    make: set(
      "google_binary_authorization_policy.binary-authorization_policy",
      "default_admission_rule.evaluation_mode",
      "REQUIRE_ATTESTATION",
    ),
  },
  {
    what: "no such tier of Redis",
    address: CACHE,
    stage: "validate",
    message: 'expected tier to be one of ["BASIC" "STANDARD_HA" ""], got STANDARD',
    page: `${GOOGLE}/memorystore/docs/redis/redis-tiers`,
    make: set(CACHE, "tier", "STANDARD"),
  },
  {
    what: "no such version of Redis",
    address: CACHE,
    stage: "apply",
    message: `Error 400: Invalid value at 'instance.redisVersion': "REDIS_7_1"`,
    page: `${GOOGLE}/memorystore/docs/redis/supported-versions`,
    make: set(CACHE, "redis_version", "REDIS_7_1"),
  },
  {
    what: "no such availability of the database",
    address: DATABASE,
    stage: "apply",
    message: 'expected settings.0.availability_type to be one of ["REGIONAL" "ZONAL"], got MULTI_ZONE',
    page: `${GOOGLE}/sql/docs/postgres/high-availability`,
    make: set(DATABASE, "settings.availability_type", "MULTI_ZONE"),
  },
  {
    what: "the database's edition lacks its tier",
    address: DATABASE,
    stage: "apply",
    message: "Error 400: Invalid request: Invalid Tier (db-perf-optimized-N-4) for (ENTERPRISE) Edition.",
    page: `${GOOGLE}/sql/docs/postgres/editions-intro`,
    make: set(DATABASE, "settings.tier", "db-perf-optimized-N-4"),
  },
  {
    what: "the database's edition keeps no logs for so long",
    address: DATABASE,
    stage: "apply",
    message: "Error 400: Invalid request: The number of transaction log retention days must be between 1 and 7",
    page: `${GOOGLE}/sql/docs/postgres/backup-recovery/pitr`,
    make: set(DATABASE, "settings.backup_configuration.transaction_log_retention_days", 14),
  },
  {
    what: "no such flag of the database",
    address: DATABASE,
    stage: "apply",
    message: "Error 404: The requested flag is either misspelled or unsupported by Cloud SQL.",
    page: `${GOOGLE}/sql/docs/postgres/flags`,
    make: set(DATABASE, "settings.database_flags.0.name", "cloudsql.enable_audit"),
  },
  {
    what: "a flag of the database has no such value",
    address: DATABASE,
    stage: "apply",
    message: "Error 400: Value requested is not valid. Failed to set cloudsql.enable_pgaudit: yes",
    page: `${GOOGLE}/sql/docs/postgres/flags`,
    make: set(DATABASE, "settings.database_flags.0.value", "yes"),
  },
  {
    what: "a database with a standby has no backups",
    address: DATABASE,
    stage: "apply",
    message: "Error 400: Invalid request: Automated backups must be enabled for a high availability instance",
    page: `${GOOGLE}/sql/docs/postgres/high-availability`,
    make: set(DATABASE, "settings.backup_configuration.enabled", false),
  },
  {
    what: "a replica is of another version",
    address: "google_sql_database_instance.database_replica",
    stage: "apply",
    message: "The database versions for the source and target instances are incompatible for replication.",
    page: `${GOOGLE}/sql/docs/postgres/replication/create-replica`,
    make: set("google_sql_database_instance.database_replica", "database_version", "POSTGRES_15"),
  },
  {
    what: "an extension comes without its flag",
    address: SCRIPT,
    stage: "apply",
    message: "pgaudit must be loaded via shared_preload_libraries",
    page: `${GOOGLE}/sql/docs/postgres/pg-audit`,
    make: set(DATABASE, "settings.database_flags.0.value", "off"),
  },
  {
    what: "an alert aligns in no such way",
    address: UPTIME_ALERT,
    stage: "apply",
    message: 'per_series_aligner to be one of ["ALIGN_NONE" "ALIGN_DELTA"',
    page: `${GOOGLE}/monitoring/api/ref_v3/rest/v3/projects.alertPolicies#Aligner`,
    make: set(UPTIME_ALERT, "conditions.0.condition_threshold.aggregations.0.per_series_aligner", "ALIGN_NEWEST"),
  },
  {
    what: "an alert waits for one and a half minutes",
    address: UPTIME_ALERT,
    stage: "apply",
    message: 'condition_threshold.duration had an invalid value of "90s"',
    page: `${GOOGLE}/monitoring/api/ref_v3/rest/v3/projects.alertPolicies#MetricThreshold`,
    make: set(UPTIME_ALERT, "conditions.0.condition_threshold.duration", "90s"),
  },
  {
    what: "an alert is looked at every 45 seconds",
    address: ALERT,
    stage: "apply",
    message: 'evaluation_interval had an invalid value of "45s"',
    page: `${GOOGLE}/monitoring/api/ref_v3/rest/v3/projects.alertPolicies#PrometheusQueryLanguageCondition`,
    make: set(ALERT, "conditions.0.condition_prometheus_query_language.evaluation_interval", "45s"),
  },
  {
    what: "an uptime check has no such period",
    address: UPTIME,
    stage: "apply",
    message: 'uptime_check_config.period had an invalid value of "120s"',
    page: `${GOOGLE}/monitoring/api/ref_v3/rest/v3/projects.uptimeCheckConfigs`,
    make: set(UPTIME, "period", "120s"),
  },
  {
    what: "logs are kept for more than ten years",
    address: "google_logging_project_bucket_config.audit-log_bucket",
    stage: "apply",
    message: "retention_days must be between 1 and 3650, not 3660",
    page: `${GOOGLE}/logging/docs/reference/v2/rest/v2/projects.locations.buckets#LogBucket`,
    make: set("google_logging_project_bucket_config.audit-log_bucket", "retention_days", 3660),
  },
  {
    what: "the project's logs are in another location",
    address: "google_logging_project_bucket_config.audit-log_bucket",
    stage: "apply",
    message: "Error 400: The bucket `_Default` is the project's own and cannot be created",
    page: `${GOOGLE}/logging/docs/default-settings`,
    make: set("google_logging_project_bucket_config.audit-log_bucket", "location", "eu"),
  },
  {
    what: "a key is renewed every hour",
    address: KEY,
    stage: "validate",
    message: "Rotation period must be greater than one day",
    page: `${GOOGLE}/kms/docs/reference/rest/v1/projects.locations.keyRings.cryptoKeys`,
    make: set(KEY, "rotation_period", "3600s"),
  },
];

/** What is refused of what was there before. */
const AFTERWARDS: readonly Mistake[] = [
  {
    what: "a key ring is there from before, and nothing takes it up",
    address: KEY_RING,
    stage: "apply",
    message: `Error 409: KeyRing projects/${PROJECT}/locations/europe-west1/keyRings/${PROJECT}-secrets already exists.`,
    page: `${GOOGLE}/kms/docs/delete-kms-resources`,
    before: () => {},
    stateIsLost: true,
    make: ({ json }) => {
      delete json.import;
    },
  },
  {
    what: "the protected subnetwork gets another range",
    address: SUBNETWORK,
    stage: "plan",
    message: "Instance cannot be destroyed",
    page: `${TERRAFORM}/language/meta-arguments/lifecycle#prevent_destroy`,
    before: () => {},
    make: set(SUBNETWORK, "ip_cidr_range", "10.12.0.0/20"),
  },
  {
    what: "the subnetwork of the NAT gets another range",
    address: SUBNETWORK,
    also: [NAT],
    stage: "apply",
    message: `The subnetwork resource 'projects/${PROJECT}/regions/europe-west1/subnetworks/${PROJECT}' is already being used by 'projects/${PROJECT}/regions/europe-west1/routers/${PROJECT}'`,
    page: "https://github.com/hashicorp/terraform-provider-google/issues/26776",
    before: destroyable(SUBNETWORK),
    make: set(SUBNETWORK, "ip_cidr_range", "10.12.0.0/20"),
  },
  {
    what: "the subnetwork grows into the pods' range",
    address: SUBNETWORK,
    stage: "apply",
    message: `Error 400: Invalid IPCidrRange: 10.4.0.0/14 conflicts with existing subnetwork '${PROJECT}' in region 'europe-west1'.`,
    page: `${GOOGLE}/vpc/docs/create-modify-vpc-networks#expand-subnet`,
    before: () => {},
    make: set(SUBNETWORK, "ip_cidr_range", "10.0.0.0/13"),
  },
  {
    what: "the cluster's subnetwork goes",
    address: SUBNETWORK,
    also: [CLUSTER],
    stage: "apply",
    message: `The subnetwork resource 'projects/${PROJECT}/regions/europe-west1/subnetworks/${PROJECT}' is already being used by 'projects/${PROJECT}/locations/europe-west1/clusters/${PROJECT}'`,
    page: `${GOOGLE}/vpc/docs/create-modify-vpc-networks#deleting_subnets`,
    before: destroyable(SUBNETWORK),
    make: all(
      leaveOut(SUBNETWORK),
      set(CLUSTER, "subnetwork", `projects/${PROJECT}/regions/europe-west1/subnetworks/${PROJECT}`),
    ),
  },
  {
    what: "the range of the cluster's Services goes",
    address: SUBNETWORK,
    also: [CLUSTER],
    stage: "apply",
    message: `The subnetwork resource 'projects/${PROJECT}/regions/europe-west1/subnetworks/${PROJECT}' is already being used by`,
    page: `${GOOGLE}/vpc/docs/create-modify-vpc-networks#edit-secondary`,
    before: () => {},
    make: change(SUBNETWORK, (args) => args.secondary_ip_range.pop()),
  },
  {
    what: "the cluster goes that Terraform protects",
    address: CLUSTER,
    stage: "apply",
    message: "Cannot destroy cluster because deletion_protection is set to true.",
    page: `${PROVIDER}/container_cluster#deletion_protection`,
    before: set(CLUSTER, "lifecycle.prevent_destroy", false),
    make: leaveOut(CLUSTER),
  },
  {
    what: "the database goes that only Google protects",
    address: DATABASE,
    stage: "apply",
    message: "The instance is protected. Please disable the deletion protection and try again.",
    page: `${GOOGLE}/sql/docs/postgres/deletion-protection`,
    before: destroyable(DATABASE),
    make: leaveOut(DATABASE),
  },
  {
    what: "a database takes the name of one that was deleted",
    address: DATABASE,
    stage: "apply",
    message: "Error 409: The Cloud SQL instance already exists. When you delete an instance, you can't reuse the name",
    page: `${GOOGLE}/sql/docs/postgres/delete-instance`,
    before: all(
      destroyable(DATABASE),
      set(DATABASE, "settings.deletion_protection_enabled", false),
      set(DATABASE, "name", PROJECT),
    ),
    make: set(DATABASE, "region", "europe-west3"),
  },
  {
    what: "the database goes back to the version before",
    address: DATABASE,
    stage: "apply",
    message: "Database version cannot be downgraded from POSTGRES_16 to POSTGRES_15",
    page: `${GOOGLE}/sql/docs/postgres/upgrade-major-db-version`,
    before: () => {},
    make: set(DATABASE, "database_version", "POSTGRES_15"),
  },
  {
    what: "the database's primary goes before its replica",
    address: DATABASE,
    also: ["google_sql_database_instance.database_replica"],
    stage: "apply",
    message: "The requested operation is not valid for a replication master instance.",
    page: `${GOOGLE}/sql/docs/postgres/replication/manage-replicas`,
    before: all(
      destroyable(DATABASE),
      set(DATABASE, "settings.deletion_protection_enabled", false),
      set(DATABASE, "name", PROJECT),
    ),
    make: all(
      leaveOut(DATABASE),
      set("google_sql_database_instance.database_replica", "master_instance_name", PROJECT),
    ),
  },
  {
    what: "a user of the database goes who owns tables",
    address: DATABASE_USER,
    stage: "apply",
    message: 'role "pmcrm_1" cannot be dropped because some objects depend on it',
    page: `${GOOGLE}/sql/docs/postgres/create-manage-users#deleting_a_user`,
    before: set(DATABASE_USER, "database_roles", []),
    make: leaveOut(DATABASE_USER),
  },
  {
    what: "a protected secret is to be stored elsewhere",
    address: SECRET,
    stage: "plan",
    message: "Instance cannot be destroyed",
    page: `${GOOGLE}/secret-manager/docs/choosing-replication`,
    before: () => {},
    make: set(SECRET, "replication.user_managed.replicas.0.location", "europe-west3"),
  },
  {
    what: "a secret that Terraform protects is to be stored elsewhere",
    address: SECRET,
    stage: "apply",
    message: "cannot destroy secret manager secret without setting deletion_protection=false",
    page: `${PROVIDER}/secret_manager_secret#deletion_protection`,
    before: set(SECRET, "lifecycle.prevent_destroy", false),
    make: set(SECRET, "replication.user_managed.replicas.0.location", "europe-west3"),
  },
  {
    what: "Redis goes that Terraform protects",
    address: CACHE,
    stage: "apply",
    message: "cannot destroy redis instance without setting deletion_protection=false",
    page: `${PROVIDER}/redis_instance#deletion_protection`,
    before: set(CACHE, "lifecycle.prevent_destroy", false),
    make: leaveOut(CACHE),
  },
  {
    what: "the subnetwork's network goes",
    address: NETWORK,
    stage: "apply",
    also: [SUBNETWORK],
    message: `The network resource 'projects/${PROJECT}/global/networks/${PROJECT}' is already being used by 'projects/${PROJECT}/regions/europe-west1/subnetworks/${PROJECT}'`,
    page: `${GOOGLE}/vpc/docs/create-modify-vpc-networks#deleting_a_network`,
    before: destroyable(NETWORK),
    make: all(leaveOut(NETWORK), set(SUBNETWORK, "network", `projects/${PROJECT}/global/networks/${PROJECT}`)),
  },
];

/** Mistakes in production's stack, one at a time, each with what it is refused with. */
export const MISTAKES: readonly Mistake[] = [...FROM_NOTHING, ...AFTERWARDS];
