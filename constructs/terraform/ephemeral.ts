import { ref, TerraformElement, TerraformStack, Token } from "cdktf";
import type { Construct } from "constructs";

/**
 * An ephemeral resource: read or made during each run, never written to state or plan. The bindings know none.
 * {@link https://developer.hashicorp.com/terraform/language/resources/ephemeral}
 */
export class Ephemeral extends TerraformElement {
  /** @param config arguments under the provider's own (snake case) names */
  constructor(
    scope: Construct,
    id: string,
    private readonly type: string,
    private readonly config: Readonly<Record<string, unknown>> = {},
  ) {
    super(scope, id, `ephemeral.${type}`);
  }

  /** An attribute, as a string. It may only flow into write-only arguments, provider blocks and other ephemerals. */
  attribute(name: string): string {
    return Token.asString(ref(`ephemeral.${this.type}.${this.friendlyUniqueId}.${name}`, TerraformStack.of(this)));
  }

  override toTerraform() {
    return { ephemeral: { [this.type]: { [this.friendlyUniqueId]: this.config } } };
  }
}
