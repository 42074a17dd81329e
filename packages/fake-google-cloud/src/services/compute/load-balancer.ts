import type { Body } from "../../body";
import type { Cloud } from "../../cloud";
import { urlOf } from "./kind";

/** A global external load balancer, as a controller of GKE makes it. */
export interface LoadBalancer {
  readonly name: string;
  /** Names of the Cloud Armor policies, by the backend service that each guards. */
  readonly backends: Readonly<Record<string, string | undefined>>;
  readonly certificates: readonly string[];
  readonly sslPolicy?: string;
  /** Name of the reserved address. */
  readonly address?: string;
}

const KINDS = ["backendServices", "targetHttpsProxies", "forwardingRules"];

/** What tells them from load balancers that somebody else makes, as the descriptions of GKE's do. */
const DESCRIPTION = "made by a controller of GKE";

/** Replaces a project's load balancers of GKE with these. They block the deletion of everything that they refer to. */
export function setLoadBalancers(cloud: Cloud, project: string, balancers: readonly LoadBalancer[]): void {
  const at = (kind: string, name = "") => `projects/${project}/global/${kind}${name && `/${name}`}`;
  const url = (kind: string, name?: string) => name && urlOf(at(kind, name));
  const put = (kind: string, name: string, object: Body) =>
    cloud.store.set(`compute/${at(kind, name)}`, {
      name,
      description: DESCRIPTION,
      selfLink: url(kind, name),
      ...object,
    });
  for (const kind of KINDS)
    for (const { name, description } of cloud.store.members(`compute/${at(kind)}`))
      if (description === DESCRIPTION) cloud.store.delete(`compute/${at(kind, name)}`);
  for (const { name, backends, certificates, sslPolicy, address } of balancers) {
    for (const [backend, policy] of Object.entries(backends))
      put("backendServices", backend, { securityPolicy: url("securityPolicies", policy) });
    put("targetHttpsProxies", name, {
      sslCertificates: certificates.map((certificate) => url("sslCertificates", certificate)),
      sslPolicy: url("sslPolicies", sslPolicy),
    });
    // Google's rule contains the IP address itself, and the address lists the rule among its users.
    put("forwardingRules", name, { target: url("targetHttpsProxies", name), address: url("addresses", address) });
  }
}

/** Whether a project has something that a load balancer may refer to. */
export const hasGlobal = (cloud: Cloud, project: string, kind: string, name: string): boolean =>
  cloud.store.get(`compute/projects/${project}/global/${kind}/${name}`) !== undefined;
