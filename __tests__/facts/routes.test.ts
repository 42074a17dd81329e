import { type HeadersOfPath, SECURITY_HEADERS } from "../../facts/http";
import { pathsByHeaders } from "../../facts/routes";

const route = (service: string, path: string, host = "a.io") => ({ service, path, host });
const own = (value: string) => ({ "X-A": value });

/** The groups of a service's paths on a host, with the service's own headers. */
const groups = (
  service: string,
  routes: ReturnType<typeof route>[],
  headers: readonly HeadersOfPath[],
  host = "a.io",
) =>
  pathsByHeaders({ service, host }, routes, headers).map(({ paths, headers }) => [
    paths,
    Object.fromEntries(Object.entries(headers).filter(([name]) => !Object.hasOwn(SECURITY_HEADERS, name))),
  ]);

test("without headers of its own, a service has one group of paths, with the headers of every response", () => {
  const routes = [route("web", "/"), route("web", "/files"), route("api", "/api")];
  expect(pathsByHeaders({ service: "web", host: "a.io" }, routes, [])).toEqual([
    { paths: ["/", "/files"], headers: SECURITY_HEADERS },
  ]);
});

test("a path with headers has those of shorter paths too, but for those that it replaces, in whatever case", () => {
  const headers = [
    { path: "/admin/users", set: { "x-b": "3" } },
    { set: { ...own("1"), "X-B": "1" } },
    { path: "/admin", set: own("2") },
  ] as HeadersOfPath[];
  expect(groups("web", [route("web", "/")], headers)).toEqual([
    [["/"], { "X-A": "1", "X-B": "1" }],
    [["/admin/users"], { "X-A": "2", "x-b": "3" }],
    [["/admin"], { "X-A": "2", "X-B": "1" }],
  ]);
});

test("paths with the same headers are one group, and a path of the service below one with headers has them", () => {
  const headers = [
    { path: "/a", set: own("1") },
    { path: "/c", set: own("1") },
  ];
  expect(groups("web", [route("web", "/"), route("web", "/a/b")], headers)).toEqual([
    [["/"], {}],
    [["/a/b", "/a", "/c"], own("1")],
  ]);
});

test("what another service receives is left out, and only on the hosts where it does", () => {
  const routes = [route("web", "/"), route("web", "/", "b.io"), route("api", "/api")];
  const headers = [
    { path: "/api/v2", set: own("1") },
    { path: "/apis", set: own("2") },
  ];
  expect(groups("web", routes, headers)).toEqual([
    [["/"], {}],
    [["/apis"], own("2")],
  ]);
  expect(groups("web", routes, headers, "b.io")).toEqual([
    [["/"], {}],
    [["/api/v2"], own("1")],
    [["/apis"], own("2")],
  ]);
  expect(groups("api", routes, [])).toEqual([[["/api"], {}]]);
});

test("headers for all paths add none to a service that does not receive all paths", () => {
  expect(groups("api", [route("web", "/"), route("api", "/api")], [{ set: own("1") }])).toEqual([[["/api"], own("1")]]);
});
