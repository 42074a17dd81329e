import { TerraformProvider } from "cdktf";
import type { Construct } from "constructs";

/** {@link https://github.com/vercel/terraform-provider-vercel/releases} */
export const VERCEL_PROVIDER_VERSION = "5.10.0";

export interface VercelProviderProps {
  /** Slug or id of the team that the resources belong to. */
  readonly team: string;
}

/**
 * Terraform's vercel provider. It reads its token from the process's environment (VERCEL_API_TOKEN), so neither the files nor
 * the plan nor the state have it. Each run asks Vercel for the team's id.
 * {@link https://registry.terraform.io/providers/vercel/vercel/latest/docs}
 */
export class VercelProvider extends TerraformProvider {
  constructor(
    scope: Construct,
    id: string,
    private readonly props: VercelProviderProps,
  ) {
    super(scope, id, {
      terraformResourceType: "vercel",
      terraformProviderSource: "vercel/vercel",
      terraformGeneratorMetadata: { providerName: "vercel", providerVersion: VERCEL_PROVIDER_VERSION },
    });
  }

  protected override synthesizeAttributes() {
    return { team: this.props.team };
  }
}
