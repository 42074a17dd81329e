import type { ITerraformDependable } from "cdktf";
import type { Peer } from "../kubernetes/network-policy";
import type { SecretValue } from "../kubernetes/secret";

/** What services need of a datastore, wherever it runs. */
export interface Datastore {
  /** Name or address. */
  readonly host: string;
  readonly port: number;
  /** Who logs in, where there is such a thing. */
  readonly user?: string;
  /** Of who logs in. */
  readonly password: SecretValue;
  /** PEM certificate authority of the server; without one, connections are not encrypted. */
  readonly certificateAuthority?: string;
  /** Where it is, for network policies of what connects to it. */
  readonly peers: readonly Peer[];
  /** What must be there before something logs in. */
  readonly ready: readonly ITerraformDependable[];
}
