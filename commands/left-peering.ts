/** Part of a synthesized stack's JSON. */
interface Stack {
  readonly resource?: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>;
}

/** A network peering. */
export interface Peering {
  readonly name: string;
  readonly network: string;
  readonly project: string;
}

/**
 * The peering that a destroy leaves in the stack's network. Google keeps its own side for days after the last database is
 * deleted, so the stack abandons the private connection. Google does not delete a network that has a peering. The deletion
 * policy `REMOVE_PEERING` would remove the peering, but the google provider 7.45 does not support it.
 * {@link https://github.com/GoogleCloudPlatform/magic-modules/pull/18476}
 */
export function leftPeering({ resource = {} }: Stack): Peering | undefined {
  if (!resource.google_service_networking_connection) return undefined;
  const { name, project } = resource.google_compute_network?.network ?? {};
  return { name: "servicenetworking-googleapis-com", network: String(name), project: String(project) };
}

/** The command that removes a peering. */
export const removal = ({ name, network, project }: Peering): string =>
  `gcloud compute networks peerings delete ${name} --network=${network} --project=${project}`;
