import { PLATFORM_NAMES } from "../../facts/reserved";
import { type Allowance, INTERNET } from "../kubernetes/network-policy";

/**
 * What pods that call Google's APIs as their Google service account connect to, by name: the APIs, and the metadata
 * server, from which pods on Dataplane V2 get tokens of the account.
 * {@link https://cloud.google.com/kubernetes-engine/docs/how-to/workload-identity}
 */
export const GOOGLE_APIS: Readonly<Record<string, Allowance>> = {
  [PLATFORM_NAMES.internet]: { peers: [INTERNET], ports: [{ port: 443 }] },
  [PLATFORM_NAMES.metadataServer]: { peers: [{ range: "169.254.169.254/32" }], ports: [{ port: 80 }, { port: 8080 }] },
};
