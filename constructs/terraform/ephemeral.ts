import { ref, TerraformElement, TerraformStack, Token } from "cdktf";
import type { Construct } from "constructs";

/**
 * An ephemeral resource, which Terraform reads or creates in each run and never writes to the state or a plan. The
 * bindings do not support ephemeral resources.
 * {@link https://developer.hashicorp.com/terraform/language/resources/ephemeral}
 */
export class Ephemeral extends TerraformElement {
  /** @param config arguments, with the provider's own names (in snake case) */
  constructor(
    scope: Construct,
    id: string,
    private readonly type: string,
    private readonly config: Readonly<Record<string, unknown>> = {},
  ) {
    super(scope, id, `ephemeral.${type}`);
  }

  /**
   * Returns an attribute as text. Only write-only arguments, provider blocks and other ephemeral resources can use it.
   */
  attribute(name: string): string {
    return Token.asString(ref(`ephemeral.${this.type}.${this.friendlyUniqueId}.${name}`, TerraformStack.of(this)));
  }

  override toTerraform() {
    return { ephemeral: { [this.type]: { [this.friendlyUniqueId]: this.config } } };
  }
}
