import { gcloud } from "../bootstrap/gcloud";
import { Refused } from "../refused";

/**
 * An access token of the account that Terraform acts as: application default credentials, unless the variable gives a token.
 * {@link https://registry.terraform.io/providers/hashicorp/google/latest/docs/guides/provider_reference#authentication}
 * @throws Refused if there are no credentials, or if they have expired
 */
export const accessToken = async (): Promise<string> =>
  process.env.GOOGLE_OAUTH_ACCESS_TOKEN ||
  gcloud("auth", "application-default", "print-access-token").catch((error: unknown) => {
    if (!(error instanceof Refused)) throw error;
    throw new Refused(
      `${error.said}\nRecords, states and images are read and written with the application default credentials of the environment's deployer, which its file names. ${logIn("<deployer>")}`,
    );
  });

/**
 * What to do where Google refuses an access token (401).
 * @param deployer the environment's deployer
 */
export const renew = (deployer: string): string =>
  process.env.GOOGLE_OAUTH_ACCESS_TOKEN
    ? "The token in GOOGLE_OAUTH_ACCESS_TOKEN has most likely expired: set a new one, or unset the variable."
    : `The credentials have most likely expired. ${logIn(deployer)}`;

const logIn = (deployer: string): string =>
  `Log in: gcloud auth application-default login --impersonate-service-account=${deployer}`;
