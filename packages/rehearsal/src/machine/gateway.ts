import type { Body, LoadBalancer } from "@slipway/fake-google-cloud";
import { keyOf } from "./api-server";
import { wrongHeaders } from "./backend-config";
import { type Exists, type FrontEnd, missing, type Objects, type Outcome, type Status, SyncError } from "./front-end";

type Kinds = "gateways" | "routes" | "services" | "backendPolicies" | "healthCheckPolicies" | "gatewayPolicies";

/**
 * A Gateway of the class `gke-l7-global-external-managed`, with its HTTPRoutes and the policies of the Gateway and of
 * Services. One wrong route keeps the load balancer as it is.
 * {@link https://cloud.google.com/kubernetes-engine/docs/how-to/gatewayclass-capabilities}
 * {@link https://cloud.google.com/kubernetes-engine/docs/how-to/configure-gateway-resources}
 */
export const GATEWAY: FrontEnd = {
  apiVersion: "gateway.networking.k8s.io/v1",
  kind: "Gateway",
  controller: "sc-gateway-controller",
  lists: {
    gateways: "/apis/gateway.networking.k8s.io/v1/gateways",
    routes: "/apis/gateway.networking.k8s.io/v1/httproutes",
    services: "/api/v1/services",
    backendPolicies: "/apis/networking.gke.io/v1/gcpbackendpolicies",
    healthCheckPolicies: "/apis/networking.gke.io/v1/healthcheckpolicies",
    gatewayPolicies: "/apis/networking.gke.io/v1/gcpgatewaypolicies",
  } satisfies Record<Kinds, string>,
  isOurs: ({ spec }) => spec.gatewayClassName === "gke-l7-global-external-managed",
  balancerOf,
  statuses,
};

/** Why GKE does not translate a Gateway: its error and, if a route is wrong, the route. */
const untranslated = (gateway: Body, why: string, route?: Body): SyncError =>
  new SyncError("SYNC", `failed to translate Gateway "${keyOf(gateway)}": ${why}`, route && keyOf(route));

function balancerOf(gateway: Body, objects: Objects<Kinds>, exists: Exists): LoadBalancer {
  const invalid = (why: string) =>
    untranslated(gateway, `Error GWCER106: Gateway "${keyOf(gateway)}" is invalid, err: ${why}.`);
  const { namespace, name } = gateway.metadata;
  const [address, ...others] = gateway.spec.addresses ?? [];
  if (others.length) throw invalid("only one address is supported");
  if (address && address.type !== "NamedAddress")
    throw invalid(`unsupported address type "${address.type}", only "NamedAddress" is supported`);
  if (address && !exists("addresses", address.value)) throw invalid(`address "${address.value}" does not exist`);

  const backends = new Map<string, string | undefined>();
  const routes: LoadBalancer["routes"][number][] = [];
  for (const [listener, route] of attached(gateway, objects.routes)) {
    for (const rule of route.spec.rules) {
      const wrong = unsupported(rule);
      if (wrong)
        throw untranslated(
          gateway,
          `Error GWCER104: HTTPRoute "${keyOf(route)}" is misconfigured, err: ${wrong}`,
          route,
        );
      const weights = (rule.backendRefs ?? []).map((reference: Body) => {
        const [backend, policy] = backendOf(gateway, route, reference, objects);
        backends.set(backend, policy);
        return [backend, reference.weight] as const;
      });
      if (listener.protocol === "HTTPS")
        for (const host of route.spec.hostnames ?? ["*"])
          for (const { path } of rule.matches)
            routes.push({ host, path: path.value, backends: Object.fromEntries(weights) });
    }
  }
  const balancer = {
    name: `gkegw1-${namespace}-${name}`,
    backends: Object.fromEntries(backends),
    routes,
    ...certificatesOf(gateway),
    sslPolicy: policyOf(gateway, objects.gatewayPolicies, "Gateway", gateway)?.sslPolicy,
    address: address?.value,
  };
  const lacks = missing(balancer, exists);
  if (lacks)
    throw new SyncError(
      "SYNC",
      `generic::invalid_argument: error ensuring load balancer: Insert: The resource '${lacks.kind}/${lacks.name}' was not found`,
    );
  return balancer;
}

/** The certificates of the listener for HTTPS: a map, or those that it names. */
function certificatesOf(gateway: Body): Pick<LoadBalancer, "certificates" | "certificateMap"> {
  const certificateMap = gateway.metadata.annotations?.["networking.gke.io/certmap"];
  const listener = gateway.spec.listeners.find(({ protocol }: Body) => protocol === "HTTPS");
  const invalid = (why: string) =>
    untranslated(gateway, `Error GWCER105: Listener "${listener.name}" is invalid, err: ${why}.`);
  const named = listener?.tls?.options?.["networking.gke.io/pre-shared-certs"];
  if (listener?.tls?.certificateRefs?.length) throw invalid("the rehearsal knows no certificates in Secrets");
  if (certificateMap && named) throw invalid("it has a certificate map and certificates");
  if (listener && !certificateMap && !named) throw invalid("it has no certificates");
  return { certificates: named ? named.split(",") : [], certificateMap };
}

/** The routes of a Gateway's namespace that name one of its listeners, or each of them, with the listener. */
const attached = (gateway: Body, routes: Objects[string]): [listener: Body, route: Body][] =>
  [...routes.values()]
    .filter(({ metadata }) => metadata.namespace === gateway.metadata.namespace)
    .flatMap((route) =>
      parentsOf(gateway, route).flatMap(({ sectionName }) =>
        gateway.spec.listeners
          .filter((listener: Body) => sectionName === undefined || listener.name === sectionName)
          .map((listener: Body): [Body, Body] => [listener, route]),
      ),
    );

