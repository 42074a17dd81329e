import type { Body } from "../src/body";
import { addSecretByHand } from "../src/services/secret-manager";
import { errorOf, everything, serviceOf } from "./support";

const REST = "https://cloud.google.com/secret-manager/docs/reference/rest/v1/projects.secrets";
const SECRETS = "projects/p/secrets";
const NUMBER = "123456789012";

const base64 = (text: string) => Buffer.from(text).toString("base64");
const secret = (over: Body = {}): Body => ({
  replication: { userManaged: { replicas: [{ location: "europe-west1" }] } },
  ...over,
});
const replicas = (...locations: string[]): Body =>
  secret({ replication: { userManaged: { replicas: locations.map((location) => ({ location })) } } });

/** The secret `s` with versions 1 and 2. */
function world() {
  const service = serviceOf("secretmanager");
  const create = (id: string, body: Body = secret()) => service.post(SECRETS, body, { secretId: id });
  const add = (data: string, id = "s") => service.post(`${SECRETS}/${id}:addVersion`, { payload: { data } });
  create("s");
  add(base64("one"));
  add(base64("two"));
  return { ...service, create, add };
}

type World = ReturnType<typeof world>;

test.each<[string, string, (world: World) => unknown, string]>([
  ["no id", `${REST}/create`, ({ post }) => post(SECRETS, secret()), "400 The field 'secretId' is required"],
  [
    "a dot in the id",
    `${REST}/create`,
    ({ create }) => create("a.b"),
    "400 The provided Secret ID [a.b] does not match",
  ],
  ["an id of 256", `${REST}/create`, ({ create }) => create("a".repeat(256)), "does not match the expected format"],
  ["an id in use", `${REST}/create`, ({ create }) => create("s"), `409 Secret [projects/${NUMBER}/secrets/s] already`],
  ["no replication", REST, ({ create }) => create("a", {}), "400 Secret.replication must be provided."],
  [
    "both kinds of replication",
    `${REST}#Replication`,
    ({ create }) => create("a", { replication: { ...secret().replication, automatic: {} } }),
    "400 Invalid value at 'secret.replication' (oneof)",
  ],
  ["no replica", `${REST}#UserManaged`, ({ create }) => create("a", replicas()), "400 Secret.replication.user_managed"],
  [
    "an unknown location",
    "https://cloud.google.com/secret-manager/docs/locations",
    ({ create }) => create("a", replicas("europe-west99")),
    "400 Secret.replication.user_managed.replicas: [europe-west99] is not a valid location.",
  ],
  [
    "a location twice",
    `${REST}#UserManaged`,
    ({ create }) => create("a", replicas("europe-west1", "europe-west1")),
    "400 Secret.replication.user_managed.replicas must not have duplicate locations.",
  ],
  [
    "another replication",
    "https://cloud.google.com/secret-manager/docs/choosing-replication",
    ({ patch }) => patch(`${SECRETS}/s`, { replication: { automatic: {} } }, { updateMask: "replication" }),
    "400 Updating secret replication is not supported.",
  ],
  ["a capital in a label", REST, ({ create }) => create("a", secret({ labels: { Team: "x" } })), 'key "Team"'],
  ["a capital in a label's value", REST, ({ create }) => create("a", secret({ labels: { team: "X" } })), 'value "X"'],
  [
    "65 labels",
    REST,
    ({ create }) =>
      create("a", secret({ labels: Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`l${i}`, ""])) })),
    "at most 64 entries allowed but found 65",
  ],
  [
    "a label in an update",
    REST,
    ({ patch }) => patch(`${SECRETS}/s`, { labels: { "9": "x" } }, { updateMask: "labels" }),
    'key "9"',
  ],
  [
    "a secret that is not there",
    REST,
    ({ get }) => get(`${SECRETS}/a`),
    `404 Secret [projects/${NUMBER}/secrets/a] not`,
  ],
  [
    "the deletion of none",
    REST,
    (w) => w.delete(`${SECRETS}/a`),
    `404 Secret [projects/${NUMBER}/secrets/a] not found.`,
  ],
  ["a version of none", `${REST}/addVersion`, ({ add }) => add(base64("x"), "a"), "404 Secret [projects/"],
  ["versions of none", `${REST}.versions/list`, ({ get }) => get(`${SECRETS}/a/versions`), "404 Secret [projects/"],
  [
    "no payload",
    `${REST}/addVersion`,
    ({ post }) => post(`${SECRETS}/s:addVersion`, {}),
    "400 Field [payload] is required.",
  ],
  ["an empty payload", `${REST}/addVersion`, ({ add }) => add(""), "400 Secret Payload cannot be empty."],
  [
    "a payload of more than 64 KiB",
    "https://cloud.google.com/secret-manager/quotas#content_limits",
    ({ add }) => add(base64("x".repeat(65537))),
    "400 Secret Payload cannot be larger than 65536 bytes.",
  ],
  [
    "a version that nobody added",
    `${REST}.versions/access`,
    ({ get }) => get(`${SECRETS}/s/versions/3:access`),
    `404 Secret Version [projects/${NUMBER}/secrets/s/versions/3] not found.`,
  ],
  [
    "the last of no versions",
    `${REST}.versions/access`,
    ({ create, get }) => {
      create("a");
      get(`${SECRETS}/a/versions/latest`);
    },
    `404 Secret [projects/${NUMBER}/secrets/a] not found or has no versions.`,
  ],
  [
    "a version of a secret that was deleted and made again",
    `${REST}/delete`,
    (w) => {
      w.delete(`${SECRETS}/s`);
      w.create("s");
      w.get(`${SECRETS}/s/versions/1`);
    },
    "404 Secret Version",
  ],
  [
    "the value of a disabled version",
    "https://cloud.google.com/secret-manager/docs/disable-secret-version",
    ({ post, get }) => {
      post(`${SECRETS}/s/versions/2:disable`);
      get(`${SECRETS}/s/versions/latest:access`);
    },
    `400 Secret Version [projects/${NUMBER}/secrets/s/versions/2] is in DISABLED state.`,
  ],
  [
    "the value of a destroyed version",
    "https://cloud.google.com/secret-manager/docs/destroy-secret-version",
    ({ post, get }) => {
      post(`${SECRETS}/s/versions/1:destroy`);
      get(`${SECRETS}/s/versions/1:access`);
    },
    `400 Secret Version [projects/${NUMBER}/secrets/s/versions/1] is in DESTROYED state.`,
  ],
  ...["enable", "disable", "destroy"].map((verb): [string, string, (world: World) => unknown, string] => [
    `to ${verb} a destroyed version`,
    "https://cloud.google.com/secret-manager/docs/destroy-secret-version",
    ({ post }) => {
      post(`${SECRETS}/s/versions/1:destroy`);
      post(`${SECRETS}/s/versions/1:${verb}`);
    },
    "400 SecretVersion.state is already DESTROYED.",
  ]),
])("it refuses %s: %s", (_what, _page, call, said) => {
  const it = world();
  expect(errorOf(() => call(it))).toContain(said);
});

