import type { Body, LoadBalancer } from "@slipway/fake-google-cloud";

/** Objects of the cluster by kind, and by `<namespace>/<name>`. */
export type Objects<Kind extends string = string> = Readonly<Record<Kind, ReadonlyMap<string, Body>>>;

/** Whether Google Cloud has something of a kind with this name. */
export type Exists = (kind: string, name: string) => boolean;

/** A kind of object that GKE makes load balancers of. */
export interface FrontEnd {
  readonly apiVersion: string;
  readonly kind: string;
  /** Name of GKE's controller in events. */
  readonly controller: string;
  /** Lists of the objects that it reads, by kind. The objects that become load balancers are in the first one. */
  readonly lists: Readonly<Record<string, string>>;
  /** Whether an object of the kind is for this controller. */
  isOurs(object: Body): boolean;
  /** @throws {SyncError} if GKE cannot put the object into effect */
  balancerOf(object: Body, objects: Objects, exists: Exists): LoadBalancer;
  /** Returns what the controller writes into the status of the object and of those that belong to it. */
  statuses?(object: Body, objects: Objects, outcome: Outcome): readonly Status[];
}

/** What became of an object. */
export type Outcome = "in effect" | "not yet in effect" | SyncError;

export interface Status {
  /** Path of the object. */
  readonly path: string;
  readonly object: Body;
  readonly status: Body;
}

/** Why GKE cannot put an object into effect. What was in effect before stays as it is. */
export class SyncError extends Error {
  constructor(
    /** Reason of the event. */
    readonly reason: "Translate" | "Sync" | "SYNC",
    message: string,
    /** Key of another object, if that is the wrong one. */
    readonly culprit?: string,
  ) {
    super(message);
  }
}

/** Returns the first thing that a load balancer refers to and that does not exist. */
export function missing(
  { backends, certificates, certificateMap, sslPolicy, address }: LoadBalancer,
  exists: Exists,
): { readonly kind: string; readonly name: string } | undefined {
  return Object.entries({
    securityPolicies: Object.values(backends),
    sslCertificates: certificates,
    certificateMaps: [certificateMap],
    sslPolicies: [sslPolicy],
    addresses: [address],
  })
    .flatMap(([kind, names]) => names.flatMap((name) => (name ? [{ kind, name }] : [])))
    .find(({ kind, name }) => !exists(kind, name));
}
