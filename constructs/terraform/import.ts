import { ref, TerraformElement, type TerraformResource, TerraformStack } from "cdktf";
import type { Construct } from "constructs";

/**
 * Takes a resource that exists into the state, in the plan that would make it otherwise. The bindings know only imports
 * that must find something.
 * {@link https://developer.hashicorp.com/terraform/language/import}
 */
export class Import extends TerraformElement {
  /** @param ids expression of a list, known while planning: the resource's id, or nothing where there is none */
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
