import { invalid } from "../../api-error";
import { type Body, defaults } from "../../body";
import { type Shape, TEXTS } from "../../shape";
import { checkEnumeration, checkUserLabels, invalidField, missingField, seconds } from "./fields";

/** https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.uptimeCheckConfigs */
const RESOURCES = `
  aws_ec2_instance aws_elb_load_balancer cloud_run_revision gae_app gce_instance k8s_service servicedirectory_service
  uptime_url
`
  .trim()
  .split(/\s+/);
const CHECKERS = ["CHECKER_TYPE_UNSPECIFIED", "STATIC_IP_CHECKERS", "VPC_CHECKERS"];
const METHODS = ["METHOD_UNSPECIFIED", "GET", "POST"];
const MATCHERS = ["CONTAINS_STRING", "MATCHES_REGEX", "MATCHES_JSON_PATH"]
  .flatMap((matcher) => [matcher, `NOT_${matcher}`])
  .concat("CONTENT_MATCHER_OPTION_UNSPECIFIED");

/** As far as the fake looks into it. */
export const UPTIME_CHECK: Shape = {
  displayName: "text",
  monitoredResource: { type: "text", labels: TEXTS },
  resourceGroup: {},
  syntheticMonitor: {},
  httpCheck: { path: "text", port: "number", useSsl: "flag", requestMethod: "text", body: "text", headers: TEXTS },
  tcpCheck: { port: "number" },
  checkerType: "text",
  period: "text",
  timeout: "text",
  selectedRegions: ["text"],
  contentMatchers: [{ content: "text", matcher: "text" }],
  userLabels: TEXTS,
};

/** Places from which a region's checks come. https://cloud.google.com/monitoring/api/ref_v3/rest/v3/UptimeCheckRegion */
const REGIONS: Readonly<Record<string, number>> = {
  USA: 3,
  EUROPE: 1,
  SOUTH_AMERICA: 1,
  ASIA_PACIFIC: 1,
  USA_OREGON: 1,
  USA_IOWA: 1,
  USA_VIRGINIA: 1,
};

/**
 * Refuses what Google refuses of an uptime check and fills in what it fills in.
 * https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.uptimeCheckConfigs#UptimeCheckConfig
 */
export function acceptUptimeCheck(check: Body, project: string): void {
  const at = "uptime_check_config";
  if (!check.displayName) throw missingField(`${at}.display_name`);
  needOne(check, ["monitoredResource", "resourceGroup", "syntheticMonitor"]);
  if (!check.syntheticMonitor) needOne(check, ["httpCheck", "tcpCheck"]);
  checkResource(check.monitoredResource);
  checkEnumeration(`${at}.checker_type`, check.checkerType, CHECKERS);
  const { period = "60s", timeout } = check;
  if (![60, 300, 600, 900].includes(seconds(`${at}.period`, period)))
    throw invalidField(`${at}.period`, period, "The supported values are 60s, 300s, 600s and 900s.");
  const wait = seconds(`${at}.timeout`, timeout);
  if (wait < 1 || wait > 60) throw invalidField(`${at}.timeout`, timeout, "It must be between 1 and 60 seconds.");
  checkRegions(`${at}.selected_regions`, check.selectedRegions);
  checkRequest(check);
  checkUserLabels(`${at}.user_labels`, check.userLabels);

  defaults(check, { period, checkerType: "STATIC_IP_CHECKERS" });
  if (check.httpCheck) {
    defaults(check.httpCheck, { path: "/", port: check.httpCheck.useSsl ? 443 : 80, requestMethod: "GET" });
    if (!check.httpCheck.path.startsWith("/")) check.httpCheck.path = `/${check.httpCheck.path}`;
    if (check.httpCheck.validateSsl === false) delete check.httpCheck.validateSsl;
    completeRequest(check.httpCheck);
  }
  if (check.monitoredResource) defaults(check.monitoredResource, { labels: { project_id: project } });
}

/** What stands in an answer for what is secret. */
const MASK = "******";

/** https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.uptimeCheckConfigs#HttpCheck */
function completeRequest(httpCheck: Body): void {
  const { body, headers, maskHeaders, authInfo } = httpCheck;
  if (body) httpCheck.headers = { ...headers, "Content-Length": String(Buffer.from(body, "base64").length) };
  if (maskHeaders)
    httpCheck.headers = Object.fromEntries(Object.keys(httpCheck.headers ?? {}).map((name) => [name, MASK]));
  if (authInfo?.password) authInfo.password = MASK;
}

function needOne(check: Body, fields: readonly string[]): void {
  const set = fields.filter((field) => check[field] !== undefined);
  if (set.length !== 1)
    throw invalid(`An uptime check must have exactly one of ${fields.join(", ")}, not ${set.join(" and ") || "none"}.`);
}

/** https://cloud.google.com/monitoring/api/resources#tag_uptime_url */
function checkResource(resource?: Body): void {
  if (!resource) return;
  const at = "uptime_check_config.monitored_resource";
  if (!RESOURCES.includes(resource.type))
    throw invalidField(`${at}.type`, resource.type, "It is not supported for uptime checks.");
  if (resource.type !== "uptime_url") return;
  const { host } = resource.labels ?? {};
  if (!host) throw missingField(`${at}.labels[host]`);
  if (host.includes("/"))
    throw invalid(
      "A host name should not contain '/'. Consider moving everything following the first '/' to the 'path' field.; uptime_url check has malformed host",
    );
  if (!/^[\w.:[\]-]+$/.test(host)) throw invalid("uptime_url check has malformed host");
}

function checkRegions(at: string, regions: readonly string[] = []): void {
  for (const region of regions) checkEnumeration(at, region, Object.keys(REGIONS));
  const places = regions.reduce((sum, region) => sum + (REGIONS[region] as number), 0);
  if (regions.length > 0 && places < 3)
    throw invalidField(at, regions, "Enough regions to include a minimum of 3 locations must be selected.");
}

/** https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.uptimeCheckConfigs#HttpCheck */
function checkRequest({ httpCheck, tcpCheck, contentMatchers = [] }: Body): void {
  const at = "uptime_check_config";
  if (tcpCheck && !tcpCheck.port) throw missingField(`${at}.tcp_check.port`);
  for (const { port } of [httpCheck ?? {}, tcpCheck ?? {}])
    if (port < 1 || port > 65_535) throw invalidField(`${at}.port`, port, "It must be from 1 to 65535.");
  checkEnumeration(`${at}.http_check.request_method`, httpCheck?.requestMethod, METHODS);
  if (httpCheck?.body && httpCheck.requestMethod !== "POST")
    throw invalidField(`${at}.http_check.body`, httpCheck.body, "Only a POST request has a body.");
  if (Object.keys(httpCheck?.headers ?? {}).length > 100)
    throw invalidField(`${at}.http_check.headers`, "headers", "There can be up to 100 headers.");
  for (const { content = "", matcher } of contentMatchers) {
    checkEnumeration(`${at}.content_matchers.matcher`, matcher, MATCHERS);
    if (!content || Buffer.byteLength(content) > 1024)
      throw invalidField(`${at}.content_matchers.content`, content, "It must have from 1 to 1024 bytes.");
  }
}
