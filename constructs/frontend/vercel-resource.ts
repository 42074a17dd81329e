import { type TerraformMetaArguments, TerraformResource } from "cdktf";
import type { Construct } from "constructs";

/** A resource of Terraform's vercel provider, for which there are no bindings. */
export class VercelResource extends TerraformResource {
  /**
   * @param type without its prefix, such as `project`
   * @param attributes arguments, with the provider's own names (in snake case)
   */
  constructor(
    scope: Construct,
    id: string,
    type: string,
    private readonly attributes: Readonly<Record<string, unknown>>,
    config: TerraformMetaArguments = {},
  ) {
    super(scope, id, {
      terraformResourceType: `vercel_${type}`,
      terraformGeneratorMetadata: { providerName: "vercel" },
      ...config,
    });
  }

  protected override synthesizeAttributes() {
    return this.attributes;
  }

  /** The id that Vercel gives it. */
  get id(): string {
    return this.getStringAttribute("id");
  }
}
