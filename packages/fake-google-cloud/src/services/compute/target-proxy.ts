import { notFound } from "../../api-error";
import { type Body, defaults } from "../../body";
import type { Cloud } from "../../cloud";
import type { Route } from "../../route";
import type { Shape } from "../../shape";
import { action, checkEnumerations, computeCollection, PLACES, urlOf, wrong } from "./kind";
import { needAt, needNetwork, placeOf } from "./reference";

const HTTPS_PROXY: Shape = {
  name: "text",
  description: "text",
  urlMap: "text",
  sslPolicy: "text",
  sslCertificates: ["text"],
  certificateMap: "text",
  quicOverride: "text",
  tlsEarlyData: "text",
};

/** https://cloud.google.com/compute/docs/reference/rest/v1/targetHttpsProxies */
const ENUMERATIONS = {
  quicOverride: ["NONE", "ENABLE", "DISABLE"],
  tlsEarlyData: ["STRICT", "PERMISSIVE", "UNRESTRICTED", "DISABLED"],
};

/** A proxy as it is asked for, and where. */
interface Place {
  readonly cloud: Cloud;
  readonly project: string;
  readonly place: string;
  readonly path: string;
}

const refersTo = (proxy: Body, field: string, collection: string, { cloud, project, place }: Place): void => {
  if (!proxy[field]) throw wrong(field, "", "The field must be specified.");
  proxy[field] = needAt(cloud, project, place, proxy[field], field, collection);
};

const acceptHttp = (proxy: Body, at: Place): void => refersTo(proxy, "urlMap", "urlMaps", at);

function acceptGrpc(proxy: Body, at: Place): void {
  acceptHttp(proxy, at);
  proxy.selfLinkWithId = urlOf(at.path);
}

function acceptTcp(proxy: Body, at: Place): void {
  refersTo(proxy, "service", "backendServices", at);
  checkEnumerations(proxy, { proxyHeader: ["NONE", "PROXY_V1"] });
  defaults(proxy, { proxyHeader: "NONE" });
}

function acceptSsl(proxy: Body, at: Place): void {
  acceptTcp(proxy, at);
  acceptCertificates(proxy, at);
}

function acceptHttps(proxy: Body, at: Place): void {
  acceptHttp(proxy, at);
  acceptCertificates(proxy, at);
  checkEnumerations(proxy, ENUMERATIONS);
  defaults(proxy, { tlsEarlyData: "DISABLED" });
}

/** What certificates of Certificate Manager are called by. */
const MANAGER = "//certificatemanager.googleapis.com/";

/** https://cloud.google.com/load-balancing/docs/ssl-certificates */
function acceptCertificates(proxy: Body, { cloud, project, place }: Place): void {
  const { sslPolicy, sslCertificates = [], certificateMap } = proxy;
  if (sslPolicy) proxy.sslPolicy = needAt(cloud, project, place, sslPolicy, "sslPolicy", "sslPolicies");
  if (!sslCertificates.length && !certificateMap)
    throw wrong("sslCertificates", "", "An SSL certificate or a certificate map must be specified.");
  if (sslCertificates.length > 15)
    throw wrong("sslCertificates", sslCertificates.length, "There must be at most 15 certificates.");
  const managed = (name: string) => {
    const path = name.replace(MANAGER, "");
    cloud.need(`certificatemanager/${path}`, notFound(`The resource '${path}' was not found`));
  };
  proxy.sslCertificates = sslCertificates.map((one: string) => {
    if (!one.startsWith(MANAGER)) return needAt(cloud, project, place, one, "sslCertificates", "sslCertificates");
    managed(one);
    return one;
  });
  if (!sslCertificates.length) delete proxy.sslCertificates;
  if (certificateMap) managed(certificateMap);
}

/** A kind of proxy. https://cloud.google.com/compute/docs/reference/rest/v1/targetHttpsProxies and its neighbors */
interface Kind {
  readonly collection: string;
  readonly accept: (proxy: Body, at: Place) => void;
  readonly shape: Shape;
  readonly hasFingerprint?: boolean;
  /** Whether global ones, or those in regions too, can be patched; by default none. */
  readonly patched?: "global" | "everywhere";
  /** The verbs that set one field, with the field's shape; some leave `global` out of their path. */
  readonly setters?: Readonly<Record<string, Shape>>;
  readonly withoutGlobal?: readonly string[];
  /** The verbs that proxies in regions have. Without it, there are none in regions. */
  readonly inRegions?: readonly string[];
}

