import { Refused } from "../refused";

/**
 * APIs that are asked for what exists, with their addresses and the variable with which Terraform's provider, too, is sent
 * to another one.
 * {@link https://registry.terraform.io/providers/hashicorp/google/latest/docs/guides/provider_reference#custom-endpoint-configuration}
 */
const APIS = {
  artifactregistry: { variable: "ARTIFACT_REGISTRY", address: "https://artifactregistry.googleapis.com/v1/" },
  billingbudgets: { variable: "BILLING_BUDGETS", address: "https://billingbudgets.googleapis.com/v1/" },
  cloudkms: { variable: "KMS", address: "https://cloudkms.googleapis.com/v1/" },
  iam: { variable: "IAM", address: "https://iam.googleapis.com/v1/" },
  monitoring: { variable: "MONITORING", address: "https://monitoring.googleapis.com/v3/" },
  secretmanager: { variable: "SECRET_MANAGER", address: "https://secretmanager.googleapis.com/v1/" },
  storage: { variable: "STORAGE", address: "https://storage.googleapis.com/storage/v1/" },
} as const;

export type ApiName = keyof typeof APIS;

// biome-ignore lint/suspicious/noExplicitAny: answers of several APIs, of which each reader knows its own fields
export type Answer = Record<string, any>;

/** Reads from an API; undefined if there is no such object. @throws Refused if Google refuses the call */
export type Read = (api: ApiName, path: string) => Promise<Answer | undefined>;

/**
 * Reads as the account of a token. Calls count toward the quota of the project. A bucket of another project is refused:
 * everybody can take the names of buckets, and a state that somebody else has written must not be used.
 */
export const reader =
  (token: string, project: { readonly id: string; readonly number: string }): Read =>
  async (api, path) => {
    const { variable, address } = APIS[api];
    const url = `${process.env[`GOOGLE_${variable}_CUSTOM_ENDPOINT`] ?? address}${path}`;
    const headers = { authorization: `Bearer ${token}`, "x-goog-user-project": project.id };
    const response = await fetch(url, { headers }).catch((error: Error) => {
      throw new Refused(`${url}: ${(error.cause as Error | undefined)?.message ?? error.message}`);
    });
    const body = (await response.json().catch(() => ({}))) as Answer;
    if (api === "storage" && body.projectNumber && body.projectNumber !== project.number)
      throw new Refused(
        `The bucket ${body.name} is in another project (${body.projectNumber}).\nDelete it if it is yours. Otherwise use another stateBucket or another project.`,
      );
    if (response.ok) return body;
    if (response.status === 404) return undefined;
    throw new Refused(`GET ${url}: ${response.status} ${body.error?.message ?? response.statusText}`);
  };
