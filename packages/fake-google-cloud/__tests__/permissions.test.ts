import type { Body } from "../src/body";
import type { Cloud } from "../src/cloud";
import { allows, needsOf, PREDEFINED_ROLES, TABLES } from "../src/permissions/tables";
import { SERVICES } from "../src/services";
import type { Caller } from "../src/tokens";
import { errorOf, everything } from "./support";

const ROUTES = SERVICES.flatMap(({ name, routes }) =>
  routes.map(({ method, path }) => ({
    name,
    method,
    // A path that the route's expression matches: `x` for a segment.
    path: path.source
      .replace(/^\^|\$$/g, "")
      .replace(/\(\?<\w+>[^)]*\)/g, "x")
      .replaceAll("\\", ""),
  })),
);

describe("the tables", () => {
  test.each(ROUTES)("$name $method $path has its permissions", ({ name, method, path }) => {
    expect(needsOf(name, method, path)).toEqual(expect.arrayContaining([expect.anything()]));
  });

  test("every permission is allowed by a role", () => {
    const permissions = Object.values(TABLES).flatMap(({ calls }) =>
      Object.values(calls).flatMap((needs) => needs.filter((need) => typeof need === "string")),
    );
    const roles = [...PREDEFINED_ROLES];
    expect(permissions.filter((permission) => !roles.some((role) => allows(role, permission)))).toEqual([]);
  });
});

const account = (name: string, project: string) => `${name}@${project}.iam.gserviceaccount.com`;
const DEPLOYER: Caller = [`serviceAccount:${account("deployer", "p")}`];

/** Adds grants on an object to those it has, as an administrator. */
function grant(cloud: Cloud, key: string, [member]: Caller, ...roles: (string | Body)[]): void {
  const { bindings } = cloud.policies.get(key);
  const added = roles.map((role) => ({ members: [member], ...(typeof role === "string" ? { role } : role) }));
  cloud.policies.set(key, { policy: { bindings: [...bindings, ...added] } }, `e${cloud.next()}`);
}
const projectKey = (project: string) => `cloudresourcemanager/projects/${project}`;

/** Two projects, and the calls that somebody makes in them. */
function world(...roles: (string | Body)[]) {
  const cloud = everything();
  cloud.call({ service: "iam", method: "POST", path: "projects/p/serviceAccounts", body: { accountId: "deployer" } });
  grant(cloud, projectKey("p"), DEPLOYER, ...roles);
  const as =
    (caller: Caller) => (service: string, method: string, path: string, body?: Body, query?: Record<string, string>) =>
      cloud.call({ service, method, path, body, query: new URLSearchParams(query), caller }) as Body;
  return { cloud, as, call: as(DEPLOYER), byHand: as(["user:administrator@example.com"]) };
}

const REPLICATED = { replication: { automatic: {} } };
const NETWORK = "projects/p/global/networks/n";

