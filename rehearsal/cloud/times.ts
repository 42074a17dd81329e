/** How long Google Cloud, or what runs in a cluster, typically takes to make something. */
interface Time {
  readonly minutes: number;
  /** A page that shows a figure of this order, unless the row says that it is an estimate. */
  readonly source: string;
}

/** What is not here takes seconds. */
export const SECONDS = 0.1;

/**
 * By Terraform's type of what is made. The minutes are typical ones, rounded, not promised ones: times of their order
 * are seen in public logs of Terraform, and `source` is one such log. Those of the service networking connection and
 * of Redis are on the long side of what was seen.
 */
export const TIMES = {
  google_project_service: {
    minutes: 0.5,
    source: "https://github.com/hashicorp/terraform-provider-google/issues/7814",
  },
  google_service_networking_connection: {
    minutes: 1.5,
    source:
      "https://github.com/Galser/tfe-delorean-gcp-demo/blob/dbdba499cbf343e8af4cbd7b6088cd06c827f201/terraform_apply.md",
  },
  google_container_cluster: {
    minutes: 7,
    source:
      "https://www.fairwinds.com/blog/how-to-use-terraform-with-gke-a-step-by-step-guide-to-deploying-your-first-cluster",
  },
  google_container_node_pool: {
    minutes: 3,
    source:
      "https://www.fairwinds.com/blog/how-to-use-terraform-with-gke-a-step-by-step-guide-to-deploying-your-first-cluster",
  },
  google_sql_database_instance: {
    minutes: 12,
    source: "https://github.com/turbot/steampipe-plugin-gcp/pull/161",
  },
  google_redis_instance: {
    minutes: 6,
    source:
      "https://github.com/Galser/tfe-delorean-gcp-demo/blob/dbdba499cbf343e8af4cbd7b6088cd06c827f201/terraform_apply.md",
  },
  helm_release: {
    minutes: 1.5,
    source:
      "https://github.com/jessect/kanastra-devops-challenge/blob/fc486d603d30d41bbd5ef36d84bf14f9097d4f23/README.md",
  },
  // The wait for GKE after a change of the routes.
  terraform_data: { minutes: 3, source: "https://cloud.google.com/kubernetes-engine/docs/concepts/ingress" },
  // An estimate: no public log was found; it is as long as the job is.
  kubernetes_job_v1: { minutes: 1, source: "https://kubernetes.io/docs/concepts/workloads/controllers/job/" },
} as const satisfies Readonly<Record<string, Time>>;

/** Minutes that a pod takes to get its image and to start. {@link https://cloud.google.com/kubernetes-engine/docs/how-to/image-streaming} */
export const podStartMinutes = 0.5;

/**
 * Estimated minutes until GKE has put a changed Ingress into effect. Google says "several minutes" for a new one.
 * {@link https://cloud.google.com/kubernetes-engine/docs/concepts/ingress}
 */
export const ingressMinutes = 1;

/**
 * An object of Kubernetes that nothing runs for is two calls, to make it and to read it; nearly all take less than a
 * second.
 */
const KUBERNETES_OBJECT: Time = {
  minutes: 2 / 60,
  source: "https://github.com/kubernetes/community/blob/master/sig-scalability/slos/api_call_latency.md",
};

/** Minutes that it takes to make a resource of a type. */
export const minutesOf = (type: string): number =>
  type in TIMES
    ? TIMES[type as keyof typeof TIMES].minutes
    : type.startsWith("kubernetes_")
      ? KUBERNETES_OBJECT.minutes
      : SECONDS;
