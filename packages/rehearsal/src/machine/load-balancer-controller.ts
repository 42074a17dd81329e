import { isDeepStrictEqual } from "node:util";
import { type Body, type Cloud, hasGlobal, type LoadBalancer, setLoadBalancers } from "@slipway/fake-google-cloud";
import type { ApiServer } from "./api-server";
import { type FrontEnd, type Objects, type Outcome, SyncError } from "./front-end";
import { GATEWAY } from "./gateway";
import { INGRESS } from "./ingress";

const FRONT_ENDS: readonly FrontEnd[] = [INGRESS, GATEWAY];

/**
 * The part of GKE's controllers that connects objects in the cluster with resources in Google Cloud. An Ingress or a Gateway
 * becomes a load balancer, which uses the policies, the certificates and the address that its objects name.
 */
export class LoadBalancerController {
  /** The wanted load balancer of each object, and since when it is wanted. */
  private readonly wanted = new Map<string, { readonly balancer: string; readonly since: number }>();
  private readonly current = new Map<string, LoadBalancer>();
  private readonly said = new Set<string>();

  constructor(
    private readonly api: ApiServer,
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
    const there = new Set<string>();
    for (const frontEnd of FRONT_ENDS) {
      const objects = await this.read(frontEnd);
      const [own = new Map()] = Object.values(objects);
      for (const [key, object] of own) {
        if (!frontEnd.isOurs(object)) continue;
        const id = `${frontEnd.kind} ${key}`;
        there.add(id);
        const outcome = this.bringAbout(id, () =>
          frontEnd.balancerOf(object, objects, (kind, name) => hasGlobal(cloud, project, kind, name)),
        );
        if (outcome instanceof SyncError) await this.warn(frontEnd, object, outcome);
        for (const { path, object: about, status } of frontEnd.statuses?.(object, objects, outcome) ?? [])
          if (!isDeepStrictEqual(status, undated(about.status)))
            await this.api.patch(`${path}/status`, { status: dated(status) });
      }
    }
    // A deleted object keeps a finalizer until its load balancer is gone, so the deleter has already waited.
    for (const id of [...this.current.keys(), ...this.wanted.keys()])
      if (!there.has(id)) {
        this.current.delete(id);
        this.wanted.delete(id);
      }
    setLoadBalancers(cloud, project, [...this.current.values()]);
  }

  /** Puts an object's load balancer into effect when it is due. */
  private bringAbout(id: string, make: () => LoadBalancer): Outcome {
    const now = Date.now();
    try {
      const balancer = make();
      const text = JSON.stringify(balancer);
      if (this.wanted.get(id)?.balancer !== text) this.wanted.set(id, { balancer: text, since: now });
      if (now - (this.wanted.get(id)?.since ?? now) < (this.isSlow ? this.takes : 0)) return "not yet in effect";
      this.current.set(id, balancer);
      return "in effect";
    } catch (error) {
      if (error instanceof SyncError) return error;
      throw error;
    }
  }

  private async read({ lists }: FrontEnd): Promise<Objects> {
    return Object.fromEntries(
      await Promise.all(Object.entries(lists).map(async ([kind, path]) => [kind, await this.api.list(path)] as const)),
    );
  }

  /** Reports each problem once, as an event of the object. */
  private async warn(frontEnd: FrontEnd, object: Body, { reason, message }: SyncError): Promise<void> {
    const { name, namespace, uid } = object.metadata;
    if (this.said.has(uid + message)) return;
    this.said.add(uid + message);
    const { apiVersion, kind, controller } = frontEnd;
    await this.api.create(`/api/v1/namespaces/${namespace}/events`, {
      metadata: { generateName: `${name}.`, namespace },
      involvedObject: { apiVersion, kind, name, namespace, uid },
      source: { component: controller },
      type: "Warning",
      reason,
      message,
    });
  }
}

/** A status whose conditions have changed now. */
const dated = (status: Body): Body =>
  JSON.parse(JSON.stringify(status), (_key, value) =>
    value?.observedGeneration === undefined ? value : { ...value, lastTransitionTime: new Date().toISOString() },
  );

/** A status without the times of its conditions. */
const undated = (status: Body = {}): Body =>
  JSON.parse(JSON.stringify(status, (key, value) => (key === "lastTransitionTime" ? undefined : value)));