describe("a caller without a role is refused as the service refuses", () => {
  const number = everything().numberOf("p");
  test.each<[string, string, string, Body | undefined, string]>([
    ["compute", "GET", NETWORK, undefined, `403 Required 'compute.networks.get' permission for '${NETWORK}'`],
    [
      "container",
      "GET",
      "projects/p/locations/us-east4/clusters/c",
      undefined,
      '403 Required "container.clusters.get" permission(s) for "projects/p/locations/us-east4/clusters/c".',
    ],
    ["sql", "GET", "projects/p/instances/i", undefined, "403 The client is not authorized to make this request."],
    ["clouddns", "GET", "projects/p/managedZones/z", undefined, "403 Forbidden"],
    ["cloudresourcemanager", "GET", "projects/p", undefined, "403 The caller does not have permission"],
    ["cloudresourcemanager", "POST", "projects/p:setIamPolicy", {}, "403 Policy update access denied."],
    ["cloudbilling", "GET", "projects/p/billingInfo", undefined, "403 The caller does not have permission"],
    [
      "secretmanager",
      "GET",
      "projects/p/secrets/s/versions/1:access",
      undefined,
      "403 Permission 'secretmanager.versions.access' denied for resource 'projects/p/secrets/s/versions/1' (or it may not exist).",
    ],
    [
      "cloudkms",
      "GET",
      "projects/p/locations/us-east4/keyRings",
      undefined,
      "403 Permission 'cloudkms.keyRings.list' denied on resource 'projects/p/locations/us-east4/keyRings' (or it may not exist).",
    ],
    [
      "iam",
      "GET",
      `projects/p/serviceAccounts/${account("a", "p")}`,
      undefined,
      "403 Permission 'iam.serviceAccounts.get' denied on resource (or it may not exist).",
    ],
    [
      "logging",
      "GET",
      "projects/p/locations/global/buckets/b",
      undefined,
      "403 Permission 'logging.buckets.get' denied on resource (or it may not exist).",
    ],
    [
      "monitoring",
      "GET",
      "projects/p/alertPolicies",
      undefined,
      "403 Permission monitoring.alertPolicies.list denied (or the resource may not exist).",
    ],
    [
      "servicenetworking",
      "POST",
      "services/servicenetworking.googleapis.com/connections",
      { network: `projects/${number}/global/networks/n`, reservedPeeringRanges: [] },
      "403 Permission denied to add peering for service 'servicenetworking.googleapis.com'.",
    ],
    [
      "serviceusage",
      "GET",
      "projects/p/services/redis.googleapis.com",
      undefined,
      "403 Permission denied to get service [redis.googleapis.com]",
    ],
    [
      "storage",
      "GET",
      "b/b",
      undefined,
      `403 ${account("deployer", "p")} does not have storage.buckets.get access to the Google Cloud Storage bucket. Permission 'storage.buckets.get' denied on resource (or it may not exist).`,
    ],
    [
      "redis",
      "GET",
      "projects/p/locations/us-east4/instances",
      undefined,
      "403 Permission 'redis.instances.list' denied on resource '//redis.googleapis.com/projects/p/locations/us-east4/instances' (or it may not exist).",
    ],
  ])("%s %s %s", (service, method, path, body, message) => {
    const { call, cloud } = world();
    cloud.numberOf("p");
    expect(errorOf(() => call(service, method, path, body))).toBe(message);
    expect([...cloud.access.missing]).toHaveLength(1);
  });

  test("an administrator may make every call", () => {
    expect(world().byHand("compute", "GET", "projects/p/zones")).toMatchObject({ items: expect.anything() });
  });
});

test("a call whose permissions nobody knows is refused, and so is a role", () => {
  const { cloud, call } = world("roles/cloudsql.editor");
  const params = { service: "compute", method: "GET", path: "projects/p/global/images", params: {}, body: {} };
  expect(errorOf(() => cloud.access.check({ ...params, query: new URLSearchParams(), caller: DEPLOYER }))).toBe(
    "501 the fake does not know which permissions GET compute projects/p/global/images needs",
  );
  expect(errorOf(() => call("sql", "GET", "projects/p/instances/i"))).toBe(
    "501 the fake does not know what roles/cloudsql.editor allows",
  );
});

test("a role of a project allows nothing in another project", () => {
  const { call } = world("roles/secretmanager.admin", "roles/compute.networkAdmin");
  expect(call("secretmanager", "POST", "projects/p/secrets", REPLICATED, { secretId: "s" })).toBeTruthy();
  const network = { name: "n", autoCreateSubnetworks: false };
  expect(call("compute", "POST", "projects/p/global/networks", network)).toBeTruthy();
  expect(errorOf(() => call("secretmanager", "POST", "projects/q/secrets", REPLICATED, { secretId: "s" }))).toMatch(
    /^403 Permission 'secretmanager.secrets.create' denied/,
  );
  expect(errorOf(() => call("compute", "POST", "projects/q/global/networks", network))).toMatch(
    /^403 Required 'compute/,
  );
});

