import { spawn } from "node:child_process";
import { setTimeout } from "node:timers/promises";
import type { Finding } from "../finding";
import type { Machine } from "../machine/machine";

/** A Service that a route sends requests to, with its weight. */
interface Backend {
  readonly name: string;
  readonly weight?: number;
  readonly kind?: string;
}

// biome-ignore lint/suspicious/noExplicitAny: the spec of a route of any kind
type Spec = any;

/**
 * Kinds of routes, with the Services that an object's spec names.
 * {@link https://gateway-api.sigs.k8s.io/reference/spec/#httpbackendref}
 * {@link https://doc.traefik.io/traefik/reference/routing-configuration/kubernetes/crd/http/traefikservice/}
 */
const ROUTES: Readonly<Record<string, (spec: Spec) => Backend[]>> = {
  "httproutes.gateway.networking.k8s.io": ({ rules = [] }) =>
    rules.flatMap(({ backendRefs = [] }: Spec) => backendRefs),
  "traefikservices.traefik.io": ({ weighted }) => weighted?.services ?? [],
  "ingressroutes.traefik.io": ({ routes = [] }) => routes.flatMap(({ services = [] }: Spec) => services),
};

/** The parts of a line: what comes after the third semicolon is one. */
function parts(line: string): readonly [event: string, namespace: string, name: string, rest: string] {
  const [, event, namespace, name, rest] = /^([A-Z]+);([^;]+);([^;]+);(.*)$/.exec(line) ?? [];
  if (!event || !namespace || !name || rest === undefined) throw new Error(`not an event of kubectl's: ${line}`);
  return [event, namespace, name, rest];
}

/** What watches have seen so far: the Services of each route, and the ready pods in each slice of a Service's endpoints. */
export class Routes {
  private readonly backends = new Map<string, { readonly namespace: string; readonly services: readonly string[] }>();
  private readonly slices = new Map<string, { readonly service: string; readonly ready: boolean }>();
  private complete = false;
  /** Routes that have led to a Service without ready pods. */
  readonly wrong = new Set<string>();

  /** Says that everything was seen that exists, so that a Service that is not known has no pods. */
  begin(): void {
    this.complete = true;
    this.check();
  }

  /** Reads what happened to a route: the kind of event, the route's namespace and name, and its spec; semicolons are between. */
  route(kind: string, line: string): void {
    const [event, namespace, name, spec] = parts(line);
    const route = `${kind.split(".")[0]} ${namespace}/${name}`;
    if (event === "DELETED") this.backends.delete(route);
    else {
      const backends = ROUTES[kind]?.(JSON.parse(spec)) ?? [];
      const services = backends.filter((it) => it.kind !== "TraefikService" && (it.weight ?? 1) > 0);
      this.backends.set(route, { namespace, services: services.map((it) => it.name) });
    }
    this.check();
  }

  /** Reads what happened to a slice of endpoints: the same, and its Service, and whether each pod is ready. */
  slice(line: string): void {
    const [event, namespace, name, rest] = parts(line);
    const [service, ready = ""] = rest.split(";");
    const slice = `${namespace}/${name}`;
    if (event === "DELETED") this.slices.delete(slice);
    else this.slices.set(slice, { service: `${namespace}/${service}`, ready: ready.split(" ").includes("true") });
    this.check();
  }

  private check(): void {
    if (!this.complete) return;
    const ready = new Set([...this.slices.values()].flatMap((slice) => (slice.ready ? [slice.service] : [])));
    for (const [route, { namespace, services }] of this.backends)
      for (const service of services)
        if (!ready.has(`${namespace}/${service}`))
          this.wrong.add(`${route} leads to ${service}, which has no ready pod`);
  }

  get size(): number {
    return this.backends.size;
  }
}

/** What kubectl prints of an event, before what is special about the kind. It would replace tabs with spaces. */
const EVENT = "{.type};{.object.metadata.namespace};{.object.metadata.name};";
const SERVICE = "{.object.metadata.labels.kubernetes\\.io/service-name}";

/** Watches the routes in a cluster until it is ended: none may lead to a Service without ready pods at any time. */
export async function watchRoutes(machine: Pick<Machine, "env" | "kubectl">): Promise<{ end(): Promise<Finding> }> {
  const { env, kubectl } = machine;
  const defined = (await kubectl("api-resources", "-o", "name")).split("\n");
  const seen = new Routes();
  const watch = (kind: string, format: string, each: (line: string) => void) => {
    const output = ["-A", "--watch", "--output-watch-events", "-o", `jsonpath=${EVENT}${format}{"\\n"}`];
    const child = spawn("kubectl", ["get", kind, ...output], { env, stdio: ["ignore", "pipe", "ignore"] });
    let rest = "";
    child.stdout.setEncoding("utf8").on("data", (data: string) => {
      const lines = (rest + data).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) each(line);
    });
    return child;
  };
  const children = [
    watch("endpointslices", `${SERVICE};{.object.endpoints[*].conditions.ready}`, (line) => seen.slice(line)),
    ...Object.keys(ROUTES)
      .filter((kind) => defined.includes(kind))
      .map((kind) => watch(kind, "{.object.spec}", (line) => seen.route(kind, line))),
  ];
  await setTimeout(2000); // until kubectl has listed what exists
  seen.begin();
  return {
    async end() {
      await setTimeout(1000);
      for (const child of children) child.kill();
      return { wrong: seen.size ? [...seen.wrong] : ["there is no route"], note: `${seen.size} routes` };
    },
  };
}
