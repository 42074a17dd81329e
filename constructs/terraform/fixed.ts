import { DataResource } from "cdktf";
import type { Construct } from "constructs";

/**
 * Fixes values that must stay as they are, although the providers would plan an update: other values would replace this
 * resource, which its protection refuses while Terraform plans, before anything is changed.
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