test("an account reads the secrets that it is granted, and no others", () => {
  const { cloud, byHand, as } = world();
  const backend: Caller = [`serviceAccount:${account("backend", "p")}`];
  for (const secret of ["own", "others"]) {
    byHand("secretmanager", "POST", "projects/p/secrets", REPLICATED, { secretId: secret });
    byHand("secretmanager", "POST", `projects/p/secrets/${secret}:addVersion`, { payload: { data: "eA==" } });
  }
  grant(cloud, "secretmanager/projects/p/secrets/own", backend, "roles/secretmanager.secretAccessor");
  const read = (secret: string) =>
    as(backend)("secretmanager", "GET", `projects/p/secrets/${secret}/versions/1:access`);
  expect(read("own").payload).toEqual({ data: "eA==" });
  expect(errorOf(() => read("others"))).toMatch(/^403 Permission 'secretmanager.versions.access' denied/);
  expect(
    errorOf(() =>
      as(backend)("secretmanager", "POST", "projects/p/secrets/own:addVersion", { payload: { data: "eA==" } }),
    ),
  ).toMatch(/^403 Permission 'secretmanager.versions.add' denied/);
});

describe("a permission on another resource", () => {
  const rule = { name: "f", network: NETWORK, direction: "INGRESS", allowed: [{ IPProtocol: "tcp" }] };

  test("a firewall rule needs one on its network, when it is deleted too", () => {
    const { cloud, call, byHand } = world("roles/compute.securityAdmin");
    byHand("compute", "POST", "projects/p/global/networks", { name: "n", autoCreateSubnetworks: false });
    call("compute", "POST", "projects/p/global/firewalls", rule);
    call("compute", "DELETE", "projects/p/global/firewalls/f");
    const used = cloud.access.used.filter(({ permission }) => permission === "compute.networks.updatePolicy");
    expect(used).toEqual([
      { caller: DEPLOYER[0], permission: "compute.networks.updatePolicy", roles: ["roles/compute.securityAdmin"] },
    ]);
  });

  test("nodes run as an account that whoever makes them may act as", () => {
    const nodes = account("nodes", "p");
    const pool = { cluster: { name: "c", nodePools: [{ name: "default", config: { serviceAccount: nodes } }] } };
    const create = (w: ReturnType<typeof world>) =>
      errorOf(() => w.call("container", "POST", "projects/p/locations/us-east4/clusters", pool));
    const denied = `400 The user does not have access to service account "${nodes}". Ask a project owner to grant you the iam.serviceAccountUser role on the service account.`;
    expect(create(world("roles/container.admin"))).toBe(denied);
    const w = world("roles/container.admin");
    grant(w.cloud, `iam/projects/p/serviceAccounts/${nodes}`, DEPLOYER, "roles/iam.serviceAccountUser");
    expect(create(w)).not.toBe(denied);
  });

  test("without an account, it is the project's own", () => {
    const { call } = world("roles/container.admin");
    expect(
      errorOf(() => call("container", "POST", "projects/p/locations/us-east4/clusters", { cluster: { name: "c" } })),
    ).toMatch(/^400 The user does not have access to service account "default"/);
  });
});

