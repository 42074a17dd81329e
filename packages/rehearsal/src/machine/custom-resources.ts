/** Custom resources that GKE defines in every cluster, as `<group>/<version> <Kind> [plural]`. */
export const GKE_KINDS = [
  "cloud.google.com/v1 BackendConfig",
  "networking.gke.io/v1beta1 FrontendConfig",
  "metrics.k8s.io/v1beta1 PodMetrics pods",
];

/** A schema in the form of OpenAPI v3, with Kubernetes's extensions. */
export type Schema = Readonly<Record<string, unknown>>;

const ANYTHING: Schema = { type: "object", "x-kubernetes-preserve-unknown-fields": true };

/**
 * A CustomResourceDefinition, from `<group>/<version> <Kind> [plural]`. With a schema of its `spec`, it refuses what does not
 * fit, and drops unknown fields. Otherwise it accepts anything.
 */
export function definition(line: string, spec?: Schema) {
  const [, group, version, kind, given] = /^(.*)\/(\S+) (\w+)(?: (\w+))?$/.exec(line) as unknown as [
    string,
    string,
    string,
    string,
    string | undefined,
  ];
  const plural = given ?? `${kind.toLowerCase().replace(/y$/, "ie")}s`;
  const openAPIV3Schema = spec
    ? { type: "object", required: ["spec"], properties: { spec, status: ANYTHING } }
    : ANYTHING;
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: {
      name: `${plural}.${group}`,
      annotations: group.endsWith(".k8s.io") ? { "api-approved.kubernetes.io": "unapproved, for a rehearsal" } : {},
    },
    spec: {
      group,
      scope: kind.startsWith("Cluster") ? "Cluster" : "Namespaced",
      names: { plural, singular: kind.toLowerCase(), kind },
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          schema: { openAPIV3Schema },
          ...(spec && { subresources: { status: {} } }),
        },
      ],
    },
  };
}
