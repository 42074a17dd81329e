import { notFound } from "../../api-error";
import { type Body, defaults } from "../../body";
import type { Cloud } from "../../cloud";
import type { About } from "../../collection";
import type { Route } from "../../route";
import type { Shape } from "../../shape";
import { action, checkEnumerations, computeCollection, wrong } from "./kind";
import { needGlobal } from "./reference";

const HTTP = "projects/{project}/global/targetHttpProxies";
const HTTPS = "projects/{project}/global/targetHttpsProxies";

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

/** Looks for what a proxy refers to. */
function acceptHttp(proxy: Body, cloud: Cloud, project: string): void {
  if (!proxy.urlMap) throw wrong("urlMap", "", "The field must be specified.");
  proxy.urlMap = needGlobal(cloud, project, proxy.urlMap, "urlMap", "urlMaps");
}

function acceptHttps(proxy: Body, cloud: Cloud, project: string): void {
  acceptHttp(proxy, cloud, project);
  const { sslPolicy, sslCertificates = [], certificateMap } = proxy;
  if (sslPolicy) proxy.sslPolicy = needGlobal(cloud, project, sslPolicy, "sslPolicy", "sslPolicies");
  if (!sslCertificates.length && !certificateMap)
    throw wrong("sslCertificates", "", "An SSL certificate or a certificate map must be specified.");
  if (sslCertificates.length > 15)
    throw wrong("sslCertificates", sslCertificates.length, "There must be at most 15 certificates.");
  proxy.sslCertificates = sslCertificates.map((one: string) =>
    needGlobal(cloud, project, one, "sslCertificates", "sslCertificates"),
  );
  if (!sslCertificates.length) delete proxy.sslCertificates;
  if (certificateMap) {
    const path = certificateMap.replace("//certificatemanager.googleapis.com/", "");
    cloud.need(`certificatemanager/${path}`, notFound(`The resource '${path}' was not found`));
  }
  checkEnumerations(proxy, ENUMERATIONS);
  defaults(proxy, { tlsEarlyData: "DISABLED" });
}

type Accept = typeof acceptHttp;

const proxies = (at: string, type: string, shape: Shape, accept: Accept): Route[] =>
  computeCollection({
    at,
    type,
    shape,
    accept(proxy: Body, { cloud, call }: About) {
      accept(proxy, cloud, call.params.project as string);
      proxy.fingerprint = String(cloud.next());
    },
  });

/** A call that sets one field. Some leave `global` out: .../rest/v1/targetHttpsProxies/setUrlMap */
const setter = (at: string, verb: string, field: string, accept: Accept, shape: Shape = "text"): Route =>
  action(
    at,
    verb,
    (proxy, body, { cloud, path }) => {
      proxy[field] = body[field];
      accept(proxy, cloud, path.split("/")[1] as string);
    },
    { shape: { [field]: shape } },
  );

const withoutGlobal = (at: string) => at.replace("/global", "");

/** https://cloud.google.com/compute/docs/reference/rest/v1/targetHttpProxies and .../targetHttpsProxies */
export const targetProxies: Route[] = [
  ...proxies(HTTP, "google_compute_target_http_proxy", { name: "text", urlMap: "text" }, acceptHttp),
  ...proxies(HTTPS, "google_compute_target_https_proxy", HTTPS_PROXY, acceptHttps),
  setter(withoutGlobal(HTTP), "setUrlMap", "urlMap", acceptHttp),
  setter(withoutGlobal(HTTPS), "setUrlMap", "urlMap", acceptHttps),
  setter(withoutGlobal(HTTPS), "setSslCertificates", "sslCertificates", acceptHttps, ["text"]),
  setter(HTTPS, "setCertificateMap", "certificateMap", acceptHttps),
  setter(HTTPS, "setSslPolicy", "sslPolicy", acceptHttps),
  setter(HTTPS, "setQuicOverride", "quicOverride", acceptHttps),
];
