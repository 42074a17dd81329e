import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { Resources } from "../../facts/resources";
import { objects } from "../helm/objects";
import { requestsAndLimits } from "../kubernetes/container";
import { NAME_LABEL } from "../kubernetes/labels";
import type { Namespace } from "../kubernetes/namespace";
import { networkPolicy, policyName } from "../kubernetes/network-policy";
import type { Placement } from "../kubernetes/placement";

import { Traefik } from "./traefik";

export interface CertificateIssuerProps {
  /** Namespace of the certificates. Its quota includes the solvers: for some minutes, a small pod for each host. */
  readonly namespace: Namespace;
  /** Edge that the hosts lead to. */
  readonly traefik: Traefik;
  /**
   * Let's Encrypt's server. Browsers trust production's certificates alone, of which a host gets few; staging is for
   * trying. {@link https://letsencrypt.org/docs/staging-environment/}
   */
  readonly server: keyof typeof SERVERS;
  /** Contact of the account; Let's Encrypt writes to it about incidents, no more about expiry. */
  readonly email: string;
  /** Each gets a certificate of its own, once it leads to the edge. */
  readonly hosts: readonly string[];
  /** Where the solvers run. */
  readonly place: Placement;
  /** cert-manager's release. */
  readonly dependsOn: readonly ITerraformDependable[];
}

const SERVERS = {
  production: { issuer: "letsencrypt", url: "https://acme-v02.api.letsencrypt.org/directory" },
  staging: { issuer: "letsencrypt-staging", url: "https://acme-staging-v02.api.letsencrypt.org/directory" },
} as const;
const NAME = "certificate";
/** Of a host's Certificate and of its Secret; no workload's name has a dot. */
export const certificateName = (host: string): string => `${NAME}.${host}`;
const SOLVER = "acme-solver";
/** {@link https://github.com/cert-manager/cert-manager/blob/v1.21.1/pkg/issuer/acme/http/http.go} */
const SOLVER_PORT = 8089;

/**
 * A certificate of Let's Encrypt for each host, in a Secret of the namespace, and the issuer that renews them. A shared one
 * would be renewed only while every host points here. The ACME server requests a challenge from the host over HTTP; a
 * temporary pod behind Traefik answers it. Its security context is cert-manager's default, which a restricted namespace
 * admits.
 *
 * Certificates are objects of their own, not annotations of Ingresses, because they belong to hosts, whatever Ingresses
 * exist. An apply waits until they are written, but not until they are issued, which depends on DNS.
 * {@link https://cert-manager.io/docs/configuration/acme/http01/}
 */
export class CertificateIssuer extends Construct {
  /** What a solver asks for, for the namespace's quota. */
  static readonly SOLVER: Resources = { cpu: "10m", memory: "64Mi", memoryLimit: "64Mi" };

  /** Names of the Secrets, for routes. */
  readonly secretNames: readonly string[];

  constructor(scope: Construct, id: string, props: CertificateIssuerProps) {
    super(scope, id);
    const namespace = props.namespace.name;
    this.secretNames = props.hosts.map(certificateName);
    const { issuer, url } = SERVERS[props.server];
    const ports = [{ port: SOLVER_PORT }];
    const policies = [
      networkPolicy(this, "solver-from-traefik", {
        name: policyName(SOLVER, "from", "traefik"),
        namespace,
        workload: SOLVER,
        ingress: [{ peers: Traefik.PEERS, ports }],
      }),
      networkPolicy(this, "traefik-to-solver", {
        name: policyName("traefik", "to", SOLVER),
        namespace: props.traefik.namespace.name,
        workload: "traefik",
        egress: [{ peers: [{ pods: { [NAME_LABEL]: SOLVER }, namespace }], ports }],
      }),
    ];
    objects(this, "objects", {
      name: NAME,
      namespace,
      dependsOn: [...props.dependsOn, ...props.namespace.ready, props.traefik.ready, ...policies],
      objects: [
        {
          apiVersion: "cert-manager.io/v1",
          kind: "Issuer",
          // Named after the server: a certificate is asked for again when its issuer is another, not when that changes.
          metadata: { name: issuer, namespace },
          spec: {
            acme: {
              server: url,
              email: props.email,
              privateKeySecretRef: { name: `${issuer}-account` },
              solvers: [
                {
                  http01: {
                    ingress: {
                      class: Traefik.INGRESS_CLASS,
                      serviceType: "ClusterIP", // by default it is a node port, which the quota refuses
                      podTemplate: {
                        metadata: { labels: { [NAME_LABEL]: SOLVER } },
                        spec: {
                          ...props.place.pod,
                          resources: requestsAndLimits(props.place.resources(CertificateIssuer.SOLVER)),
                        },
                      },
                    },
                  },
                },
              ],
            },
          },
        },
        ...props.hosts.map((host) => ({
          apiVersion: "cert-manager.io/v1",
          kind: "Certificate",
          metadata: { name: certificateName(host), namespace },
          spec: {
            secretName: certificateName(host),
            dnsNames: [host],
            privateKey: { algorithm: "ECDSA", size: 256, rotationPolicy: "Always" },
            issuerRef: { group: "cert-manager.io", kind: "Issuer", name: issuer },
          },
        })),
      ],
    });
  }
}
