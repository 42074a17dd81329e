import { SECURITY_HEADERS } from "../../facts/http";
import type { KubernetesObject } from "../helm/objects";

/** Settings of Google's load balancer for a service. */
export interface Balanced {
  /** What GKE makes the load balancer of. */
  readonly by: keyof typeof BALANCERS;
  /** Name of the Cloud Armor policy. */
  readonly securityPolicy: string;
  /** Response headers by name, in addition to those of every public response. A Gateway has them in its routes. */
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * Minutes for which a client's requests go to the same pod, by a cookie. At most a day.
   * {@link https://cloud.google.com/kubernetes-engine/docs/how-to/ingress-configuration#generated_cookie_affinity}
   */
  readonly stickyMinutes?: number;
  /**
   * Minutes for which a WebSocket can stay open, or, behind a Gateway, be silent. The load balancer has a single limit, so other responses can take as
   * long, if that is longer than the service's timeout.
   * {@link https://cloud.google.com/load-balancing/docs/https#timeout-bes}
   */
  readonly websocketMinutes?: number;
}

/** A Service behind the load balancer. */
export interface Backend extends Balanced {
  /** The Service's name, and that of the objects. */
  readonly name: string;
  readonly namespace: string;
  /** The pods' port. */
  readonly port: number;
  /** HTTP path that answers 200 while a pod can serve. */
  readonly ready: string;
  /** Seconds in which the service answers a request. */
  readonly timeoutSeconds: number;
}

/** How a Service gets its settings. The provider has no typed resources for the objects. */
interface Balancer {
  /** Id of their Helm release. */
  readonly id: string;
  objects(backend: Backend): KubernetesObject[];
  /** Annotations of the Service. */
  annotations(name: string): Readonly<Record<string, string>>;
}

/** Seconds between two checks of a pod, and those in which it must answer. */
const HEALTH_CHECK = { checkIntervalSec: 10, timeoutSec: 5 };

/** The limit of a response, which is also that of a WebSocket. */
const longest = ({ timeoutSeconds, websocketMinutes = 0 }: Backend): number =>
  Math.max(timeoutSeconds, 60 * websocketMinutes);

/** {@link https://cloud.google.com/kubernetes-engine/docs/how-to/ingress-configuration} */
const ingress: Balancer = {
  id: "backend-config",
  objects: (backend) => [
    {
      apiVersion: "cloud.google.com/v1",
      kind: "BackendConfig",
      metadata: { name: backend.name, namespace: backend.namespace },
      spec: {
        securityPolicy: { name: backend.securityPolicy },
        healthCheck: { type: "HTTP", requestPath: backend.ready, port: backend.port, ...HEALTH_CHECK },
        timeoutSec: longest(backend),
        connectionDraining: { drainingTimeoutSec: backend.timeoutSeconds },
        customResponseHeaders: {
          headers: Object.entries({ ...SECURITY_HEADERS, ...backend.headers }).map(
            ([header, value]) => `${header}: ${value}`,
          ),
        },
        // Without this field, GKE would keep the affinity that the load balancer has.
        sessionAffinity: backend.stickyMinutes
          ? { affinityType: "GENERATED_COOKIE", affinityCookieTtlSec: 60 * backend.stickyMinutes }
          : { affinityType: "NONE" },
        logging: { enable: true, sampleRate: 1 },
      },
    },
  ],
  annotations: (name) => ({
    "cloud.google.com/neg": JSON.stringify({ ingress: true }),
    "cloud.google.com/backend-config": JSON.stringify({ default: name }),
  }),
};

/** {@link https://cloud.google.com/kubernetes-engine/docs/how-to/configure-gateway-resources} */
const gateway: Balancer = {
  id: "backend-policies",
  objects: (backend) => {
    const policy = (kind: string, settings: object): KubernetesObject => ({
      apiVersion: "networking.gke.io/v1",
      kind,
      metadata: { name: backend.name, namespace: backend.namespace },
      spec: { default: settings, targetRef: { group: "", kind: "Service", name: backend.name } },
    });
    return [
      policy("GCPBackendPolicy", {
        securityPolicy: backend.securityPolicy,
        timeoutSec: longest(backend),
        connectionDraining: { drainingTimeoutSec: backend.timeoutSeconds },
        sessionAffinity: backend.stickyMinutes
          ? { type: "GENERATED_COOKIE", cookieTtlSec: 60 * backend.stickyMinutes }
          : { type: "NONE" },
        logging: { enabled: true, sampleRate: 1_000_000 }, // of a million requests
      }),
      policy("HealthCheckPolicy", {
        ...HEALTH_CHECK,
        // At the pods' own port. The newest definition refuses a policy that leaves this default out.
        config: {
          type: "HTTP",
          httpHealthCheck: { requestPath: backend.ready, portSpecification: "USE_SERVING_PORT" },
        },
      }),
    ];
  },
  annotations: () => ({}),
};

export const BALANCERS = { ingress, gateway };
