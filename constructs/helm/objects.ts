import path from "node:path";
import type { Release as HelmRelease } from "@cdktf/provider-helm/lib/release";
import { AssetType, type ITerraformDependable, TerraformAsset, TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import type { Configuration } from "../kubernetes/configuration";
import { release } from "./release";

/** A Kubernetes object, in the shape of the Kubernetes API. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly [key: string]: unknown };
  readonly [key: string]: unknown;
}

export interface ObjectsProps {
  /** The Helm release's name. */
  readonly name: string;
  /** The Helm release's namespace. Each object names its own. */
  readonly namespace: string;
  /** The objects, in the shape of the Kubernetes API. */
  readonly objects: readonly KubernetesObject[];
  /** ConfigMaps and Secrets that the objects' pods use. */
  readonly configuration?: readonly Configuration[];
  readonly dependsOn: readonly ITerraformDependable[];
}

/**
 * Creates Kubernetes objects for which the provider's typed resources do not work: custom resources, because
 * `kubernetes_manifest` needs the cluster while planning, and Deployments whose replicas an autoscaler sets (see
 * `workloads/deployment.ts`). The objects are a release of this repository's chart, which prints its values. Helm's
 * three-way merge does not change fields that the values do not name.
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

/** Returns the chart's copy in the stack's folder, which all releases share. */
function chartOf(stack: TerraformStack): TerraformAsset {
  const id = "objects-chart";
  return (
    (stack.node.tryFindChild(id) as TerraformAsset | undefined) ??
    new TerraformAsset(stack, id, { path: path.resolve(__dirname, "../../charts/objects"), type: AssetType.DIRECTORY })
  );
}
