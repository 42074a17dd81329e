/** Custom resources that GKE defines in every cluster, as `<group>/<version> <Kind> [plural]`. */
export const GKE_KINDS = [
  "cloud.google.com/v1 BackendConfig",
  "networking.gke.io/v1beta1 FrontendConfig",
  "metrics.k8s.io/v1beta1 PodMetrics pods",
];

/** A CustomResourceDefinition that accepts anything, from `<group>/<version> <Kind> [plural]`. */
export function definition(line: string) {
  const [, group, version, kind, given] = /^(.*)\/(\S+) (\w+)(?: (\w+))?$/.exec(line) as unknown as [
    string,
    string,
    string,
    string,
    string | undefined,
  ];
  const plural = given ?? `${kind.toLowerCase().replace(/y$/, "ie")}s`;
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: {
      name: `${plural}.${group}`,
      annotations: group.endsWith(".k8s.io") ? { "api-approved.kubernetes.io": "unapproved, for a rehearsal" } : {},
    },
    spec: {
      group,
      scope: "Namespaced",
      names: { plural, singular: kind.toLowerCase(), kind },
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } },
        },
      ],
    },
  };
}
