import type { Body, LoadBalancer } from "@slipway/fake-google-cloud";
import { invalid, refused } from "./backend-config";
import { type Exists, type FrontEnd, missing, type Objects, SyncError } from "./front-end";

/**
 * An Ingress of the class `gce`, with the objects that its annotations and its Services name.
 * {@link https://github.com/kubernetes/ingress-gce/blob/v1.24.0/pkg/controller/controller.go}
 */
export const INGRESS: FrontEnd = {
  apiVersion: "networking.k8s.io/v1",
  kind: "Ingress",
  controller: "loadbalancer-controller",
  lists: {
    ingresses: "/apis/networking.k8s.io/v1/ingresses",
    services: "/api/v1/services",
    backendConfigs: "/apis/cloud.google.com/v1/backendconfigs",
    frontendConfigs: "/apis/networking.gke.io/v1beta1/frontendconfigs",
  },
  isOurs: ({ metadata }) => metadata.annotations?.["kubernetes.io/ingress.class"] === "gce",
  balancerOf,
};

function balancerOf(
  ingress: Body,
  { services, backendConfigs, frontendConfigs }: Objects<"services" | "backendConfigs" | "frontendConfigs">,
  exists: Exists,
): LoadBalancer {
  const { namespace, name, annotations } = ingress.metadata;
  const paths: Body[] = (ingress.spec.rules ?? []).flatMap(({ host = "*", http }: Body) =>
    (http?.paths ?? []).map((path: Body) => ({ host, ...path })),
  );
  const backends = new Map<string, string | undefined>();
  const routes: LoadBalancer["routes"][number][] = [];
  for (const { host, path, backend } of paths) {
    const { name: service, port } = backend.service;
    const found = services.get(`${namespace}/${service}`);
    if (!found)
      throw new SyncError("Translate", `Translation failed: could not find service "${namespace}/${service}"`);
    const config = JSON.parse(found.metadata.annotations?.["cloud.google.com/backend-config"] ?? "{}").default;
    const backendConfig = config && backendConfigs.get(`${namespace}/${config}`);
    if (config && !backendConfig)
      throw new SyncError(
        "Translate",
        `Translation failed: error getting BackendConfig for port "${port.number}" on service "${namespace}/${service}", err: no BackendConfig for service port exists.`,
      );
    const wrong = backendConfig && invalid(backendConfig.spec);
    if (wrong)
      throw new SyncError(
        "Translate",
        `Translation failed: BackendConfig ${namespace}/${config} is not valid: ${wrong}`,
      );
    const no = backendConfig && refused(backendConfig.spec);
    if (no) throw new SyncError("Sync", `Error syncing to GCP: googleapi: Error 400: ${no}, invalid`);
    const made = `k8s1-${namespace}-${service}-${port.number}`;
    backends.set(made, backendConfig?.spec.securityPolicy?.name);
    routes.push({ host, path, backends: { [made]: 1 } });
  }
  const frontend = annotations["networking.gke.io/v1beta1.FrontendConfig"];
  const frontendConfig = frontend && frontendConfigs.get(`${namespace}/${frontend}`);
  if (frontend && !frontendConfig) throw new SyncError("Sync", "Error: no FrontendConfig for Ingress exists.");
  const balancer: LoadBalancer = {
    name: `k8s2-${namespace}-${name}`,
    backends: Object.fromEntries(backends),
    routes,
    certificates: annotations["ingress.gcp.kubernetes.io/pre-shared-cert"]?.split(",") ?? [],
    sslPolicy: frontendConfig?.spec.sslPolicy,
    address: annotations["kubernetes.io/ingress.global-static-ip-name"],
  };
  const lacks = missing(balancer, exists);
  if (lacks)
    throw new SyncError(
      "Sync",
      `Error syncing to GCP: googleapi: Error 404: ${lacks.kind}/${lacks.name} was not found, notFound`,
    );
  return balancer;
}
