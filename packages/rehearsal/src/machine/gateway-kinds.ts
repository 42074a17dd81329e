import { definition, type Schema } from "./custom-resources";

/**
 * The kinds that GKE defines in clusters with the Gateway API, as far as their fields are used: with their defaults, limits
 * and rules.
 * {@link https://github.com/kubernetes-sigs/gateway-api/tree/v1.4.0/config/crd/standard}
 * {@link https://github.com/GoogleCloudPlatform/gke-gateway-api/tree/v1.4.0/config/crd}
 */

const text = (more: Schema = {}): Schema => ({ type: "string", ...more });
const oneOf = (...values: readonly string[]): Schema => text({ enum: values });
const integer = (minimum: number, maximum: number, more: Schema = {}): Schema => ({
  type: "integer",
  minimum,
  maximum,
  ...more,
});
const list = (items: Schema, maxItems: number, more: Schema = {}): Schema => ({
  type: "array",
  items,
  maxItems,
  ...more,
});
const map: Schema = { type: "object", additionalProperties: text() };

/** A message. Fields whose names end with an exclamation mark are required. Rules are expressions in CEL, by their messages. */
const message = (fields: Readonly<Record<string, Schema>>, rules: Readonly<Record<string, string>> = {}): Schema => ({
  type: "object",
  required: Object.keys(fields).flatMap((name) => (name.endsWith("!") ? [name.slice(0, -1)] : [])),
  properties: Object.fromEntries(Object.entries(fields).map(([name, schema]) => [name.replace(/!$/, ""), schema])),
  "x-kubernetes-validations": Object.entries(rules).map(([message, rule]) => ({ message, rule })),
});

const DNS = "[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*";
const dnsName = text({ minLength: 1, maxLength: 253, pattern: `^${DNS}$` });
const hostname = text({ minLength: 1, maxLength: 253, pattern: `^(\\*\\.)?${DNS}$` });
const name = text({ minLength: 1, maxLength: 253 });
const port = integer(1, 65535);
const GATEWAY_API = "gateway.networking.k8s.io";

const gateway = message({
  "gatewayClassName!": name,
  addresses: list(
    message({
      type: text({ default: "IPAddress", maxLength: 253, pattern: "^(Hostname|IPAddress|NamedAddress|.+/.+)$" }),
      value: text({ maxLength: 253 }),
    }),
    16,
  ),
  "listeners!": {
    ...list(
      message(
        {
          "name!": dnsName,
          "port!": port,
          "protocol!": text({ minLength: 1, maxLength: 255 }),
          hostname,
          tls: message(
            {
              mode: { ...oneOf("Terminate", "Passthrough"), default: "Terminate" },
              certificateRefs: list(
                message({ group: text({ default: "" }), kind: text({ default: "Secret" }), "name!": name }),
                64,
              ),
              options: { ...map, maxProperties: 16 },
            },
            {
              "certificateRefs or options must be specified when mode is Terminate":
                "self.mode != 'Terminate' || (has(self.certificateRefs) && size(self.certificateRefs) > 0) || (has(self.options) && size(self.options) > 0)",
            },
          ),
          allowedRoutes: {
            ...message({
              namespaces: { ...message({ from: oneOf("All", "Selector", "Same") }), default: { from: "Same" } },
            }),
            default: { namespaces: { from: "Same" } },
          },
        },
        {
          "tls must not be specified for protocol HTTP": "self.protocol != 'HTTP' || !has(self.tls)",
        },
      ),
      64,
      { minItems: 1, "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"] },
    ),
  },
});

const headerName = text({ minLength: 1, maxLength: 256, pattern: "^[A-Za-z0-9!#$%&'*+\\-.^_`|~]+$" });
const headers = list(message({ "name!": headerName, "value!": text({ minLength: 1, maxLength: 4096 }) }), 16, {
  "x-kubernetes-list-type": "map",
  "x-kubernetes-list-map-keys": ["name"],
});
const modifier = message({ set: headers, add: headers, remove: list(text(), 16) });
const SOME = [{ path: { type: "PathPrefix", value: "/" } }];

const filter = message(
  {
    "type!": oneOf(
      "RequestHeaderModifier",
      "ResponseHeaderModifier",
      "RequestMirror",
      "RequestRedirect",
      "URLRewrite",
      "ExtensionRef",
    ),
    requestHeaderModifier: modifier,
    responseHeaderModifier: modifier,
    requestRedirect: message({
      scheme: oneOf("http", "https"),
      hostname: dnsName,
      port,
      statusCode: { type: "integer", enum: [301, 302], default: 302 },
    }),
  },
  {
    "filter.responseHeaderModifier and its type belong together":
      "has(self.responseHeaderModifier) == (self.type == 'ResponseHeaderModifier')",
    "filter.requestRedirect and its type belong together":
      "has(self.requestRedirect) == (self.type == 'RequestRedirect')",
  },
);
const filters = list(filter, 16, {
  "x-kubernetes-validations": ["ResponseHeaderModifier", "RequestRedirect"].map((type) => ({
    message: `${type} filter cannot be repeated`,
    rule: `self.filter(f, f.type == '${type}').size() <= 1`,
  })),
});