describe("a condition", () => {
  const nodes = "roles/artifactregistry.reader";
  const expression = `api.getAttribute('iam.googleapis.com/modifiedGrantsByRole', []).hasOnly(['${nodes}'])`;
  const iamAdmin = { role: "roles/resourcemanager.projectIamAdmin", condition: { title: "nodes-only", expression } };
  const member = "user:somebody@example.com";

  test("limits which roles may be granted", () => {
    const { cloud, call } = world(iamAdmin);
    const set = (role: string, rest: Body = {}) => {
      const { bindings } = call("cloudresourcemanager", "POST", "projects/p:getIamPolicy");
      const policy = { bindings: [...bindings, { role, members: [member] }], ...rest };
      return call("cloudresourcemanager", "POST", "projects/p:setIamPolicy", { policy });
    };
    expect(set(nodes).bindings).toHaveLength(2);
    expect(errorOf(() => set("roles/owner"))).toBe("403 Policy update access denied.");
    expect(cloud.policies.get(projectKey("p")).bindings).toHaveLength(2);
  });

  test("lets the rest of a policy be written", () => {
    const { call } = world(iamAdmin);
    const policy = call("cloudresourcemanager", "POST", "projects/p:getIamPolicy");
    const auditConfigs = [{ service: "allServices", auditLogConfigs: [{ logType: "DATA_READ" }] }];
    const body = { policy: { ...policy, auditConfigs }, updateMask: "auditConfigs" };
    expect(call("cloudresourcemanager", "POST", "projects/p:setIamPolicy", body)).toMatchObject({ auditConfigs });
  });

  test("may be about the name of the resource", () => {
    const only = {
      role: "roles/secretmanager.admin",
      condition: { expression: `resource.name.startsWith('projects/${everything().numberOf("p")}/secrets/s')` },
    };
    const { call, byHand } = world(only);
    for (const secretId of ["s", "t"]) byHand("secretmanager", "POST", "projects/p/secrets", REPLICATED, { secretId });
    expect(call("secretmanager", "GET", "projects/p/secrets/s")).toBeTruthy();
    expect(errorOf(() => call("secretmanager", "GET", "projects/p/secrets/t"))).toMatch(/^403 /);
  });

  test("that the fake cannot evaluate is refused", () => {
    const { call } = world({ role: "roles/secretmanager.admin", condition: { expression: "nothing.known()" } });
    expect(errorOf(() => call("secretmanager", "GET", "projects/p/secrets/s"))).toMatch(
      /^501 the fake cannot evaluate/,
    );
  });
});

describe("a token of another account", () => {
  const POOL = "iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/github";
  const EMAIL = account("deployer", "p");
  const identity = (subject: string, ref: string): Caller => [
    `principal://${POOL}/subject/${subject}`,
    `principalSet://${POOL}/attribute.ref/${ref}`,
  ];
  const token = (caller: Caller) => {
    const { cloud, as } = world();
    const main: Caller = [`principalSet://${POOL}/attribute.ref/refs/heads/main`];
    grant(cloud, `iam/projects/p/serviceAccounts/${EMAIL}`, main, "roles/iam.workloadIdentityUser");
    const path = `projects/-/serviceAccounts/${EMAIL}:generateAccessToken`;
    return cloud.tokens.callerOf(as(caller)("iamcredentials", "POST", path, { scope: ["s"] }).accessToken);
  };

  test("is given to the identities that may have it", () => {
    expect(token(identity("repo:o/r:ref:refs/heads/main", "refs/heads/main"))).toEqual([`serviceAccount:${EMAIL}`]);
  });

  test("is not given to the identity of a pull request", () => {
    expect(errorOf(() => token(identity("repo:o/r:pull_request", "refs/pull/1/merge")))).toBe(
      "403 Permission 'iam.serviceAccounts.getAccessToken' denied on resource (or it may not exist).",
    );
  });
});

test("a permission that is withheld is missing, whatever the roles", () => {
  const cloud = everything({ withheld: ["secretmanager.secrets.list"] });
  grant(cloud, projectKey("p"), DEPLOYER, "roles/secretmanager.admin");
  const list = { service: "secretmanager", method: "GET", path: "projects/p/secrets" };
  expect(errorOf(() => cloud.call({ ...list, caller: DEPLOYER }))).toMatch(
    /^403 Permission 'secretmanager.secrets.list'/,
  );
  expect(cloud.call(list)).toEqual({ secrets: [] });
});
