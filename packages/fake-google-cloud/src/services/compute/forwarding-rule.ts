import { type Body, defaults } from "../../body";
import type { Cloud } from "../../cloud";
import type { About } from "../../collection";
import type { Route } from "../../route";
import { type Shape, TEXTS } from "../../shape";
import { freeIp } from "./address";
import { action, checkEnumerations, computeCollection, PLACES, setLabels, urlOf, wrong } from "./kind";
import { needAt, needNetwork, needSubnetwork, pathOf, placeOf } from "./reference";

const RULE: Shape = {
  name: "text",
  description: "text",
  IPAddress: "text",
  IPProtocol: "text",
  loadBalancingScheme: "text",
  networkTier: "text",
  portRange: "text",
  ports: ["text"],
  allPorts: "flag",
  target: "text",
  backendService: "text",
  network: "text",
  subnetwork: "text",
  serviceLabel: "text",
  labels: TEXTS,
};

/** https://cloud.google.com/compute/docs/reference/rest/v1/forwardingRules */
const ENUMERATIONS = {
  IPProtocol: ["TCP", "UDP", "ESP", "AH", "SCTP", "ICMP", "L3_DEFAULT"],
  loadBalancingScheme: ["EXTERNAL", "EXTERNAL_MANAGED", "INTERNAL", "INTERNAL_MANAGED", "INTERNAL_SELF_MANAGED"],
  networkTier: ["PREMIUM", "STANDARD"],
};

/** Bundles of Google's APIs, which a rule sends to by name. https://cloud.google.com/vpc/docs/configure-private-service-connect-apis */
const BUNDLES = ["all-apis", "vpc-sc"];
/** Kinds of targets that listen on one port. */
const PROXIES = /^target(Grpc|Https?|Ssl|Tcp)Proxies$/;
const TARGETS = /\/(target(?:Grpc|Https?|Ssl|Tcp)Proxies|targetVpnGateways|serviceAttachments)\//;

/**
 * The IP address that is meant: a reserved one, by its URL or in digits, or any that is free. An address of the rule's own
 * network need not be reserved.
 */
function ipAddress(cloud: Cloud, rule: Body, project: string, place: string): string {
  const { IPAddress: reference, loadBalancingScheme: scheme } = rule;
  if (!reference) return freeIp(cloud);
  // A network that projects share has its addresses with it: https://cloud.google.com/vpc/docs/shared-vpc
  const [, host = project] = /projects\/([^/]+)\//.exec(rule.network ?? "") ?? [];
  const addresses = [...new Set([project, host])].flatMap((owner) =>
    cloud.store.members(`compute/projects/${owner}/${place}/addresses`),
  );
  if (/^[\d.]+$/.test(reference)) {
    const isExternal = scheme.startsWith("EXTERNAL");
    const isReserved = addresses.some(
      ({ address, addressType }) => address === reference && (addressType !== "INTERNAL") === isExternal,
    );
    if (!isReserved && !scheme.startsWith("INTERNAL"))
      throw wrong("IPAddress", reference, "Invalid IP address specified.");
    return reference;
  }
  const url = needAt(cloud, project, place, reference, "IPAddress", "addresses");
  return addresses.find(({ selfLink }) => selfLink === url)?.address;
}

/** What a rule sends to. A service attachment may be another project's, which is not looked for. */
function targetUrl(cloud: Cloud, project: string, place: string, reference: string): { kind: string; target: string } {
  if (BUNDLES.includes(reference)) return { kind: "bundle", target: reference };
  const path = pathOf(reference, project);
  const [, kind] = TARGETS.exec(path) ?? [];
  if (!kind) throw wrong("target", reference, "It is no target of a forwarding rule.");
  if (kind === "serviceAttachments") return { kind, target: urlOf(path) };
  return { kind, target: needAt(cloud, project, place, reference, "target", kind) };
}

