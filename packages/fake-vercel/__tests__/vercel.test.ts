import { VERCEL_TOKEN } from "../src/fake-vercel";
import { type Body, Vercel } from "../src/vercel";

const vercelWith = () => {
  const vercel = new Vercel(VERCEL_TOKEN);
  const call = (method: string, path: string, body?: Body, token = VERCEL_TOKEN): { status: number; body: Body } =>
    vercel.answer(
      "api.vercel.com",
      method,
      `${path}${path.includes("?") ? "&" : "?"}teamId=team_acme`,
      `Bearer ${token}`,
      body ? JSON.stringify(body) : "",
    );
  const created = call("POST", "/v8/projects", {
    name: "web",
    framework: "nextjs",
    gitRepository: { type: "github", repo: "acme/shop" },
  });
  const at = `/projects/${created.body.id}`;
  const deploy = (ref: string) =>
    call("POST", "/v12/now/deployments", {
      project: created.body.id,
      target: "production",
      gitSource: { type: "github", org: "acme", repo: "shop", ref },
    });
  return { vercel, call, at, deploy, id: created.body.id as string };
};

test("a call without the token or the team is refused", () => {
  const { vercel, call, at } = vercelWith();
  expect(call("GET", `/v10${at}`, undefined, "another").status).toBe(403);
  expect(vercel.answer("api.vercel.com", "GET", `/v10${at}`, `Bearer ${VERCEL_TOKEN}`, "").status).toBe(403);
});

test("a call that the fake does not know is answered with 501, and named", () => {
  const { vercel, call } = vercelWith();
  expect(call("GET", "/v1/edge-config").status).toBe(501);
  expect(vercel.calls.at(-1)).toEqual({ label: "GET /v1/edge-config", status: 501 });
});

test.each<[string, Body, number, string]>([
  ["a name that is taken", { name: "web" }, 409, "conflict"],
  ["a name with capitals", { name: "Web" }, 400, "bad_request"],
  ["a field that projects do not have", { name: "b", productionBranch: "main" }, 400, "bad_request"],
  ["a repository that is elsewhere", { name: "b", gitRepository: { type: "svn", repo: "a/b" } }, 400, "bad_request"],
])("a project with %s is refused", (_what, body, status, code) => {
  const answer = vercelWith().call("POST", "/v8/projects", body);
  expect([answer.status, answer.body.error.code]).toEqual([status, code]);
});

test("a project has Vercel's defaults, changes, and takes what belongs to it with it", () => {
  const { vercel, call, at, deploy } = vercelWith();
  expect(call("GET", `/v10${at}`).body).toMatchObject({ autoAssignCustomDomains: true, nodeVersion: "22.x" });
  call("PATCH", `/v9${at}`, { autoAssignCustomDomains: false, resourceConfig: { functionDefaultRegions: ["fra1"] } });
  call("PATCH", `/v9${at}/branch`, { branch: "release" });
  expect(call("GET", `/v10${at}`).body).toMatchObject({
    autoAssignCustomDomains: false,
    link: { productionBranch: "release" },
    resourceConfig: { functionDefaultRegions: ["fra1"], fluid: true },
  });
  deploy("1".repeat(40));
  expect(call("DELETE", `/v8${at}`).status).toBe(200);
  expect(vercel.entries()).toEqual([[], [], []]);
  expect(call("GET", `/v10${at}`).status).toBe(404);
});

test("a variable is added once for a target, changed and removed", () => {
  const { call, at } = vercelWith();
  const variable = { key: "A", value: "1", target: ["production"], type: "encrypted" };
  const { id } = call("POST", `/v10${at}/env`, variable).body.created;
  expect(call("POST", `/v10${at}/env`, variable).body.error.code).toBe("ENV_CONFLICT");
  call("PATCH", `/v10${at}/env/${id}`, { value: "2" });
  expect(call("GET", `/v10${at}/env/${id}`).body.value).toBe("2");
  call("DELETE", `/v8${at}/env/${id}`);
  expect(call("GET", `/v8${at}/env`).body.envs).toEqual([]);
});

