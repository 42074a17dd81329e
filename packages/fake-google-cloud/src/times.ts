/** How long Google Cloud typically takes to make something. */
interface Time {
  readonly minutes: number;
  /** A page that shows a figure of this order. */
  readonly source: string;
}

/** Minutes that a resource which is not in {@link TIMES} takes. */
export const SECONDS = 0.1;

const DELOREAN =
  "https://github.com/Galser/tfe-delorean-gcp-demo/blob/dbdba499cbf343e8af4cbd7b6088cd06c827f201/terraform_apply.md";
const FAIRWINDS =
  "https://www.fairwinds.com/blog/how-to-use-terraform-with-gke-a-step-by-step-guide-to-deploying-your-first-cluster";

/**
 * By Terraform's type of the resource. The minutes are typical and rounded, not promised: public logs of Terraform show times
 * of their order, and `source` is one such log. Those of the service networking connection and of Redis are on the long side
 * of what the logs show.
 */
export const TIMES = {
  google_project_service: {
    minutes: 0.5,
    source: "https://github.com/hashicorp/terraform-provider-google/issues/7814",
  },
  google_service_networking_connection: { minutes: 1.5, source: DELOREAN },
  google_container_cluster: { minutes: 7, source: FAIRWINDS },
  google_container_node_pool: { minutes: 3, source: FAIRWINDS },
  google_sql_database_instance: { minutes: 12, source: "https://github.com/turbot/steampipe-plugin-gcp/pull/161" },
  google_redis_instance: { minutes: 6, source: DELOREAN },
} as const satisfies Readonly<Record<string, Time>>;

/** Minutes that it takes to make a resource of a type. */
export const minutesOf = (type: string): number =>
  Object.hasOwn(TIMES, type) ? TIMES[type as keyof typeof TIMES].minutes : SECONDS;
