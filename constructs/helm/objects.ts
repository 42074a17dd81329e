import path from "node:path";
import { AssetType, type ITerraformDependable, TerraformAsset, TerraformStack } from "cdktf";
import { Construct } from "constructs";
import { Release } from "./release";

/** A Kubernetes object as the API has it. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly [key: string]: unknown };
  readonly [key: string]: unknown;
}

export interface ObjectsProps {
  /** Name of the Helm release. */
  readonly name: string;
  readonly namespace: string;
  readonly objects: readonly KubernetesObject[];
  /** Seconds to wait until they are ready; default 600. */
  readonly timeout?: number;
  readonly dependsOn: readonly ITerraformDependable[];
}

/**
 * Kubernetes objects that typed resources cannot hold: custom resources (`kubernetes_manifest` would need the cluster at
 * plan time), and Deployments whose replicas an autoscaler owns (see `kubernetes/deployment.ts`). They go through a chart
 * of this project that prints its values; Helm's three-way merge leaves alone what they do not name.
 */
export class Objects extends Construct {
  readonly release: Release["release"];

  constructor(scope: Construct, id: string, props: ObjectsProps) {
    super(scope, id);
    this.release = new Release(this, "objects", {
      name: props.name,
      namespace: props.namespace,
      chart: chartOf(TerraformStack.of(this)).path,
      values: { objects: props.objects },
      timeout: props.timeout,
      dependsOn: props.dependsOn,
    }).release;
  }
}

/** The chart's copy in the stack's folder, one for all releases. */
function chartOf(stack: TerraformStack): TerraformAsset {
  const id = "objects-chart";
  return (
    (stack.node.tryFindChild(id) as TerraformAsset | undefined) ??
    new TerraformAsset(stack, id, { path: path.resolve(__dirname, "../../charts/objects"), type: AssetType.DIRECTORY })
  );
}
