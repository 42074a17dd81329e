/** How long Google Cloud, or what runs in a cluster, typically takes to make something. */
interface Time {
  readonly minutes: number;
  /** Where the figure is from. */
  readonly source: string;
}

/** What is not here takes seconds. */
export const SECONDS = 0.1;

/** By Terraform's type of what is made. */
export const TIMES = {
  google_project_service: {
    minutes: 0.5,
    source: "https://cloud.google.com/service-usage/docs/enable-disable",
  },
  google_service_networking_connection: {
    minutes: 1.5,
    source: "https://cloud.google.com/vpc/docs/configure-private-services-access",
  },
  google_container_cluster: {
    minutes: 7,
    source: "https://cloud.google.com/kubernetes-engine/docs/how-to/creating-a-regional-cluster",
  },
  google_container_node_pool: {
    minutes: 3,
    source: "https://cloud.google.com/kubernetes-engine/docs/how-to/node-pools",
  },
  google_sql_database_instance: {
    minutes: 12,
    source: "https://cloud.google.com/sql/docs/postgres/create-instance",
  },
  google_redis_instance: {
    minutes: 6,
    source: "https://cloud.google.com/memorystore/docs/redis/create-manage-instances",
  },
  helm_release: { minutes: 1.5, source: "https://helm.sh/docs/helm/helm_install/" },
  kubernetes_job_v1: { minutes: 1, source: "https://kubernetes.io/docs/concepts/workloads/controllers/job/" },
} as const satisfies Readonly<Record<string, Time>>;

/** Minutes that a pod takes to get its image and to start. {@link https://cloud.google.com/kubernetes-engine/docs/how-to/image-streaming} */
export const podStartMinutes = 0.5;

/** Minutes that it takes to make a resource of a type. */
export const minutesOf = (type: string): number =>
  type in TIMES ? TIMES[type as keyof typeof TIMES].minutes : SECONDS;
