import { unknownHere } from "../../api-error";
import { type Body, defaults } from "../../body";
import type { Cloud } from "../../cloud";
import type { About } from "../../collection";
import type { Route } from "../../route";
import { type Shape, TEXTS } from "../../shape";
import { freeIp } from "./address";
import { action, checkEnumerations, computeCollection, setLabels, urlOf, wrong } from "./kind";
import { needGlobal, pathOf } from "./reference";

const AT = "projects/{project}/global/forwardingRules";

const RULE: Shape = {
  name: "text",
  description: "text",
  IPAddress: "text",
  IPProtocol: "text",
  loadBalancingScheme: "text",
  networkTier: "text",
  portRange: "text",
  target: "text",
  labels: TEXTS,
};

/** https://cloud.google.com/compute/docs/reference/rest/v1/globalForwardingRules */
const ENUMERATIONS = {
  IPProtocol: ["TCP", "UDP", "ESP", "AH", "SCTP", "ICMP", "L3_DEFAULT"],
  loadBalancingScheme: ["EXTERNAL", "EXTERNAL_MANAGED", "INTERNAL_MANAGED", "INTERNAL_SELF_MANAGED"],
  networkTier: ["PREMIUM", "STANDARD"],
};

/** The IP address that is meant: a reserved one, by its URL or in digits, or any that is free. */
function ipAddress(cloud: Cloud, project: string, reference?: string): string {
  if (!reference) return freeIp(cloud);
  const addresses = cloud.store.members(`compute/projects/${project}/global/addresses`);
  if (/^[\d.]+$/.test(reference)) {
    if (!addresses.some(({ address, addressType }) => address === reference && addressType === "EXTERNAL"))
      throw wrong("IPAddress", reference, "Invalid IP address specified.");
    return reference;
  }
  const url = needGlobal(cloud, project, reference, "IPAddress", "addresses");
  return addresses.find(({ selfLink }) => selfLink === url)?.address;
}

function targetUrl(cloud: Cloud, project: string, reference: string): string {
  const [, kind] = /\/(targetHttps?Proxies)\//.exec(pathOf(reference, project)) ?? [];
  if (!kind) throw unknownHere("the fake knows forwarding rules to HTTP and HTTPS proxies only");
  return needGlobal(cloud, project, reference, "target", kind);
}

function accept(rule: Body, { cloud, call, path, before }: About): void {
  const { project = "" } = call.params;
  if (!rule.target) throw wrong("target", "", "The field must be specified.");
  checkEnumerations(rule, ENUMERATIONS);
  rule.target = targetUrl(cloud, project, rule.target);
  rule.IPAddress = before?.IPAddress ?? ipAddress(cloud, project, rule.IPAddress);
  defaults(rule, { IPProtocol: "TCP", loadBalancingScheme: "EXTERNAL", networkTier: "PREMIUM" });
  const [, from, to = from] = /^(\d+)(?:-(\d+))?$/.exec(rule.portRange ?? "") ?? [];
  if (!from || from !== to || Number(from) < 1 || Number(from) > 65535)
    throw wrong("portRange", rule.portRange, "Must be one port from 1 to 65535.");
  rule.portRange = `${from}-${to}`;
  const others = cloud.store
    .members(`compute/projects/${project}/global/forwardingRules`)
    .filter(({ selfLink }) => selfLink !== urlOf(path));
  if (others.some((other) => other.IPAddress === rule.IPAddress && other.portRange === rule.portRange))
    throw wrong("IPAddress", rule.IPAddress, "Specified IP address is in-use and would result in a conflict.");
  if (!before) delete rule.labels; // as recorded: a rule gets its labels by setLabels
  defaults(rule, { labelFingerprint: String(cloud.next()) });
  rule.fingerprint = String(cloud.next());
}

/** What listens on an address: https://cloud.google.com/compute/docs/reference/rest/v1/globalForwardingRules */
export const forwardingRules: Route[] = [
  ...computeCollection({ at: AT, type: "google_compute_global_forwarding_rule", shape: RULE, accept }),
  setLabels(AT),
  action(
    AT,
    "setTarget",
    (rule, { target = "" }, { cloud, path }) => {
      rule.target = targetUrl(cloud, path.split("/")[1] as string, target);
    },
    { shape: { target: "text" } },
  ),
];
