import type { ITerraformDependable } from "cdktf";
import type { Cluster } from "./cluster/cluster";
import type { Network } from "./network/network";
import type { Project } from "./project/project";

/** What the parts of an environment stand on; made once in its stack. */
export interface Platform {
  readonly names: {
    readonly system: string;
    readonly environment: string;
    /** Of both; names in Google Cloud are made of it. */
    readonly full: string;
  };
  /** Such as europe-west1. */
  readonly region: string;
  readonly project: Project;
  readonly network: Network;
  readonly cluster: Cluster;
  /** Which images may run: pods wait for it. */
  readonly admission: ITerraformDependable;
  /** Google Cloud labels. */
  readonly labels: Readonly<Record<string, string>>;
  /** Whether Terraform refuses to destroy what holds data or identity, and Google too where it can. */
  readonly deletionProtection: boolean;
  /** Helm repository that stands in for every publisher's. */
  readonly chartsMirror?: string;
}
