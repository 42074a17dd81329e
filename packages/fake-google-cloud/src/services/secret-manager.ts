import { conflict, invalid, notFound, precondition } from "../api-error";
import { type Body, defaults } from "../body";
import type { Cloud } from "../cloud";
import { type About, collection } from "../collection";
import { checkLabels } from "../labels";
import { policyRoutes } from "../policies";
import { REGIONS } from "../regions";
import { type Call, type Route, route } from "../route";
import type { Service } from "../service";
import { TEXTS } from "../shape";

const SECRETS = "projects/{project}/secrets";
const SECRET = `${SECRETS}/{secret}`;
const VERSIONS = `${SECRET}/versions`;

/** https://cloud.google.com/secret-manager/quotas#content_limits */
const LARGEST_PAYLOAD = 64 * 1024;

/** Names in answers and messages have the project's number. */
const nameOf = (path: string, cloud: Cloud) =>
  path.replace(/^projects\/([^/]+)/, (_, project: string) => `projects/${cloud.numberOf(project)}`);

const noSecret = (path: string, cloud: Cloud) => notFound(`Secret [${nameOf(path, cloud)}] not found.`);

function acceptSecret(secret: Body, { cloud, path, before }: About): void {
  const id = path.split("/").slice(3).join("/");
  if (!/^\w[\w-]{0,254}$|^-[\w-]{0,254}$/.test(id))
    throw invalid(`The provided Secret ID [${id}] does not match the expected format [[a-zA-Z_0-9]+]`);
  checkReplication(secret.replication);
  if (before && JSON.stringify(secret.replication) !== JSON.stringify(before.replication))
    throw invalid("Updating secret replication is not supported.");
  checkLabels(secret.labels);
  if (secret.ttl) secret.expireTime = expiryOf(secret.ttl);
  delete secret.ttl; // never answered
  defaults(secret, { name: nameOf(path, cloud), createTime: new Date().toISOString(), etag: "e" });
}

/** https://cloud.google.com/secret-manager/docs/secret-expiration */
function expiryOf(ttl: string): string {
  const [, seconds] = /^(\d+(?:\.\d{1,9})?)s$/.exec(ttl) ?? [];
  if (!seconds) throw invalid(`Invalid value at 'secret.ttl' (type.googleapis.com/google.protobuf.Duration), "${ttl}"`);
  return new Date(Date.now() + Number(seconds) * 1000).toISOString();
}

/** https://cloud.google.com/secret-manager/docs/choosing-replication */
function checkReplication({ automatic, userManaged }: Body = {}): void {
  if (!automatic && !userManaged) throw invalid("Secret.replication must be provided.");
  if (automatic && userManaged)
    throw invalid(
      "Invalid value at 'secret.replication' (oneof), oneof field 'replication' is already set. Cannot set 'userManaged'",
    );
  if (automatic) return;
  const locations: string[] = (userManaged.replicas ?? []).map(({ location }: Body) => location);
  if (!locations.length) throw invalid("Secret.replication.user_managed.replicas must have at least one replica.");
  if (new Set(locations).size < locations.length)
    throw invalid("Secret.replication.user_managed.replicas must not have duplicate locations.");
  for (const location of locations)
    if (!REGIONS.includes(location))
      throw invalid(`Secret.replication.user_managed.replicas: [${location}] is not a valid location.`);
}

function addVersion(cloud: Cloud, secret: string, data: string): Body {
  const key = `secretmanager/${secret}/versions`;
  const number = cloud.store.members(key).length + 1; // none is ever gone: what is destroyed stays listed
  return cloud.store.set(`${key}/${number}`, {
    name: `${nameOf(secret, cloud)}/versions/${number}`,
    createTime: new Date().toISOString(),
    state: "ENABLED",
    etag: "e",
    payload: { data },
  });
}

/** What every call but `:access` answers. */
const withoutPayload = ({ payload: _, ...version }: Body) => version;

