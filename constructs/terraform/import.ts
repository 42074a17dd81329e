import { ref, TerraformElement, type TerraformResource, TerraformStack } from "cdktf";
import type { Construct } from "constructs";

/**
 * Imports an existing resource in the plan that would otherwise create it. The bindings support only imports of
 * resources that must exist.
 * {@link https://developer.hashicorp.com/terraform/language/import}
 */
export class Import extends TerraformElement {
  /**
   * @param ids an expression that is known while planning: a list with the resource's ID, or an empty list if it does
   * not exist
   */
  constructor(
    scope: Construct,
    id: string,
    private readonly resource: TerraformResource,
    private readonly ids: string,
  ) {
    super(scope, id);
  }

  override toTerraform() {
    const stack = TerraformStack.of(this);
    return {
      import: [
        {
          for_each: ref(`toset(flatten(${this.ids}))`, stack),
          to: `${this.resource.terraformResourceType}.${this.resource.friendlyUniqueId}`,
          id: ref("each.value", stack),
        },
      ],
    };
  }
}
