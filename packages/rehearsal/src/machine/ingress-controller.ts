import { readFileSync } from "node:fs";
import https from "node:https";
import { text } from "node:stream/consumers";
import { setTimeout } from "node:timers/promises";
import { type Body, type Cloud, hasGlobal, type LoadBalancer, setLoadBalancers } from "@slipway/fake-google-cloud";
import { invalid, refused } from "./backend-config";
import type { ControlPlane } from "./control-plane";

/** Reason why GKE cannot put an Ingress into effect; existing resources stay unchanged. */
class SyncError extends Error {
  constructor(
    readonly reason: "Translate" | "Sync",
    message: string,
  ) {
    super(message);
  }
}

/** The objects that an Ingress refers to, by kind and `<namespace>/<name>`. */
type Objects = Readonly<Record<keyof typeof LISTS, ReadonlyMap<string, Body>>>;

const LISTS = {
  ingresses: "/apis/networking.k8s.io/v1/ingresses",
  services: "/api/v1/services",
  backendConfigs: "/apis/cloud.google.com/v1/backendconfigs",
  frontendConfigs: "/apis/networking.gke.io/v1beta1/frontendconfigs",
};

/**
 * The part of GKE's ingress controller that connects objects in the cluster with resources in Google Cloud. An Ingress of
 * the class `gce` becomes a load balancer, which uses the policies, certificates and the address that its objects name.
 * {@link https://github.com/kubernetes/ingress-gce/blob/v1.24.0/pkg/controller/controller.go}
 */
export class IngressController {
  /** Each Ingress's wanted load balancer, and since when it is wanted. */
  private wanted = new Map<string, { readonly balancer: string; readonly since: number }>();
  private current = new Map<string, LoadBalancer>();
  private readonly said = new Set<string>();
  private readonly agent = new https.Agent({ keepAlive: true });

  constructor(
    private readonly server: string,
    private readonly controlPlane: ControlPlane,
    /** Milliseconds until a change is put into effect. */
    private readonly takes: number,
  ) {}

  /** Whether to poll the cluster, because changes take time to be put into effect. */
  get isSlow(): boolean {
    return this.takes >= 1000;
  }

  /** Brings Google Cloud up to date with the changes to the cluster's objects that are due. */
  async sync(cloud: Cloud): Promise<void> {
    const [, project] =
      cloud.store
        .below("container/projects")
        .map(([key]) => /^container\/projects\/([^/]+)\/locations\/[^/]+\/clusters\/[^/]+$/.exec(key) ?? [])
        .find(([key]) => key) ?? [];
    if (!project) return;
    const objects = await this.read();
    const now = Date.now();
    // A deleted Ingress keeps a finalizer until its load balancer is gone, so the deleter has already waited.
    const gone = (key: string) => !objects.ingresses.has(key);
    for (const key of [...this.current.keys(), ...this.wanted.keys()].filter(gone)) {
      this.current.delete(key);
      this.wanted.delete(key);
    }
    for (const [key, ingress] of objects.ingresses) {
      if (ingress.metadata.annotations?.["kubernetes.io/ingress.class"] !== "gce") continue;
      try {
        const balancer = balancerOf(ingress, objects, (kind, name) => hasGlobal(cloud, project, kind, name));
        const text = JSON.stringify(balancer);
        const before = this.wanted.get(key);
        if (before?.balancer !== text) this.wanted.set(key, { balancer: text, since: now });
        if (now - (this.wanted.get(key)?.since ?? now) >= (this.isSlow ? this.takes : 0))
          this.current.set(key, balancer);
      } catch (error) {
        if (!(error instanceof SyncError)) throw error;
        await this.warn(ingress, error);
      }
    }
    setLoadBalancers(cloud, project, [...this.current.values()]);
  }

