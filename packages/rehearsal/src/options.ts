import type { Fault } from "@slipway/fake-google-cloud";
import type { Finding } from "./finding";
import type { KubernetesObject } from "./kubernetes";
import type { Machine, Surroundings } from "./machine/machine";
import type { Step } from "./rehearsal";
import type { Graph } from "./schedule/graph";

export interface RehearsalOptions extends Surroundings {
  /** Folders with a `cdk.tf.json` each: the first is applied from nothing, each of the others as an update. */
  readonly stacks: readonly string[];
  /** Folder of logs, plans and the state. Those of an earlier rehearsal are deleted. */
  readonly work: string;
  /** Port of the API server; the other ports follow it. Free ports by default. */
  readonly port?: number;
  /** Limit of one Terraform command, in seconds. */
  readonly timeout: number;
  /** Minutes of Google Cloud that pass in a minute here; by default everything is done at once. */
  readonly speed?: number;
  /** Calls that fail in the first apply. The next apply must converge. */
  readonly faults?: readonly Fault[];
  /** Calls that fail in the last update. */
  readonly updateFaults?: readonly Fault[];
  /** Stops Terraform when half of the plan is made. The next apply must converge. */
  readonly interrupt?: boolean;
  /** Seconds that an access token of the deployer is valid, an hour by default. The first apply must take longer. */
  readonly tokenLife?: number;
  /** Chooses how many resources Terraform works on at a time: `parallelismOf`, for example. 10 by default. */
  readonly parallelism?: (graph: Graph, instant: ReadonlySet<string>) => number;
  /** What an update may change. It must change at least one resource of each. */
  readonly changes?: readonly Change[];
  /** Deployment that must lose neither pods nor ready pods during an update. */
  readonly scaled?: Scaled;
  /** Versions whose pods do not become ready: their rollouts must fail, and the previous pods keep running. */
  readonly broken?: BrokenVersions;
  /** Versions in which a second release of a workload comes, gets requests and goes. In the end, nothing may be left of it. */
  readonly shifts?: readonly Shift[];
  /** Changes resources behind Terraform's back: the next plan must show only these, and the next apply repair them. */
  readonly drift?: boolean;
  /** Whether a destroy must be refused and change nothing. */
  readonly refuseDestroy?: boolean;
  /** Folder of a version that allows destruction: it is applied, and then destroyed. */
  readonly destroy?: string;
  /** Peering that keeps the network from being destroyed. It is removed, and the destroy runs again. */
  readonly leftPeering?: LeftPeering;
  /** Deploys the first version again after the destroy. */
  readonly again?: boolean;
  /** Validates and plans only. */
  readonly planOnly?: boolean;
  /** Leaves out what people make before the first deploy, as in a new project. */
  readonly nothingByHand?: boolean;
  /** Repository that holds the real charts; without it, charts are stubs. */
  readonly chartsMirror?: string;
  /** Called with each step when it ends. */
  readonly report?: (step: Step) => void;
  /** Called with what begins. */
  readonly progress?: (doing: string) => void;
  /** Called before everything is stopped, also after a failed step. */
  readonly hold?: (machine: Machine) => Promise<void>;
}

export interface Change {
  /** Number of the version in `stacks`, from 1; every update by default. */
  readonly version?: number;
  /** Regular expression for addresses. */
  readonly address: string;
}

/** Folders of versions of the first stack that differ from it in variables. */
export interface BrokenVersions {
  /** The pods of services crash. */
  readonly services: string;
  /** The pods of services and tasks crash. */
  readonly everything: string;
  /** All pods work. */
  readonly next: string;
}

/** A version in which routes send another share of the requests to a second release of a workload. */
export interface Shift {
  /** What it does, in a few words. */
  readonly what: string;
  /** Folder of the version. */
  readonly stack: string;
  /** Whether its rollout must fail. */
  readonly fails?: boolean;
  /** Returns what is wrong with the objects in the cluster's namespaces, and what they say. */
  readonly look: (objects: readonly KubernetesObject[]) => Finding;
}

export interface Scaled {
  readonly namespace: string;
  readonly name: string;
  /** Number of pods to scale the Deployment to between plan and apply; by default it is not scaled. */
  readonly replicas?: number;
}

/** A peering that Google keeps in a network, so that the network cannot be deleted. */
export interface LeftPeering {
  readonly name: string;
  readonly network: string;
  readonly project: string;
  /** The command that removes it, for the report. */
  readonly removal: string;
}
