import type { ITerraformDependable } from "cdktf";
import type { Peer } from "../kubernetes/network-policy";
import type { SecretValue } from "../kubernetes/secret";

/** What services need to connect to a datastore, of any kind. */
export interface Datastore {
  /** Host name or IP address. */
  readonly host: string;
  readonly port: number;
  /** A connection pooler in front of the server. */
  readonly pooler?: { readonly host: string; readonly port: number };
  /** The user that services log in as, if the datastore has users. */
  readonly user?: string;
  /** The password that services log in with. */
  readonly password: SecretValue;
  /** The server's own certificate authority, in PEM format. */
  readonly certificateAuthority?: string;
  /** Whether a public authority certified the host name. */
  readonly publiclyCertified?: boolean;
  /** The datastore's addresses or pods, for network policies of its clients. */
  readonly peers: readonly Peer[];
  /** Resources that must exist before a service logs in. */
  readonly ready: readonly ITerraformDependable[];
}

/** Whether clients must use TLS: an authority has certified the server. */
export const isEncrypted = ({ certificateAuthority, publiclyCertified }: Datastore): boolean =>
  Boolean(certificateAuthority || publiclyCertified);
