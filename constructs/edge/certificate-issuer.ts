import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { PLATFORM_NAMES } from "../../facts/reserved";
import type { Resources } from "../../facts/resources";
import { objects } from "../helm/objects";
import { requestsAndLimits } from "../kubernetes/container";
import { NAME_LABEL } from "../kubernetes/labels";
import type { Namespace } from "../kubernetes/namespace";
import { networkPolicy, policyName } from "../kubernetes/network-policy";
import type { Placement } from "../kubernetes/placement";

import { Traefik } from "./traefik";

export interface CertificateIssuerProps {
  /**
   * The certificates' namespace. Its quota must have room for the solvers: one small pod for each host, for some
   * minutes.
   */
  readonly namespace: Namespace;
  /** The proxy that the hosts point to. */
  readonly traefik: Traefik;
  /**
   * Let's Encrypt's server. Browsers trust only certificates of `production`, which limits the certificates for a host.
   * Use `staging` for tests.
   * {@link https://letsencrypt.org/docs/staging-environment/}
   */
  readonly server: keyof typeof SERVERS;
  /**
   * E-mail address of the account. Let's Encrypt writes to it about incidents, but not about certificates that expire.
   */
  readonly email: string;
  /** Host names. Each gets its own certificate once its DNS record points to the proxy. */
  readonly hosts: readonly string[];
  /** Placement of the solvers. */
  readonly place: Placement;
  /** The release of cert-manager. */
  readonly dependsOn: readonly ITerraformDependable[];
}

const SERVERS = {
  production: { issuer: "letsencrypt", url: "https://acme-v02.api.letsencrypt.org/directory" },
  staging: { issuer: "letsencrypt-staging", url: "https://acme-staging-v02.api.letsencrypt.org/directory" },
} as const;
const NAME = PLATFORM_NAMES.certificate;
/** Name of a host's Certificate and of its Secret. It contains a dot, so it never equals a workload's name. */
export const certificateName = (host: string): string => `${NAME}.${host}`;
const SOLVER = PLATFORM_NAMES.solver;
/** The solver's port. {@link https://github.com/cert-manager/cert-manager/blob/v1.21.1/pkg/issuer/acme/http/http.go} */
const SOLVER_PORT = 8089;

/**
 * A Let's Encrypt certificate for each host, in a Secret of the namespace, and the issuer that renews them. A
 * certificate for several hosts would be renewed only while all of them point to the proxy. The ACME server requests a
 * challenge from the host over HTTP, and a temporary pod behind Traefik answers it. The pod has cert-manager's default
 * security context, which satisfies the restricted Pod Security Standard.
 *
 * Certificates are separate objects, not annotations of Ingresses, because they belong to hosts and not to routes. An
 * apply waits until they are created, but not until they are issued, because that depends on DNS.
 * {@link https://cert-manager.io/docs/configuration/acme/http01/}
 */
export class CertificateIssuer extends Construct {
  /** Requests and limits of a solver, for the namespace's quota. */
  static readonly SOLVER: Resources = { cpu: "10m", memory: "64Mi", memoryLimit: "64Mi" };

  /** Names of the Secrets with the certificates. */
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
          // The issuer has its server's name, because cert-manager orders a certificate again only if the issuer's name
          // changes.
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
                      serviceType: "ClusterIP", // the default, NodePort, exceeds the namespace's quota
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
