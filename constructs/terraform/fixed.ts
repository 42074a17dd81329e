import { DataResource } from "cdktf";
import type { Construct } from "constructs";

/**
 * Fixes values that must not change, although the providers would plan an update. A new value would replace this resource,
 * which is protected, so Terraform refuses it while planning, before it changes anything.
 * {@link https://developer.hashicorp.com/terraform/language/resources/terraform-data}
 */
export const fix = (
  scope: Construct,
  id: string,
  {
    values,
    deletionProtection,
  }: { readonly values: Readonly<Record<string, string>>; readonly deletionProtection: boolean },
): DataResource =>
  new DataResource(scope, id, { triggersReplace: { ...values }, lifecycle: { preventDestroy: deletionProtection } });
