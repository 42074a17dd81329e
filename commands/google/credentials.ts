import { gcloud } from "../bootstrap/gcloud";

/**
 * An access token of the account that Terraform acts as: application default credentials, unless the variable gives a token.
 * {@link https://registry.terraform.io/providers/hashicorp/google/latest/docs/guides/provider_reference#authentication}
 */
export const accessToken = async (): Promise<string> =>
  process.env.GOOGLE_OAUTH_ACCESS_TOKEN || gcloud("auth", "application-default", "print-access-token");
