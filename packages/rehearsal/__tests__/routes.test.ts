import { Routes } from "../src/checks/routes";

const TRAEFIK = "traefikservices.traefik.io";
const GATEWAY = "httproutes.gateway.networking.k8s.io";

/** Routes that have led to a Service without ready pods, after some events. */
function wrong(events: (seen: Routes) => void): string[] {
  const seen = new Routes();
  seen.slice("ADDED;shop;web-1;web;true true");
  seen.slice("ADDED;shop;candidate-1;candidate;false false");
  seen.begin();
  events(seen);
  return [...seen.wrong];
}
const weighted = (...services: object[]) => JSON.stringify({ weighted: { services } });
const candidate = { name: "candidate", weight: 10 };
const ready = "MODIFIED;shop;candidate-1;candidate;false true";

test("a route may not lead to a Service before one of its pods is ready", () => {
  const route = `ADDED;shop;web;${weighted({ name: "web", weight: 90 }, candidate)}`;
  expect(wrong((seen) => seen.route(TRAEFIK, route))).toEqual([
    "traefikservices shop/web leads to candidate, which has no ready pod",
  ]);
  const after = (seen: Routes) => {
    seen.slice(ready);
    seen.route(TRAEFIK, route);
  };
  expect(wrong(after)).toEqual([]);
});

test("a Service may not lose its pods before the route has left it", () => {
  const leads = (seen: Routes) => {
    seen.slice(ready);
    seen.route(TRAEFIK, `ADDED;shop;web;${weighted(candidate)}`);
  };
  const gone = "DELETED;shop;candidate-1;candidate;";
  expect(
    wrong((seen) => {
      leads(seen);
      seen.slice(gone);
    }),
  ).toHaveLength(1);
  expect(
    wrong((seen) => {
      leads(seen);
      seen.route(TRAEFIK, `MODIFIED;shop;web;${weighted({ name: "web" })}`);
      seen.slice(gone);
    }),
  ).toEqual([]);
});

test("a Service without a weight, of another namespace, or of a route that is gone, needs no pods", () => {
  const none = (seen: Routes) => {
    seen.route(TRAEFIK, `ADDED;shop;web;${weighted({ name: "web" }, { name: "candidate", weight: 0 })}`);
    seen.route(TRAEFIK, `DELETED;shop;web;${weighted(candidate)}`);
  };
  expect(wrong(none)).toEqual([]);
  expect(wrong((seen) => seen.route(TRAEFIK, `ADDED;other;web;${weighted({ name: "web" })}`))).toHaveLength(1);
});

test("HTTPRoutes and IngressRoutes are routes, too; what leads to another route is not checked twice", () => {
  const rules = JSON.stringify({
    rules: [{ backendRefs: [{ name: "web", weight: 90 }] }, { backendRefs: [candidate] }],
  });
  expect(wrong((seen) => seen.route(GATEWAY, `ADDED;shop;web;${rules}`))).toEqual([
    "httproutes shop/web leads to candidate, which has no ready pod",
  ]);
  const to = (...services: object[]) => `ADDED;shop;web;${JSON.stringify({ routes: [{ services }] })}`;
  const kind = "ingressroutes.traefik.io";
  expect(wrong((seen) => seen.route(kind, to({ name: "none", kind: "TraefikService" }, { name: "web" })))).toEqual([]);
  expect(wrong((seen) => seen.route(kind, to({ name: "candidate" })))).toHaveLength(1);
});

test("a line that is no event is refused, so that no watch sees nothing", () => {
  expect(() => new Routes().route(TRAEFIK, "ADDED   shop   web   {}")).toThrow("not an event of kubectl's");
});
