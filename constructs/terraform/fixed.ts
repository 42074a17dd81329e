import { DataResource } from "cdktf";
import type { Construct } from "constructs";

/**
 * Fixes values that must not change, although the provider would plan an update. A new value would replace this
 * resource, which is protected, so the plan fails before Terraform changes anything.
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
