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
 * The peering that a destroy of the stack leaves in its network: Google keeps its own side for days after the last
 * database, so the stack abandons the private connection, and Google does not delete a network that has a peering. A
 * google provider that knows the deletion policy `REMOVE_PEERING` could remove it; 7.45 does not.
 * {@link https://github.com/GoogleCloudPlatform/magic-modules/pull/18476}
 */
export function leftPeering({ resource = {} }: Stack): Peering | undefined {
  if (!resource.google_service_networking_connection) return undefined;
  const { name, project } = resource.google_compute_network?.network ?? {};
  return { name: "servicenetworking-googleapis-com", network: String(name), project: String(project) };
}

/** The command by which a person removes a peering. */
export const removal = ({ name, network, project }: Peering): string =>
  `gcloud compute networks peerings delete ${name} --network=${network} --project=${project}`;