const parentsOf = (gateway: Body, { spec }: Body): Body[] =>
  (spec.parentRefs ?? []).filter(({ kind, name }: Body) => kind === "Gateway" && name === gateway.metadata.name);

/**
 * What GKE does not support in a rule.
 * {@link https://github.com/kubernetes-sigs/gateway-api/tree/main/conformance/reports/v1.3.0/gke-gateway}
 */
function unsupported({ matches, filters = [], backendRefs = [], timeouts }: Body): string | undefined {
  if (timeouts) return "Timeouts are not supported.";
  if (matches.some(({ path }: Body) => path.type === "RegularExpression"))
    return "Paths must start with a '/' character";
  if (matches.some(({ method }: Body) => method)) return "Method matching is not supported.";
  if (backendRefs.some((reference: Body) => reference.filters?.length)) return "Backend filters are not supported.";
  for (const { type, requestRedirect, responseHeaderModifier } of filters) {
    if (type === "ExtensionRef") return "Extension filters are not supported.";
    if (requestRedirect?.port) return "Port redirects are not supported.";
    const { set = [], add = [] } = responseHeaderModifier ?? {};
    const wrong = wrongHeaders([...set, ...add].map(({ name, value }: Body) => `${name}: ${value}`));
    if (wrong) return `response header "${wrong[0]}": ${wrong[1]}`;
  }
  return undefined;
}

/** A route's backend service, and its Cloud Armor policy. */
function backendOf(
  gateway: Body,
  route: Body,
  { name, port }: Body,
  { services, backendPolicies, healthCheckPolicies }: Objects<Kinds>,
): [backend: string, securityPolicy: string | undefined] {
  const { namespace } = route.metadata;
  const service = services.get(`${namespace}/${name}`);
  const wrong = (why: string) =>
    untranslated(gateway, `Error GWCER104: HTTPRoute "${keyOf(route)}" is misconfigured, err: ${why}`, route);
  if (!service) throw wrong(`Error GWCER102: services ${namespace}/${name} not found`);
  if (!service.spec.ports.some((one: Body) => one.port === port)) throw wrong(`port ${port} of ${name} not found`);
  policyOf(gateway, healthCheckPolicies, "Service", service);
  return [
    `gkegw1-${namespace}-${name}-${port}`,
    policyOf(gateway, backendPolicies, "Service", service)?.securityPolicy,
  ];
}

/** The settings that a policy has for an object. Two policies of a kind for one object contradict each other. */
function policyOf(gateway: Body, policies: Objects[string], kind: string, { metadata }: Body): Body | undefined {
  const [found, other] = [...policies.values()].filter(
    (policy) =>
      policy.metadata.namespace === metadata.namespace &&
      policy.spec.targetRef.kind === kind &&
      policy.spec.targetRef.name === metadata.name,
  );
  if (found && other)
    throw untranslated(
      gateway,
      `${found.kind} "${keyOf(other)}" conflicts with "${keyOf(found)}" on ${kind} ${metadata.name}`,
    );
  return found?.spec.default;
}

const CONTROLLER = "networking.gke.io/gateway";

/** The conditions of the Gateway, of its routes, and of policies in its namespace. */
function statuses(gateway: Body, objects: Objects<Kinds>, outcome: Outcome): Status[] {
  const failed = outcome instanceof SyncError ? outcome : undefined;
  const { namespace } = gateway.metadata;
  const at = (kind: Kinds, object: Body, status: Body): Status => ({
    path: `${GATEWAY.lists[kind]?.replace(/\/(\w+)$/, `/namespaces/${namespace}/$1`)}/${object.metadata.name}`,
    object,
    status,
  });
  const is = (type: string, good: boolean, object: Body, message = "") => ({
    type,
    status: good ? "True" : "False",
    reason: good ? type : "Invalid",
    message,
    observedGeneration: object.metadata.generation,
  });
  const routes = new Set(attached(gateway, objects.routes).map(([, route]) => route));
  const policies = (["backendPolicies", "healthCheckPolicies", "gatewayPolicies"] as const).flatMap((kind) =>
    [...objects[kind].values()]
      .filter(({ metadata }) => metadata.namespace === namespace)
      .map((policy) => [kind, policy] as const),
  );
  const inUse = (target: Body) =>
    target.kind === "Gateway"
      ? target.name === gateway.metadata.name
      : objects.services.has(`${namespace}/${target.name}`);
  return [
    at("gateways", gateway, {
      conditions: [
        is("Accepted", !failed, gateway, failed?.message),
        is("Programmed", outcome === "in effect", gateway, failed?.message),
      ],
    }),
    ...[...routes].map((route) => {
      const mistake = failed?.culprit === keyOf(route) ? failed.message : undefined;
      return at("routes", route, {
        parents: parentsOf(gateway, route).map((parentRef) => ({
          parentRef,
          controllerName: CONTROLLER,
          conditions: [is("Accepted", !mistake, route, mistake), is("ResolvedRefs", !mistake, route, mistake)],
        })),
      });
    }),
    ...policies.map(([kind, policy]) =>
      at(kind, policy, { conditions: [is("Attached", inUse(policy.spec.targetRef), policy)] }),
    ),
  ];
}
