import { IngressV1 } from "@cdktf/provider-kubernetes/lib/ingress-v1";
import { Construct } from "constructs";
import type { Route } from "../../facts/routes";
import { objects } from "../helm/objects";
import type { Namespace } from "../kubernetes/namespace";
import { wait } from "../terraform/wait";
import { SERVICE_PORT } from "../workloads/web-service";
import type { GoogleLoadBalancer } from "./google-load-balancer";

export interface IngressProps {
  readonly namespace: Namespace;
  /** Name of the Ingress and of its FrontendConfig. */
  readonly name: string;
  /** The load balancer's address and TLS policy. */
  readonly edge: GoogleLoadBalancer;
  /** Names of the hosts' certificates. */
  readonly certificates: readonly string[];
  readonly routes: readonly Route[];
}

/** Seconds until GKE has applied a change to the load balancer. It usually takes about a minute. */
const SETTLING = 180;

/**
 * Google's global load balancer in front of the services: it serves HTTPS and redirects HTTP to it. A change of the routes
 * or certificates ends with a wait until GKE has applied it.
 * {@link https://cloud.google.com/kubernetes-engine/docs/how-to/ingress-configuration}
 */
export class Ingress extends Construct {
  constructor(scope: Construct, id: string, props: IngressProps) {
    super(scope, id);
    const { edge, name } = props;
    const namespace = props.namespace.name;
    const frontend = objects(this, "frontend-config", {
      name: `${name}.frontend`,
      namespace,
      dependsOn: props.namespace.ready,
      objects: [
        {
          apiVersion: "networking.gke.io/v1beta1",
          kind: "FrontendConfig",
          metadata: { name, namespace },
          spec: {
            sslPolicy: edge.sslPolicy.name,
            redirectToHttps: { enabled: true, responseCodeName: "MOVED_PERMANENTLY_DEFAULT" },
          },
        },
      ],
    });
    const rule = [...new Set(props.routes.map(({ host }) => host))].map((host) => ({
      host,
      http: {
        path: props.routes
          .filter((route) => route.host === host)
          .map(({ path, service }) => ({
            path,
            pathType: "Prefix",
            backend: { service: { name: service, port: { number: SERVICE_PORT } } },
          })),
      },
    }));
    const certificates = props.certificates.join(",");
    const ingress = new IngressV1(this, "ingress", {
      metadata: {
        name,
        namespace,
        annotations: {
          "kubernetes.io/ingress.class": "gce", // GKE ignores spec.ingressClassName
          "kubernetes.io/ingress.global-static-ip-name": edge.address.name,
          "ingress.gcp.kubernetes.io/pre-shared-cert": certificates,
          "networking.gke.io/v1beta1.FrontendConfig": name,
        },
      },
      spec: { rule },
      dependsOn: [frontend],
    });
    wait(this, "settled", { seconds: SETTLING, changesWith: { certificates, rule }, dependsOn: [ingress] });
  }
}
