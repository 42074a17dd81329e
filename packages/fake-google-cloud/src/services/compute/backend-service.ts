import { createHash } from "node:crypto";
import { type Body, defaults } from "../../body";
import type { About } from "../../collection";
import type { Route } from "../../route";
import type { Shape } from "../../shape";
import { action, checkEnumerations, computeCollection, PLACES, urlOf, wrong } from "./kind";
import { needAt, pathOf, placeOf } from "./reference";

/** https://cloud.google.com/compute/docs/reference/rest/v1/backendServices */
const ENUMERATIONS = {
  loadBalancingScheme: ["EXTERNAL", "EXTERNAL_MANAGED", "INTERNAL", "INTERNAL_MANAGED", "INTERNAL_SELF_MANAGED"],
  protocol: ["GRPC", "H2C", "HTTP", "HTTP2", "HTTPS", "SSL", "TCP", "UDP", "UNSPECIFIED"],
  sessionAffinity: [
    ...["NONE", "CLIENT_IP", "CLIENT_IP_NO_DESTINATION", "CLIENT_IP_PORT_PROTO", "CLIENT_IP_PROTO"],
    ...["GENERATED_COOKIE", "HEADER_FIELD", "HTTP_COOKIE", "STRONG_COOKIE_AFFINITY"],
  ],
};
const BACKEND_SERVICE: Shape = {
  name: "text",
  description: "text",
  protocol: "text",
  portName: "text",
  port: "number",
  timeoutSec: "number",
  loadBalancingScheme: "text",
  sessionAffinity: "text",
  affinityCookieTtlSec: "number",
  healthChecks: ["text"],
  securityPolicy: "text",
  backends: [{ group: "text", balancingMode: "text" }],
  connectionDraining: { drainingTimeoutSec: "number" },
  iap: { enabled: "flag", oauth2ClientId: "text", oauth2ClientSecret: "text" },
  enableCDN: "flag",
};

/** Protocols whose backends have a port by default. */
const WITH_PORT = ["HTTP", "HTTPS", "HTTP2"];

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

function accept(service: Body, { cloud, call, path }: About): void {
  const { project = "" } = call.params;
  checkEnumerations(service, ENUMERATIONS);
  if (service.timeoutSec !== undefined && !(service.timeoutSec >= 1))
    throw wrong("timeoutSec", service.timeoutSec, "Must be at least 1.");
  // A region's backends may be checked globally: https://cloud.google.com/load-balancing/docs/health-check-concepts
  service.healthChecks = (service.healthChecks ?? []).map((check: string) => {
    const place = pathOf(check, project).includes("/global/") ? "global" : placeOf(path);
    return needAt(cloud, project, place, check, "healthChecks", "healthChecks");
  });
  if (!service.healthChecks.length) delete service.healthChecks;
  // Groups of machines are those of node pools and controllers too, which are not looked for here.
  for (const backend of service.backends ?? [])
    if (backend.group) backend.group = urlOf(pathOf(backend.group, project));
  if (service.securityPolicy)
    service.securityPolicy = needAt(
      cloud,
      project,
      placeOf(path),
      service.securityPolicy,
      "securityPolicy",
      "securityPolicies",
    );
  defaults(service, {
    description: "",
    affinityCookieTtlSec: 0,
    connectionDraining: { drainingTimeoutSec: 0 },
    loadBalancingScheme: "EXTERNAL",
    sessionAffinity: "NONE",
    timeoutSec: 30,
    ...(WITH_PORT.includes(service.protocol) && { port: 80, portName: "http" }),
  });
  // The secret is never answered.
  const { oauth2ClientSecret: secret, ...iap } = service.iap ?? {};
  if (service.iap) service.iap = { ...iap, oauth2ClientSecretSha256: sha256(secret ?? "") };
  service.fingerprint = String(cloud.next());
}

/** Where a load balancer's requests end: https://cloud.google.com/compute/docs/reference/rest/v1/backendServices */
export const backendServices: Route[] = PLACES.flatMap((place) => {
  const at = `${place}/backendServices`;
  const kind = { at, type: "google_compute_backend_service", shape: BACKEND_SERVICE, accept } as const;
  return [
    ...computeCollection({ ...kind, update: "PUT" }),
    action(
      at,
      "setSecurityPolicy",
      (service, { securityPolicy }, { cloud, path }) => {
        const [, project = ""] = path.split("/");
        if (securityPolicy)
          service.securityPolicy = needAt(
            cloud,
            project,
            placeOf(path),
            securityPolicy,
            "securityPolicy",
            "securityPolicies",
          );
        else delete service.securityPolicy;
      },
      { shape: { securityPolicy: "text" } },
    ),
  ];
});
