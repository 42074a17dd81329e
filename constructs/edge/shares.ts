import type { ITerraformDependable } from "cdktf";

/** The Services that answer the requests to a service: its stable release, and a candidate if there is one. */
export interface Shares {
  /** Per cent of the requests by the name of the Service, 100 together. */
  readonly of: Readonly<Record<string, number>>;
  /** Rollouts of these Services. They must be complete before the shares change. */
  readonly rollouts: readonly ITerraformDependable[];
}
