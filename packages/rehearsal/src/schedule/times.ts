import { TIMES as GOOGLE_TIMES, minutesOf as googleMinutes } from "@slipway/fake-google-cloud";

/** How long something takes, and a page that shows a similar duration, unless the entry is marked as an estimate. */
interface Time {
  readonly minutes: number;
  readonly source: string;
}

/** Durations of types that are not Google Cloud's, by Terraform's type. */
const OWN = {
  helm_release: {
    minutes: 1.5,
    source:
      "https://github.com/jessect/kanastra-devops-challenge/blob/fc486d603d30d41bbd5ef36d84bf14f9097d4f23/README.md",
  },
  // The wait until GKE has applied changed routes.
  terraform_data: { minutes: 3, source: "https://cloud.google.com/kubernetes-engine/docs/concepts/ingress" },
  // An estimate, because no public log was found. It depends on the job.
  kubernetes_job_v1: { minutes: 1, source: "https://kubernetes.io/docs/concepts/workloads/controllers/job/" },
  // A build of a site with Next.js. It depends on the site.
  vercel_deployment: { minutes: 2, source: "https://zackproser.com/blog/vercel-build-time-optimization" },
} as const satisfies Readonly<Record<string, Time>>;

export const TIMES = { ...GOOGLE_TIMES, ...OWN };

/** Minutes that a pod takes to get its image and to start. {@link https://cloud.google.com/kubernetes-engine/docs/how-to/image-streaming} */
export const podStartMinutes = 0.5;

/**
 * Estimated minutes until GKE has applied a changed Ingress or Gateway. Google says "several minutes" for a new one.
 * {@link https://cloud.google.com/kubernetes-engine/docs/concepts/ingress}
 */
export const loadBalancerMinutes = 1;

/** A Kubernetes object without pods takes two calls, to make it and to read it. Nearly all calls take less than a second. */
const KUBERNETES_OBJECT: Time = {
  minutes: 2 / 60,
  source: "https://github.com/kubernetes/community/blob/master/sig-scalability/slos/api_call_latency.md",
};

/** Minutes that it takes to make a resource of a type. */
export const minutesOf = (type: string): number =>
  Object.hasOwn(OWN, type)
    ? OWN[type as keyof typeof OWN].minutes
    : type.startsWith("kubernetes_")
      ? KUBERNETES_OBJECT.minutes
      : googleMinutes(type);
