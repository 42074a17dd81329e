import { existsSync } from "node:fs";
import path from "node:path";

/**
 * GKE's credential plugin, which gives Kubernetes clients an access token, and a new one when it expires.
 * {@link https://cloud.google.com/kubernetes-engine/docs/how-to/cluster-access-for-kubectl#install_plugin}
 */
export const TOKEN_PLUGIN = "gke-gcloud-auth-plugin";

/**
 * Environment variables with which the google provider uses other credentials than the application default credentials.
 * The plugin supports only those.
 * {@link https://github.com/hashicorp/terraform-provider-google/blob/v7.45.0/google/provider/provider.go}
 * {@link https://github.com/kubernetes/cloud-provider-gcp/blob/master/cmd/gke-gcloud-auth-plugin/default_credentials_token_provider.go}
 */
export const OTHER_CREDENTIALS = [
  "GOOGLE_OAUTH_ACCESS_TOKEN",
  "GOOGLE_CREDENTIALS",
  "GOOGLE_CLOUD_KEYFILE_JSON",
  "GCLOUD_KEYFILE_JSON",
  "GOOGLE_IMPERSONATE_SERVICE_ACCOUNT",
];

/** Returns why the plugin cannot log in to the cluster with the google provider's account, or undefined if it can. */
export function whyNoTokenPlugin(env: NodeJS.ProcessEnv): string | undefined {
  const other = OTHER_CREDENTIALS.find((name) => env[name]);
  if (other) return `it does not follow ${other}`;
  const folders = (env.PATH ?? "").split(path.delimiter).filter(path.isAbsolute);
  const found = folders.some((folder) =>
    [TOKEN_PLUGIN, `${TOKEN_PLUGIN}.exe`].some((file) => existsSync(path.join(folder, file))),
  );
  return found ? undefined : "it is not on PATH";
}
