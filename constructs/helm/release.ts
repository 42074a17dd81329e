import { Release as HelmRelease } from "@cdktf/provider-helm/lib/release";
import { DataResource, type ITerraformDependable } from "cdktf";
import type { Construct } from "constructs";
import type { Configuration } from "../kubernetes/configuration";
import { json } from "../terraform/json";

export interface ReleaseProps {
  readonly name: string;
  readonly namespace: string;
  /** The chart's name in its repository, or a chart folder's path relative to the stack's folder. */
  readonly chart: string;
  /** The chart's repository and exact version. Not set for a chart in a folder. */
  readonly source?: {
    /** URL of the publisher's repository. */
    readonly repository: string;
    readonly version: string;
    /** URL of a repository to use in its place. By default, Helm uses the publisher's. */
    readonly mirror?: string;
  };
  /** Helm values. They must not contain a secret, because the state contains them. */
  readonly values: Readonly<Record<string, unknown>>;
  /** ConfigMaps and Secrets that the values name and that the pods use. */
  readonly configuration?: readonly Configuration[];
  /** Seconds after which Helm stops waiting and rolls back. The default is 600. */
  readonly timeout?: number;
  readonly dependsOn: readonly ITerraformDependable[];
}

/**
 * Creates a Helm release. If an install or upgrade fails, Helm rolls it back. The earlier ConfigMaps and Secrets remain
 * until a later rollout succeeds, so the rolled-back pods still find them.
 *
 * Terraform destroys a ConfigMap only after the resources that depend on it according to the state. A failed release
 * already depends on the new ConfigMap there, because Terraform records dependencies before it knows the result of an
 * update. So a second resource also depends on the ConfigMaps and Secrets, and Terraform updates it only after the
 * rollout succeeds.
 */
export function release(scope: Construct, id: string, props: ReleaseProps): HelmRelease {
  const { source } = props;
  const rollout = new HelmRelease(scope, id, {
    name: props.name,
    namespace: props.namespace,
    chart: props.chart,
    repository: source && (source.mirror ?? source.repository),
    version: source?.version,
    // JSON is valid YAML, and Terraform shows a change of JSON field by field.
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