test("names have the project's number, which may stand for the project", () => {
  const { get, patch } = world();
  const name = `projects/${NUMBER}/secrets/s`;
  expect(get(`${SECRETS}/s`)).toMatchObject({ name, ...secret() });
  expect(get(name).name).toBe(name);
  expect(get(`${name}/versions/1`).name).toBe(`${name}/versions/1`);
  expect(patch(name, { labels: { team: "a" } }, { updateMask: "labels" })).toMatchObject({
    name,
    labels: { team: "a" },
  });
});

test("only access answers a value", () => {
  const { get, post, add } = world();
  expect(get(`${SECRETS}/s/versions/1:access`).payload).toEqual({ data: base64("one") });
  expect(get(`${SECRETS}/s/versions/latest:access`).payload).toEqual({ data: base64("two") });
  const others = [
    get(`${SECRETS}/s`),
    get(`${SECRETS}/s/versions`),
    get(`${SECRETS}/s/versions/1`),
    post(`${SECRETS}/s/versions/1:disable`),
    post(`${SECRETS}/s/versions/1:enable`),
    add(base64("three")),
  ];
  for (const answer of others) expect(JSON.stringify(answer)).not.toContain("payload");
  expect(get(`${SECRETS}/s/versions`).versions.map(({ name }: Body) => name.split("/").pop())).toEqual(["3", "2", "1"]);
});

test("a disabled version can be enabled", () => {
  const { get, post } = world();
  expect(post(`${SECRETS}/s/versions/1:disable`).state).toBe("DISABLED");
  expect(post(`${SECRETS}/s/versions/1:enable`).state).toBe("ENABLED");
  expect(get(`${SECRETS}/s/versions/1:access`).payload.data).toBe(base64("one"));
});

test("the policy of a secret goes with it", () => {
  const w = world();
  const policy = { bindings: [{ role: "roles/secretmanager.secretAccessor", members: ["user:a@example.com"] }] };
  w.post(`${SECRETS}/s:setIamPolicy`, { policy });
  expect(w.get(`${SECRETS}/s:getIamPolicy`)).toMatchObject(policy);
  w.delete(`${SECRETS}/s`);
  w.create("s");
  expect(w.get(`${SECRETS}/s:getIamPolicy`).bindings).toEqual([]);
});

test("what a person adds is like what Terraform adds", () => {
  const cloud = everything();
  const { get, post } = serviceOf("secretmanager", cloud);
  addSecretByHand(cloud, "p", "s", 2, "by hand");
  addSecretByHand(cloud, "p", "s", 1, "too late");
  expect(get(`${SECRETS}/s/versions/2:access`).payload.data).toBe(base64("by hand"));
  expect(cloud.store.get(`secretmanager/${SECRETS}/s/versions/1`)?.payload.data).toBe(base64("by hand"));
  expect(post(`${SECRETS}/s:addVersion`, { payload: { data: base64("x") } }).name).toMatch(/\/versions\/3$/);
});