  private async read(): Promise<Objects> {
    const lists = await Promise.all(
      Object.entries(LISTS).map(async ([kind, path]) => {
        const { items } = (await this.call("GET", path)) as { items: Body[] };
        return [kind, new Map(items.map((item) => [keyOf(item), item]))] as const;
      }),
    );
    return Object.fromEntries(lists) as unknown as Objects;
  }

  /** Reports each problem once, as an event of the Ingress. */
  private async warn({ metadata: { name, namespace, uid } }: Body, { reason, message }: SyncError): Promise<void> {
    if (this.said.has(uid + message)) return;
    this.said.add(uid + message);
    await this.call("POST", `/api/v1/namespaces/${namespace}/events`, {
      metadata: { generateName: `${name}.`, namespace },
      involvedObject: { apiVersion: "networking.k8s.io/v1", kind: "Ingress", name, namespace, uid },
      source: { component: "loadbalancer-controller" },
      type: "Warning",
      reason,
      message,
    });
  }

  /** The API server asks clients to retry while it fills its cache of a kind. Go clients retry by themselves. */
  private async call(method: string, path: string, body?: Body): Promise<Body> {
    for (let tries = 0; ; tries++) {
      const { code, said } = await this.send(method, path, body);
      if (code < 300) return JSON.parse(said);
      if (code !== 429 || tries === 20) throw new Error(`${method} ${path}: ${said}`);
      await setTimeout(500);
    }
  }

  private send(method: string, path: string, body?: Body): Promise<{ code: number; said: string }> {
    return new Promise((resolve, reject) => {
      const headers = { authorization: "Bearer rehearsal-control-plane", "content-type": "application/json" };
      const ca = readFileSync(this.controlPlane.authority);
      https
        .request(`${this.server}${path}`, { method, headers, ca, agent: this.agent }, (answer) => {
          text(answer).then((said) => resolve({ code: answer.statusCode ?? 500, said }), reject);
        })
        .once("error", reject)
        .end(body && JSON.stringify(body));
    });
  }
}

const keyOf = ({ metadata: { namespace, name } }: Body): string => `${namespace}/${name}`;

/** @throws {SyncError} if the Ingress or one of its Services names an object that does not exist */
export function balancerOf(
  ingress: Body,
  { services, backendConfigs, frontendConfigs }: Pick<Objects, "services" | "backendConfigs" | "frontendConfigs">,
  exists: (kind: string, name: string) => boolean,
): LoadBalancer {
  const { namespace, name, annotations } = ingress.metadata;
  const paths: Body[] = (ingress.spec.rules ?? []).flatMap(({ http }: Body) => http?.paths ?? []);
  const backends = new Map<string, string | undefined>();
  for (const { backend } of paths) {
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
    backends.set(`k8s1-${namespace}-${service}-${port.number}`, backendConfig?.spec.securityPolicy?.name);
  }
  const frontend = annotations["networking.gke.io/v1beta1.FrontendConfig"];
  const frontendConfig = frontend && frontendConfigs.get(`${namespace}/${frontend}`);
  if (frontend && !frontendConfig) throw new SyncError("Sync", "Error: no FrontendConfig for Ingress exists.");
  const balancer: LoadBalancer = {
    name: `k8s2-${namespace}-${name}`,
    backends: Object.fromEntries(backends),
    certificates: annotations["ingress.gcp.kubernetes.io/pre-shared-cert"]?.split(",") ?? [],
    sslPolicy: frontendConfig?.spec.sslPolicy,
    address: annotations["kubernetes.io/ingress.global-static-ip-name"],
  };
  for (const [kind, names] of [
    ["securityPolicies", Object.values(balancer.backends)],
    ["sslCertificates", balancer.certificates],
    ["sslPolicies", [balancer.sslPolicy]],
    ["addresses", [balancer.address]],
  ] as const)
    for (const one of names)
      if (one && !exists(kind, one))
        throw new SyncError(
          "Sync",
          `Error syncing to GCP: googleapi: Error 404: ${kind}/${one} was not found, notFound`,
        );
  return balancer;
}
