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
  /** The load balancer's address, certificates and TLS policy. */
  readonly edge: GoogleLoadBalancer;
  readonly routes: readonly Route[];
}

/** The service that answers a path of a host. */
export interface Route {
  readonly host: string;
  /** Prefix of the paths. The service receives the path without changes. */
  readonly path: string;
  /** The Service's name. */
  readonly service: string;
}

/** Seconds to wait until GKE has applied a change to the load balancer. It usually takes about a minute. */
const SETTLING = 180;

/**
 * Google's global load balancer in front of the services: it serves HTTPS and redirects HTTP to it.
 *
 * GKE applies a change some time after Terraform makes it. Until then, Google refuses to delete the certificates and
 * Cloud Armor policies that the load balancer used before. So a change of the routes ends with a wait, and Terraform
 * deletes resources that the routes no longer use after it.
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
          "kubernetes.io/ingress.class": "gce", // GKE ignores spec.ingressClassName
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