test("a variable whose name Vercel keeps for itself is refused", () => {
  const { call, at } = vercelWith();
  const answer = call("POST", `/v10${at}/env`, { key: "TZ", value: "UTC", target: ["production"], type: "encrypted" });
  expect([answer.status, answer.body.error.code]).toEqual([400, "RESERVED_ENV_VARIABLE"]);
});

test("a domain is that of one project, and shows a deployment once it points to Vercel", () => {
  const { vercel, call, at, deploy } = vercelWith();
  call("PATCH", `/v9${at}`, { autoAssignCustomDomains: false });
  const { id } = deploy("1".repeat(40)).body;
  const alias = () => call("POST", `/v2/deployments/${id}/aliases`, { alias: "app.example.com" });
  expect(alias().body.error.code).toBe("forbidden");
  expect(call("POST", `/v10${at}/domains`, { name: "app.example.com" }).status).toBe(200);
  const other = call("POST", "/v8/projects", { name: "other" }).body.id;
  expect(call("POST", `/v10/projects/${other}/domains`, { name: "app.example.com" }).body.error.code).toBe(
    "domain_already_in_use",
  );
  vercel.misconfigured.add("app.example.com");
  expect(alias().body.error.code).toBe("cert_missing");
  vercel.misconfigured.clear();
  const { uid } = alias().body;
  expect(call("GET", `/v4/aliases/${uid}`).body.deploymentId).toBe(id);
  call("DELETE", `/v9${at}/domains/app.example.com`);
  expect(call("GET", `/v4/aliases/${uid}`).status).toBe(404);
});

test("a deployment gets the domains by itself only if the project says so, and none if the build fails", () => {
  const { vercel, call, at, deploy } = vercelWith();
  call("POST", `/v10${at}/domains`, { name: "app.example.com" });
  const first = deploy("1".repeat(40)).body.id;
  expect(vercel.aliases.get("app.example.com").deploymentId).toBe(first);
  vercel.broken.add("2".repeat(40));
  expect(deploy("2".repeat(40)).body).toMatchObject({ readyState: "ERROR", aliasAssigned: false });
  call("PATCH", `/v9${at}`, { autoAssignCustomDomains: false });
  deploy("3".repeat(40));
  expect(vercel.aliases.get("app.example.com").deploymentId).toBe(first);
});

test("a deployment of another repository is refused", () => {
  const { call, id } = vercelWith();
  const gitSource = { type: "github", org: "acme", repo: "other", ref: "1".repeat(40) };
  expect(call("POST", "/v12/now/deployments", { project: id, gitSource }).status).toBe(400);
});

test("a routing rule is live when its version is promoted", () => {
  const { call, at } = vercelWith();
  const route = { name: "all", route: { src: "^/.*$", transforms: [] } };
  const added = call("POST", `/v1${at}/routes`, { route, position: { placement: "end" } }).body;
  expect(call("GET", `/v1${at}/routes`).body.routes).toEqual([]);
  expect(call("GET", `/v1${at}/routes/versions`).body.versions).toMatchObject([{ isStaging: true, isLive: false }]);
  const promote = ({ version }: Body) =>
    call("POST", `/v1${at}/routes/versions`, { id: version.id, action: "promote" });
  promote(added);
  expect(call("GET", `/v1${at}/routes`).body.routes).toMatchObject([{ id: added.route.id, name: "all" }]);
  promote(call("PATCH", `/v1${at}/routes/${added.route.id}`, { route: { ...route, name: "every" } }).body);
  expect(call("GET", `/v1${at}/routes`).body.routes).toMatchObject([{ id: added.route.id, name: "every" }]);
  promote(call("DELETE", `/v1${at}/routes`, { routeIds: [added.route.id] }).body);
  expect(call("GET", `/v1${at}/routes`).body.routes).toEqual([]);
});