const TCP_PROXY: Shape = { name: "text", description: "text", service: "text", proxyHeader: "text" };

const KINDS: readonly Kind[] = [
  {
    collection: "targetHttpProxies",
    accept: acceptHttp,
    shape: { name: "text", urlMap: "text" },
    hasFingerprint: true,
    patched: "global",
    setters: { urlMap: "text" },
    withoutGlobal: ["urlMap"],
    inRegions: ["urlMap"],
  },
  {
    collection: "targetHttpsProxies",
    accept: acceptHttps,
    shape: HTTPS_PROXY,
    hasFingerprint: true,
    patched: "everywhere",
    setters: {
      urlMap: "text",
      sslCertificates: ["text"],
      certificateMap: "text",
      sslPolicy: "text",
      quicOverride: "text",
    },
    withoutGlobal: ["urlMap", "sslCertificates"],
    inRegions: ["urlMap", "sslCertificates"],
  },
  {
    collection: "targetGrpcProxies",
    accept: acceptGrpc,
    shape: { name: "text", description: "text", urlMap: "text", validateForProxyless: "flag" },
    hasFingerprint: true,
    patched: "global",
  },
  {
    collection: "targetTcpProxies",
    accept: acceptTcp,
    shape: TCP_PROXY,
    setters: { proxyHeader: "text" },
    inRegions: [],
  },
  {
    collection: "targetSslProxies",
    accept: acceptSsl,
    shape: { ...TCP_PROXY, sslPolicy: "text", sslCertificates: ["text"], certificateMap: "text" },
    setters: { proxyHeader: "text", sslCertificates: ["text"], certificateMap: "text", sslPolicy: "text" },
  },
];

function proxies(
  place: string,
  { collection, accept, shape, hasFingerprint, patched, setters = {}, withoutGlobal = [], inRegions }: Kind,
): Route[] {
  const isGlobal = place === PLACES[0];
  const verbs = isGlobal ? Object.keys(setters) : inRegions;
  if (!verbs) return [];
  const at = `${place}/${collection}`;
  const within = (cloud: Cloud, path: string): Place => ({
    cloud,
    path,
    project: path.split("/")[1] as string,
    place: placeOf(path),
  });
  return [
    ...computeCollection({
      at,
      type: "google_compute_target_https_proxy",
      shape,
      accept(proxy, { cloud, path }) {
        accept(proxy, within(cloud, path));
        if (hasFingerprint) proxy.fingerprint = String(cloud.next());
      },
      update: patched === "everywhere" || (patched && isGlobal) ? "PATCH" : "none",
    }),
    ...verbs.map((field) =>
      action(
        withoutGlobal.includes(field) ? at.replace("/global", "") : at,
        `set${field[0]?.toUpperCase()}${field.slice(1)}`,
        (proxy, body, { cloud, path }) => {
          proxy[field] = body[field];
          accept(proxy, within(cloud, path));
        },
        { shape: { [field]: setters[field] as Shape } },
      ),
    ),
  ];
}

/** Classic VPN gateways, which forwarding rules of a region send ESP and UDP to. https://cloud.google.com/compute/docs/reference/rest/v1/targetVpnGateways */
const vpnGateways: Route[] = computeCollection({
  at: `${PLACES[1]}/targetVpnGateways`,
  type: "google_compute_vpn_gateway",
  shape: { name: "text", description: "text", network: "text" },
  accept(gateway, { cloud, call }) {
    gateway.network = urlOf(needNetwork(cloud, call.params.project as string, gateway.network ?? "").path);
  },
  update: "none",
});

/** What forwarding rules send traffic to. */
export const targets: Route[] = [
  ...PLACES.flatMap((place) => KINDS.flatMap((kind) => proxies(place, kind))),
  ...vpnGateways,
];
