import { synthEvery } from "./support";

/**
 * Annotations that others write into objects of typed resources. The provider ignores each of them, by its own rule or by
 * the stack's. Otherwise every plan would remove the annotation, and its writer would write it again.
 */
const WRITTEN: readonly (readonly [key: string, source: string])[] = [
  // Services
  ["cloud.google.com/neg", "https://github.com/GoogleCloudPlatform/gke-autoneg-controller/pull/40"],
  ["cloud.google.com/neg-status", "https://github.com/hashicorp/terraform-provider-kubernetes/issues/445"],
  ["service.kubernetes.io/backend-service", "https://github.com/kubernetes/ingress-gce pkg/l4/annotations/service.go"],
  // Ingresses
  ["ingress.kubernetes.io/backends", "https://github.com/kubernetes/ingress-gce pkg/annotations/ingress.go"],
  ["ingress.kubernetes.io/https-forwarding-rule", "the same"],
  // Claims and their classes
  ["pv.kubernetes.io/bind-completed", "https://kubernetes.io/docs/reference/labels-annotations-taints/"],
  ["volume.beta.kubernetes.io/storage-provisioner", "the same"],
  ["volume.kubernetes.io/selected-node", "the same"],
  ["volume.kubernetes.io/storage-provisioner", "the same"],
  ["storageclass.kubernetes.io/is-default-class", "the same"],
  // Jobs, CronJobs, autoscalers
  ["batch.kubernetes.io/job-tracking", "the same"],
  ["autoscaling.alpha.kubernetes.io/conditions", "the same"],
  [
    "autopilot.gke.io/resource-adjustment",
    "https://cloud.google.com/kubernetes-engine/docs/concepts/autopilot-resource-requests",
  ],
  [
    "autopilot.gke.io/warden-version",
    "the same webhook: kubectl describe shows it on workloads of every Autopilot cluster",
  ],
];

/** Annotations that a person or one of our tools writes: losing one is drift. */
const OURS = [
  "app.kubernetes.io/name",
  "checksum",
  "example.com/cloud.google.com",
  "meta.helm.sh/release-name",
  "mygke.io/x",
  "prometheus.io/scrape",
  "service.beta.kubernetes.io/load-balancer-type",
];

/** The provider's own rule. https://github.com/hashicorp/terraform-provider-kubernetes/blob/v3.2.1/kubernetes/structures.go */
const isKubernetes = (key: string): boolean => {
  const [host = ""] = key.split("/");
  return host.endsWith("kubernetes.io") && host !== "app.kubernetes.io" && host !== "service.beta.kubernetes.io";
};

test("no stack's plan removes others' annotations, or overlooks changes of its own", async () => {
  for (const [name, { json }] of await synthEvery()) {
    const [{ ignore_annotations: ignored }] = json.provider.kubernetes;
    const isIgnored = (key: string) =>
      isKubernetes(key) || ignored.some((pattern: string) => new RegExp(pattern).test(key));
    expect([name, WRITTEN.map(([key]) => key).filter((key) => !isIgnored(key))]).toEqual([name, []]);
    expect([name, OURS.filter(isIgnored)]).toEqual([name, []]);
  }
});
