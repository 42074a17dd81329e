/** A cluster, and how its API is reached. */
export interface Reachable {
  readonly name: string;
  readonly project: string;
  readonly location: string;
  /** Whether only named networks reach the API, at its address. By default, IAM admits to its DNS endpoint. */
  readonly authorizedNetworks?: unknown;
}

/**
 * Arguments with which gcloud adds a cluster to a kubeconfig file.
 * {@link https://cloud.google.com/sdk/gcloud/reference/container/clusters/get-credentials}
 */
export const credentialsArguments = ({ name, project, location, authorizedNetworks }: Reachable): string[] => [
  ...["container", "clusters", "get-credentials", name, "--project", project, "--location", location],
  ...(authorizedNetworks ? [] : ["--dns-endpoint"]),
];
