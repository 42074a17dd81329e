import { DataResource, type ITerraformDependable } from "cdktf";
import type { Construct } from "constructs";

/**
 * Waits until Google has finished what it does after a resource was created or changed. Resources that need the result
 * depend on this one.
 */
export const wait = (
  scope: Construct,
  id: string,
  props: {
    readonly seconds: number;
    /** Values after whose change it waits again. By default, it waits once. */
    readonly changesWith?: Readonly<Record<string, unknown>>;
    readonly dependsOn: readonly ITerraformDependable[];
  },
): DataResource =>
  new DataResource(scope, id, {
    triggersReplace: props.changesWith,
    provisioners: [{ type: "local-exec", command: `sleep ${props.seconds}` }],
    dependsOn: [...props.dependsOn],
  });
