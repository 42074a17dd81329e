import type { Route } from "./route";

/** One of Google Cloud's services, as far as it is played here. */
export interface Service {
  /** First segment of the address that the provider is sent to. */
  readonly name: string;
  /** What a project must have enabled for the service to answer; nothing for what every project has. */
  readonly api?: string;
  /** The provider's `GOOGLE_<name>_CUSTOM_ENDPOINT` and what follows the service's name there. */
  readonly endpoints: Readonly<Record<string, string>>;
  /** The first that matches answers. */
  readonly routes: readonly Route[];
}