const path = {
  ...message(
    {
      type: { ...oneOf("Exact", "PathPrefix", "RegularExpression"), default: "PathPrefix" },
      value: text({ default: "/", maxLength: 1024 }),
    },
    {
      "value must be an absolute path": "self.type == 'RegularExpression' || self.value.startsWith('/')",
      "must not contain '//', '/./' or '/../'":
        "self.type == 'RegularExpression' || !self.value.matches('//|/[.][.]?(/|$)')",
      "must only contain valid characters":
        "self.type == 'RegularExpression' || self.value.matches(r\"^(?:[-A-Za-z0-9/._~!$&'()*+,;=:@]|%[0-9a-fA-F]{2})+$\")",
    },
  ),
  default: { type: "PathPrefix", value: "/" },
};

const httpRoute = message({
  parentRefs: list(
    message({
      group: text({ default: GATEWAY_API }),
      kind: text({ default: "Gateway" }),
      "name!": name,
      namespace: dnsName,
      sectionName: dnsName,
      port,
    }),
    32,
  ),
  hostnames: list(hostname, 16),
  rules: list(
    message(
      {
        matches: {
          ...list(message({ path, method: text(), headers: list(map, 16), queryParams: list(map, 16) }), 64),
          default: SOME,
        },
        filters,
        backendRefs: list(
          message(
            {
              group: text({ default: "" }),
              kind: text({ default: "Service" }),
              "name!": name,
              namespace: dnsName,
              port,
              weight: integer(0, 1_000_000, { default: 1 }),
              filters,
            },
            { "Must have port for Service reference": "self.kind != 'Service' || has(self.port)" },
          ),
          16,
        ),
        timeouts: message({ request: text(), backendRequest: text() }),
      },
      {
        "RequestRedirect filter must not be used together with backendRefs":
          "!has(self.backendRefs) || size(self.backendRefs) == 0 || !has(self.filters) || self.filters.all(f, !has(f.requestRedirect))",
      },
    ),
    16,
    { default: [{ matches: SOME }] },
  ),
});

const policy = (settings: Schema): Schema =>
  message({
    default: settings,
    "targetRef!": message({ "group!": text(), "kind!": name, "name!": name, namespace: dnsName }),
  });

const backendPolicy = policy(
  message({
    securityPolicy: text(),
    timeoutSec: integer(1, 2 ** 31 - 1),
    maxRatePerEndpoint: integer(1, 1_000_000_000),
    connectionDraining: message({ drainingTimeoutSec: integer(0, 3600) }),
    sessionAffinity: message({
      type: oneOf(
        "CLIENT_IP",
        "CLIENT_IP_PORT_PROTO",
        "CLIENT_IP_PROTO",
        "GENERATED_COOKIE",
        "HEADER_FIELD",
        "HTTP_COOKIE",
        "NONE",
      ),
      cookieTtlSec: integer(0, 1_209_600),
    }),
    logging: message({ enabled: { type: "boolean" }, sampleRate: integer(0, 1_000_000) }),
  }),
);

const healthCheck = message(
  {
    portSpecification: oneOf("USE_FIXED_PORT", "USE_NAMED_PORT", "USE_SERVING_PORT"),
    port,
    portName: text({ maxLength: 63 }),
    host: text({ maxLength: 2048 }),
    requestPath: text({ maxLength: 2048, pattern: "/[A-Za-z0-9/\\-._~%!?$&'()*+,;=:]*$" }),
    response: text({ maxLength: 1024 }),
  },
  {
    "port and portName must be unset for portSpecification being USE_SERVING_PORT (which is the default)":
      "self.portSpecification != 'USE_SERVING_PORT' || (!has(self.port) && !has(self.portName))",
  },
);

const healthCheckPolicy = policy(
  message(
    {
      checkIntervalSec: integer(1, 300),
      timeoutSec: integer(1, 300),
      unhealthyThreshold: integer(1, 10),
      healthyThreshold: integer(1, 10),
      config: {
        ...message(
          { type: oneOf("TCP", "HTTP", "HTTPS", "HTTP2", "GRPC"), httpHealthCheck: healthCheck },
          { "httpHealthCheck must be specified for type HTTP": "self.type != 'HTTP' || has(self.httpHealthCheck)" },
        ),
        minProperties: 2,
        maxProperties: 2,
      },
    },
    {
      "timeoutSec cannot exceed checkIntervalSec":
        "(has(self.timeoutSec) ? self.timeoutSec : 5) <= (has(self.checkIntervalSec) ? self.checkIntervalSec : 5)",
    },
  ),
);

const gatewayPolicy = policy(message({ sslPolicy: text(), allowGlobalAccess: { type: "boolean" }, region: text() }));

export const GATEWAY_KINDS = [
  definition(`${GATEWAY_API}/v1 Gateway gateways`, gateway),
  definition(`${GATEWAY_API}/v1 HTTPRoute`, httpRoute),
  definition("networking.gke.io/v1 GCPBackendPolicy", backendPolicy),
  definition("networking.gke.io/v1 HealthCheckPolicy", healthCheckPolicy),
  definition("networking.gke.io/v1 GCPGatewayPolicy", gatewayPolicy),
];
