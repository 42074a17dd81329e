import { type Body, defaults } from "../../body";
import type { About } from "../../collection";
import type { Route } from "../../route";
import type { Shape } from "../../shape";
import { checkEnumerations, checkFixed, computeCollection, urlOf, wrong } from "./kind";
import { checkTrafficRange } from "./range";
import { needNetwork } from "./reference";

/** https://cloud.google.com/compute/docs/reference/rest/v1/firewalls */
const ENUMERATIONS = {
  direction: ["INGRESS", "EGRESS"],
  "logConfig.metadata": ["EXCLUDE_ALL_METADATA", "INCLUDE_ALL_METADATA"],
};
const RULES: Shape = [{ IPProtocol: "text", ports: ["text"] }];
const FIREWALL: Shape = {
  name: "text",
  network: "text",
  direction: "text",
  priority: "number",
  allowed: RULES,
  denied: RULES,
  logConfig: { enable: "flag", metadata: "text" },
  sourceRanges: ["text"],
  destinationRanges: ["text"],
  sourceTags: ["text"],
  targetTags: ["text"],
  sourceServiceAccounts: ["text"],
  targetServiceAccounts: ["text"],
};
const PROTOCOLS = ["all", "tcp", "udp", "icmp", "esp", "ah", "ipip", "sctp"];
const WITH_PORTS = ["tcp", "udp", "sctp", "6", "17", "132"];

function accept(firewall: Body, { cloud, call, before }: About): void {
  firewall.network = urlOf(needNetwork(cloud, call.params.project ?? "", firewall.network ?? "default").path);
  defaults(firewall, { direction: "INGRESS", priority: 1000, disabled: false, logConfig: { enable: false } });
  checkEnumerations(firewall, ENUMERATIONS);
  checkFixed(firewall, before, ["network", "direction"]);
  const { priority, allowed = [], denied = [] } = firewall;
  if (!(Number.isInteger(priority) && priority >= 0 && priority <= 65535))
    throw wrong("priority", priority, "Must be from 0 to 65535.");
  if (Boolean(allowed.length) === Boolean(denied.length))
    throw wrong("allowed", "", "Exactly one of allowed and denied must be specified.");
  for (const [index, rule] of allowed.entries()) checkProtocol(`allowed[${index}]`, rule);
  for (const [index, rule] of denied.entries()) checkProtocol(`denied[${index}]`, rule);
  checkEnds(firewall);
}

/** https://cloud.google.com/firewall/docs/firewalls#protocols_and_ports */
function checkProtocol(field: string, { IPProtocol: protocol = "", ports = [] }: Body): void {
  if (!PROTOCOLS.includes(protocol.toLowerCase()) && !(/^\d{1,3}$/.test(protocol) && Number(protocol) <= 255))
    throw wrong(`${field}.IPProtocol`, protocol, "Invalid IP protocol specification.");
  if (ports.length && !WITH_PORTS.includes(protocol.toLowerCase()))
    throw wrong(`${field}.ports`, ports, `Ports cannot be specified with protocol ${protocol}.`);
  for (const port of ports) {
    const [, first, last = first] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(port) ?? [];
    if (first === undefined || Number(first) > Number(last) || Number(last) > 65535)
      throw wrong(`${field}.ports`, port, "Must be a port or a range of ports.");
  }
}

/** Where the traffic comes from and goes to: https://cloud.google.com/firewall/docs/firewalls#sources */
function checkEnds(firewall: Body): void {
  const { direction, sourceRanges = [], destinationRanges = [], sourceTags = [], targetTags = [] } = firewall;
  const { sourceServiceAccounts = [], targetServiceAccounts = [] } = firewall;
  if (direction === "EGRESS" && sourceTags.length)
    throw wrong("sourceTags", sourceTags, "Source tags cannot be specified with direction EGRESS.");
  if ([...sourceServiceAccounts, ...targetServiceAccounts].length && [...sourceTags, ...targetTags].length)
    throw wrong("targetTags", targetTags, "Tags cannot be specified with service accounts.");
  for (const field of ["sourceRanges", "destinationRanges"])
    for (const [index, text] of (firewall[field] ?? []).entries()) checkTrafficRange(`${field}[${index}]`, text);
  if (direction === "EGRESS" && !destinationRanges.length) firewall.destinationRanges = ["0.0.0.0/0"];
  if (direction === "INGRESS" && ![...sourceRanges, ...sourceTags, ...sourceServiceAccounts].length)
    firewall.sourceRanges = ["0.0.0.0/0"];
}

/** https://cloud.google.com/compute/docs/reference/rest/v1/firewalls */
export const firewalls: Route[] = computeCollection({
  at: "projects/{project}/global/firewalls",
  type: "google_compute_firewall",
  shape: FIREWALL,
  accept,
});