/** `latest` is the one added last, whatever its state: https://cloud.google.com/secret-manager/docs/access-secret-version */
function findVersion({ path, params }: Call, cloud: Cloud): Body {
  const version = path.replace(/:\w+$/, "");
  if (params.version !== "latest")
    return cloud.need(`secretmanager/${version}`, notFound(`Secret Version [${nameOf(version, cloud)}] not found.`));
  const secret = version.replace(/\/versions\/latest$/, "");
  const latest = cloud.store.members(`secretmanager/${secret}/versions`).at(-1);
  if (!latest) throw notFound(`Secret [${nameOf(secret, cloud)}] not found or has no versions.`);
  return latest;
}

/** https://cloud.google.com/secret-manager/docs/reference/rest/v1/projects.secrets.versions */
function toState(verb: string, state: string): Route {
  return route("POST", `${VERSIONS}/{version}:${verb}`, (call, cloud) => {
    const version = findVersion(call, cloud);
    if (version.state === "DESTROYED") throw precondition("SecretVersion.state is already DESTROYED.");
    version.state = state;
    if (state === "DESTROYED") {
      version.destroyTime = new Date().toISOString();
      delete version.payload;
    }
    return withoutPayload(version);
  });
}

const versionRoutes: Route[] = [
  route(
    "POST",
    `${SECRET}:addVersion`,
    ({ path, body }, cloud) => {
      const secret = path.replace(/:\w+$/, "");
      cloud.need(`secretmanager/${secret}`, noSecret(secret, cloud));
      if (!body.payload) throw invalid("Field [payload] is required.");
      const { data = "" } = body.payload;
      const { length } = Buffer.from(data, "base64");
      if (!length) throw invalid("Secret Payload cannot be empty.");
      if (length > LARGEST_PAYLOAD) throw invalid(`Secret Payload cannot be larger than ${LARGEST_PAYLOAD} bytes.`);
      return withoutPayload(addVersion(cloud, secret, data));
    },
    { payload: { data: "text" } },
  ),
  route("GET", VERSIONS, ({ path }, cloud) => {
    const secret = path.replace(/\/versions$/, "");
    cloud.need(`secretmanager/${secret}`, noSecret(secret, cloud));
    const versions = cloud.store.members(`secretmanager/${path}`).map(withoutPayload).reverse();
    return { versions, totalSize: versions.length };
  }),
  route("GET", `${VERSIONS}/{version}`, (call, cloud) => withoutPayload(findVersion(call, cloud))),
  route("GET", `${VERSIONS}/{version}:access`, (call, cloud) => {
    const { name, state, payload } = findVersion(call, cloud);
    if (state !== "ENABLED") throw precondition(`Secret Version [${name}] is in ${state} state.`);
    return { name, payload };
  }),
  toState("enable", "ENABLED"),
  toState("disable", "DISABLED"),
  toState("destroy", "DESTROYED"),
];

/** Adds versions 1 to `version` of a secret, and the secret if need be, as a person would with gcloud. */
export function addSecretByHand(cloud: Cloud, project: string, secret: string, version: number, value: string): void {
  const path = `projects/${project}/secrets/${secret}`;
  const key = `secretmanager/${path}`;
  if (!cloud.store.get(key))
    cloud.store.set(key, {
      name: nameOf(path, cloud),
      replication: { automatic: {} },
      createTime: new Date().toISOString(),
      etag: "e",
    });
  while (cloud.store.members(`${key}/versions`).length < version)
    addVersion(cloud, path, Buffer.from(value).toString("base64"));
}

/** Secret Manager: https://cloud.google.com/secret-manager/docs/reference/rest */
export const secretManager: Service = {
  name: "secretmanager",
  api: "secretmanager.googleapis.com",
  endpoints: { SECRET_MANAGER: "v1" },
  routes: [
    ...policyRoutes("secretmanager", SECRET),
    ...versionRoutes,
    ...collection({
      service: "secretmanager",
      at: SECRETS,
      id: "?secretId",
      shape: {
        replication: { automatic: {}, userManaged: { replicas: [{ location: "text" }] } },
        labels: TEXTS,
      },
      accept: acceptSecret,
      release: (_secret, { cloud, key }) => cloud.policies.delete(key),
      taken: (path, cloud) => conflict(`Secret [${nameOf(path, cloud)}] already exists.`),
      missing: noSecret,
    }),
  ],
};
