import { IngressV1 } from "@cdktf/provider-kubernetes/lib/ingress-v1";
import { DataResource } from "cdktf";
import { Construct } from "constructs";
import { objects } from "../helm/objects";
import type { Namespace } from "../kubernetes/namespace";
import { SERVICE_PORT } from "../workloads/web-service";
import type { GoogleLoadBalancer } from "./google-load-balancer";

export interface IngressProps {
  readonly namespace: Namespace;
  /** Name of the Ingress and of its FrontendConfig. */
  readonly name: string;
  /** Address, certificates and TLS policy that it serves with. */
  readonly edge: GoogleLoadBalancer;
  readonly routes: readonly Route[];
}

/** What answers a host's paths. */
export interface Route {
  readonly host: string;
  /** First part of the paths; they reach the service as they are. */
  readonly path: string;
  /** Name of the Service. */
  readonly service: string;
}

/** Seconds to wait until GKE has put a change into effect. It usually takes about a minute, without any guarantee. */
const SETTLING = 180;

/**
 * Google's global load balancer before the services: HTTPS with the edge's certificates, and a redirect from HTTP.
 *
 * GKE puts a change into effect some time after Terraform has made it, and until then Google refuses to delete the
 * certificates and Cloud Armor policies that the load balancer used before. So a change of the routes ends with a wait, and
 * resources that the routes no longer use are deleted after it.
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
    const certificates = edge.certificates.join(",");
    const ingress = new IngressV1(this, "ingress", {
      metadata: {
        name,
        namespace,
        annotations: {
          "kubernetes.io/ingress.class": "gce", // GKE knows no class by spec.ingressClassName
          "kubernetes.io/ingress.global-static-ip-name": edge.address.name,
          "ingress.gcp.kubernetes.io/pre-shared-cert": certificates,
          "networking.gke.io/v1beta1.FrontendConfig": name,
        },
      },
      spec: { rule },
      dependsOn: [frontend],
    });
    new DataResource(this, "settled", {
      triggersReplace: { certificates, rule },
      provisioners: [{ type: "local-exec", command: `sleep ${SETTLING}` }],
      dependsOn: [ingress],
    });
  }
}