function accept(rule: Body, about: About): void {
  const { cloud, path, before } = about;
  const [, project = ""] = path.split("/");
  const place = placeOf(path);
  if (Boolean(rule.target) === Boolean(rule.backendService))
    throw wrong("target", rule.target, "Exactly one of target and backendService must be specified.");
  checkEnumerations(rule, ENUMERATIONS);
  defaults(rule, { IPProtocol: "TCP", loadBalancingScheme: "EXTERNAL", networkTier: "PREMIUM" });
  const { kind, target } = rule.target
    ? targetUrl(cloud, project, place, rule.target)
    : { kind: "", target: undefined };
  if (target) rule.target = target;
  else rule.backendService = needAt(cloud, project, place, rule.backendService, "backendService", "backendServices");
  rule.IPAddress = before?.IPAddress ?? ipAddress(cloud, rule, project, place);
  acceptNetwork(rule, about);
  acceptPort(rule, kind);
  const others = cloud.store
    .members(`compute/projects/${project}/${place}/forwardingRules`)
    .filter(({ selfLink }) => selfLink !== urlOf(path));
  const same = ["IPAddress", "IPProtocol", "portRange"] as const;
  if (rule.portRange && others.some((other) => same.every((field) => other[field] === rule[field])))
    throw wrong("IPAddress", rule.IPAddress, "Specified IP address is in-use and would result in a conflict.");
  complete(rule, about, kind);
}

/** Rules of a network are in its `default` one unless they say which. */
function acceptNetwork(rule: Body, { cloud, call, path }: About): void {
  const { project = "", region = "" } = call.params;
  const { loadBalancingScheme: scheme } = rule;
  if (rule.subnetwork) rule.subnetwork = urlOf(needSubnetwork(cloud, project, region, rule.subnetwork).path);
  if (rule.network || scheme === "INTERNAL_SELF_MANAGED" || (region && scheme.startsWith("INTERNAL")))
    rule.network = urlOf(needNetwork(cloud, path.split("/")[1] as string, rule.network ?? "default").path);
}

/** https://cloud.google.com/load-balancing/docs/forwarding-rule-concepts#port_specifications */
function acceptPort(rule: Body, kind: string): void {
  if (!PROXIES.test(kind) && rule.portRange === undefined) return;
  const [, from, to = from] = /^(\d+)(?:-(\d+))?$/.exec(rule.portRange ?? "") ?? [];
  if (!from || (from !== to && PROXIES.test(kind)) || Number(from) < 1 || Number(to) > 65535)
    throw wrong("portRange", rule.portRange, "Must be one port from 1 to 65535.");
  rule.portRange = `${from}-${to}`;
}

function complete(rule: Body, { cloud, call, path, before }: About, kind: string): void {
  const { project, region } = call.params;
  if (!rule.loadBalancingScheme) delete rule.loadBalancingScheme; // Private Service Connect has none
  if (!rule.allowGlobalAccess) delete rule.allowGlobalAccess;
  if (!before) delete rule.labels; // as recorded: a rule gets its labels by setLabels
  defaults(rule, { labelFingerprint: String(cloud.next()) });
  rule.fingerprint = String(cloud.next());
  if (region) rule.selfLinkWithId = urlOf(path);
  // https://cloud.google.com/load-balancing/docs/internal/internal-tcp-udp-lb#forwarding-rules-int-lb-dns
  if (rule.serviceLabel) rule.serviceName = `${rule.serviceLabel}.${rule.name}.il4.${region}.lb.${project}.internal`;
  if (kind !== "bundle") return;
  // https://cloud.google.com/vpc/docs/configure-private-service-connect-apis#service-directory
  const [network] = rule.network.split("/").slice(-1);
  defaults(rule, {
    pscConnectionId: String(cloud.next()),
    serviceDirectoryRegistrations: [
      { namespace: `goog-psc-${network}-${network}`, serviceDirectoryRegion: "us-central1" },
    ],
  });
}

/** What listens on an address: https://cloud.google.com/compute/docs/reference/rest/v1/forwardingRules and .../globalForwardingRules */
export const forwardingRules: Route[] = PLACES.flatMap((place) => {
  const at = `${place}/forwardingRules`;
  return [
    ...computeCollection({ at, type: "google_compute_global_forwarding_rule", shape: RULE, accept }),
    setLabels(at),
    action(
      at,
      "setTarget",
      (rule, { target = "" }, { cloud, path }) => {
        rule.target = targetUrl(cloud, path.split("/")[1] as string, placeOf(path), target).target;
      },
      { shape: { target: "text" } },
    ),
  ];
});
