import path from "node:path";
import type { Release as HelmRelease } from "@cdktf/provider-helm/lib/release";
import { AssetType, type ITerraformDependable, TerraformAsset, TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import type { Configuration } from "../kubernetes/configuration";
import { release } from "./release";

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
  /** Namespace of the release; objects name their own. */
  readonly namespace: string;
  /** As the Kubernetes API has them. */
  readonly objects: readonly KubernetesObject[];
  /** ConfigMaps and Secrets that the objects' pods start with. */
  readonly configuration?: readonly Configuration[];
  readonly dependsOn: readonly ITerraformDependable[];
}

/**
 * Kubernetes objects that typed resources cannot hold: custom resources (`kubernetes_manifest` would need the cluster
 * at plan time), and Deployments whose replicas an autoscaler owns (see `kubernetes/deployment.ts`). They go through a
 * chart of this project that prints its values; Helm's three-way merge leaves alone what they do not name.
 */
export const objects = (scope: Construct, id: string, props: ObjectsProps): HelmRelease =>
  release(scope, id, {
    name: props.name,
    namespace: props.namespace,
    chart: chartOf(TerraformStack.of(scope)).path,
    values: { objects: props.objects },
    configuration: props.configuration,
    dependsOn: props.dependsOn,
  });

/** The chart's copy in the stack's folder, one for all releases. */
function chartOf(stack: TerraformStack): TerraformAsset {
  const id = "objects-chart";
  return (
    (stack.node.tryFindChild(id) as TerraformAsset | undefined) ??
    new TerraformAsset(stack, id, { path: path.resolve(__dirname, "../../charts/objects"), type: AssetType.DIRECTORY })
  );
}
