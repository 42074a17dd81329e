import type { ITerraformDependable } from "cdktf";
import type { Cluster } from "./cluster/cluster";
import type { Network } from "./network/network";
import type { Project } from "./project/project";

/** The parts of an environment that all other constructs need. The environment's stack creates them once. */
export interface Platform {
  readonly names: {
    readonly system: string;
    readonly environment: string;
    /** Name of the system and the environment. Names of Google Cloud resources start with it. */
    readonly full: string;
  };
  /** The region, such as europe-west1. */
  readonly region: string;
  /** The region that has a copy of secrets and buckets, if any. */
  readonly secondRegion?: string;
  readonly project: Project;
  readonly network: Network;
  readonly cluster: Cluster;
  /** The policy for images. Pods depend on it. */
  readonly admission: ITerraformDependable;
  /** Google Cloud labels. */
  readonly labels: Readonly<Record<string, string>>;
  /** Whether Terraform, and Google where it can, refuse to destroy resources that hold data or identities. */
  readonly deletionProtection: boolean;
  /**
   * URL of a Helm repository to use in place of every publisher's. By default, Helm uses the publishers' repositories.
   */
  readonly chartsMirror?: string;
  /**
   * A registry's folder to use in place of every publisher's registry, with the images under their own paths. By default,
   * images come from their publishers.
   */
  readonly imagesMirror?: string;
}
