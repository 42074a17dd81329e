import { type Body, defaults } from "../../body";
import type { Route } from "../../route";
import type { Shape } from "../../shape";
import { checkEnumerations, computeCollection, PLACES, wrong } from "./kind";

/** The field and the default port of each type. https://cloud.google.com/compute/docs/reference/rest/v1/healthChecks */
const TYPES: Readonly<Record<string, readonly [field: string, port: number]>> = {
  GRPC: ["grpcHealthCheck", 0],
  GRPC_WITH_TLS: ["grpcTlsHealthCheck", 0],
  HTTP: ["httpHealthCheck", 80],
  HTTP2: ["http2HealthCheck", 443],
  HTTPS: ["httpsHealthCheck", 443],
  SSL: ["sslHealthCheck", 443],
  TCP: ["tcpHealthCheck", 80],
};
const PROBE: Shape = {
  port: "number",
  portName: "text",
  portSpecification: "text",
  proxyHeader: "text",
  requestPath: "text",
};
const HEALTH_CHECK: Shape = {
  name: "text",
  description: "text",
  type: "text",
  checkIntervalSec: "number",
  timeoutSec: "number",
  healthyThreshold: "number",
  unhealthyThreshold: "number",
  sourceRegions: ["text"],
  logConfig: { enable: "flag" },
  ...Object.fromEntries(Object.values(TYPES).map(([field]) => [field, PROBE])),
};

function accept(check: Body): void {
  const fields = Object.entries(TYPES).filter(([, [field]]) => check[field]);
  const [only] = fields;
  if (!only || fields.length > 1)
    throw wrong("type", check.type, "Exactly one protocol-specific health check field must be set.");
  const [type, [field, port]] = only;
  defaults(check, { type, checkIntervalSec: 5, timeoutSec: 5, healthyThreshold: 2, unhealthyThreshold: 2 });
  checkEnumerations(check, { type: [type], [`${field}.proxyHeader`]: ["NONE", "PROXY_V1"] });
  for (const threshold of ["healthyThreshold", "unhealthyThreshold"])
    if (!(check[threshold] >= 1 && check[threshold] <= 10))
      throw wrong(threshold, check[threshold], "Must be from 1 to 10.");
  for (const seconds of ["checkIntervalSec", "timeoutSec"])
    if (!(check[seconds] >= 1 && check[seconds] <= 300)) throw wrong(seconds, check[seconds], "Must be from 1 to 300.");
  if (check.timeoutSec > check.checkIntervalSec)
    throw wrong("timeoutSec", check.timeoutSec, "It must not be greater than checkIntervalSec.");
  if (type.startsWith("GRPC")) return;
  if (!check[field].portName && !check[field].portSpecification) defaults(check[field], { port });
  defaults(check[field], { proxyHeader: "NONE", requestPath: type.startsWith("HTTP") ? "/" : undefined });
}

/** What tells whether a backend answers: https://cloud.google.com/compute/docs/reference/rest/v1/healthChecks */
export const healthChecks: Route[] = PLACES.flatMap((place) =>
  computeCollection({
    at: `${place}/healthChecks`,
    type: "google_compute_health_check",
    shape: HEALTH_CHECK,
    accept,
    update: "PUT",
  }),
);
