/** A type of resource that a service makes another type wait for. */
interface Need {
  /** Terraform's type of the resource that must exist first. */
  readonly first: string;
  /** Page that documents it. */
  readonly source: string;
}

const CLUSTER: Need = {
  first: "google_container_cluster",
  source: "https://cloud.google.com/kubernetes-engine/docs/concepts/cluster-architecture",
};
const NODES: Need = {
  first: "google_container_node_pool",
  source: "https://kubernetes.io/docs/concepts/scheduling-eviction/kube-scheduler/",
};
const PRIVATE_SERVICES = "https://cloud.google.com/vpc/docs/configure-private-services-access";
const API: Need = {
  first: "google_project_service",
  source: "https://cloud.google.com/service-usage/docs/enable-disable",
};

/** By Terraform's type of the resource that waits. Waits that only a stack imposes are left out, because a deploy could do without them. */
export const NEEDS: Readonly<Record<string, readonly Need[]>> = {
  google_compute_network: [API],
  google_compute_subnetwork: [
    { first: "google_compute_network", source: "https://cloud.google.com/vpc/docs/create-modify-vpc-networks" },
  ],
  google_compute_global_address: [API, { first: "google_compute_network", source: PRIVATE_SERVICES }],
  google_service_networking_connection: [API, { first: "google_compute_global_address", source: PRIVATE_SERVICES }],
  google_kms_crypto_key: [{ first: "google_kms_key_ring", source: "https://cloud.google.com/kms/docs/create-key" }],
  google_kms_crypto_key_iam_member: [
    API, // Google makes the cluster's account when its API is enabled
    { first: "google_kms_crypto_key", source: "https://cloud.google.com/kms/docs/iam" },
  ],
  google_container_cluster: [
    API,
    {
      first: "google_compute_subnetwork",
      source: "https://cloud.google.com/kubernetes-engine/docs/concepts/alias-ips",
    },
    {
      first: "google_kms_crypto_key_iam_member",
      source: "https://cloud.google.com/kubernetes-engine/docs/how-to/encrypting-secrets",
    },
  ],
  google_container_node_pool: [CLUSTER],
  google_sql_database_instance: [
    API,
    {
      first: "google_service_networking_connection",
      source: "https://cloud.google.com/sql/docs/postgres/configure-private-services-access",
    },
    // A replica or a copy needs its original.
    {
      first: "google_sql_database_instance",
      source: "https://cloud.google.com/sql/docs/postgres/replication/create-replica",
    },
  ],
  google_redis_instance: [
    API,
    {
      first: "google_service_networking_connection",
      source: "https://cloud.google.com/memorystore/docs/redis/networking",
    },
  ],
  google_sql_database: [
    {
      first: "google_sql_database_instance",
      source: "https://cloud.google.com/sql/docs/postgres/create-manage-databases",
    },
  ],
  google_sql_provision_script: [
    {
      first: "google_sql_database",
      source: "https://cloud.google.com/sql/docs/postgres/data-api",
    },
    {
      first: "google_sql_user",
      source: "https://cloud.google.com/sql/docs/postgres/iam-authentication",
    },
  ],
  google_sql_user: [
    {
      first: "google_sql_database_instance",
      source: "https://cloud.google.com/sql/docs/postgres/create-manage-users",
    },
    // The script makes the roles of users.
    {
      first: "google_sql_provision_script",
      source: "https://cloud.google.com/sql/docs/postgres/roles-and-privileges",
    },
  ],
  kubernetes_namespace_v1: [CLUSTER],
  kubernetes_secret_v1: [
    {
      first: "kubernetes_namespace_v1",
      source: "https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/",
    },
    // It holds the addresses of datastores.
    {
      first: "google_sql_database_instance",
      source: "https://cloud.google.com/sql/docs/postgres/configure-private-ip",
    },
    {
      first: "google_redis_instance",
      source: "https://cloud.google.com/memorystore/docs/redis/connect-redis-instance-gke",
    },
  ],
  kubernetes_job_v1: [
    NODES,
    CLUSTER,
    { first: "kubernetes_secret_v1", source: "https://kubernetes.io/docs/concepts/configuration/secret/" },
    { first: "google_sql_user", source: "https://cloud.google.com/sql/docs/postgres/connect-kubernetes-engine" },
    // A Job can use a server that a release installs, such as the database that it migrates. The release waits until it is ready.
    { first: "helm_release", source: "https://helm.sh/docs/helm/helm_install/" },
    // A Job can use what another one has made, such as the tables that it fills.
    { first: "kubernetes_job_v1", source: "https://kubernetes.io/docs/concepts/workloads/controllers/job/" },
  ],
  helm_release: [
    NODES,
    CLUSTER,
    { first: "kubernetes_secret_v1", source: "https://kubernetes.io/docs/concepts/configuration/secret/" },
    // The pods of a release expect the schema that its migration makes.
    { first: "kubernetes_job_v1", source: "https://kubernetes.io/docs/concepts/workloads/controllers/job/" },
    // A release can have objects of a kind that another chart defines.
    { first: "helm_release", source: "https://helm.sh/docs/chart_best_practices/custom_resource_definitions/" },
  ],
  // It waits until GKE has applied the routes.
  terraform_data: [
    CLUSTER,
    { first: "kubernetes_ingress_v1", source: "https://cloud.google.com/kubernetes-engine/docs/concepts/ingress" },
    // A release can have the routes, because the Gateway API's objects have no types of their own in Terraform.
    { first: "helm_release", source: "https://cloud.google.com/kubernetes-engine/docs/concepts/gateway-api" },
  ],
  kubernetes_horizontal_pod_autoscaler_v2: [
    {
      first: "kubernetes_namespace_v1",
      source: "https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/",
    },
  ],
};
