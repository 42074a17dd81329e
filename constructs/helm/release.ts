import { Release as HelmRelease } from "@cdktf/provider-helm/lib/release";
import { DataResource, type ITerraformDependable } from "cdktf";
import type { Construct } from "constructs";
import type { Configuration } from "../kubernetes/configuration";
import { json } from "../terraform/json";

export interface ReleaseProps {
  readonly name: string;
  readonly namespace: string;
  /** Name of the chart in its repository, or path of a chart's folder relative to the stack's. */
  readonly chart: string;
  /** Where a chart that is no folder comes from, with the exact version. */
  readonly source?: {
    /** The publisher's repository. */
    readonly repository: string;
    readonly version: string;
    /** Repository to use in its place. */
    readonly mirror?: string;
  };
  /** Never a secret: Helm's values are in the state. */
  readonly values: Readonly<Record<string, unknown>>;
  /** ConfigMaps and Secrets that the pods start with, named in the values. */
  readonly configuration?: readonly Configuration[];
  /** Seconds until the release counts as failed and is rolled back; default 600. */
  readonly timeout?: number;
  readonly dependsOn: readonly ITerraformDependable[];
}

/**
 * A Helm release. An install or upgrade either succeeds or is rolled back together with its configuration: ConfigMaps and
 * Secrets stay until a later rollout succeeds.
 *
 * Terraform destroys them only after the resources that depend on them in the state. But there, a failed release already
 * depends on the new ones, because Terraform records dependencies before it knows how an update ends. So a separate
 * resource also holds the names, and is updated only after the rollout succeeds.
 */
export function release(scope: Construct, id: string, props: ReleaseProps): HelmRelease {
  const { source } = props;
  const rollout = new HelmRelease(scope, id, {
    name: props.name,
    namespace: props.namespace,
    chart: props.chart,
    repository: source && (source.mirror ?? source.repository),
    version: source?.version,
    // JSON is YAML, and a plan shows a change of it field by field.
    values: [json(props.values)],
    atomic: true,
    cleanupOnFail: true,
    wait: true,
    timeout: props.timeout ?? 600,
    maxHistory: 5,
    dependsOn: [...props.dependsOn],
  });
  const { configuration = [] } = props;
  if (configuration.length)
    new DataResource(scope, `${id}-configuration`, {
      input: { names: configuration.map(({ name }) => name) },
      dependsOn: [rollout],
    });
  return rollout;
}
