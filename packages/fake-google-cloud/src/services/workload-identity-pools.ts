import { conflict, invalid, notFound, precondition } from "../api-error";
import { type Body, defaults } from "../body";
import type { Cloud } from "../cloud";
import { type About, type Collection, collection, longRunning } from "../collection";
import { type Call, type Route, route } from "../route";
import { TEXTS } from "../shape";

const POOLS = "projects/{project}/locations/global/workloadIdentityPools";
const PROVIDERS = `${POOLS}/{pool}/providers`;

/** Names have the project's number. */
const nameOf = (path: string, cloud: Cloud) =>
  path.replace(/^projects\/([^/]+)/, (_, project: string) => `projects/${cloud.numberOf(project)}`);

/** https://cloud.google.com/iam/docs/reference/rest/v1/projects.locations.workloadIdentityPools/create */
function checkId(path: string): void {
  const id = path.split("/").pop() as string;
  if (!/^[a-z0-9-]{4,32}$/.test(id) || id.startsWith("gcp-"))
    throw invalid(`The ID "${id}" must have 4 to 32 characters of [a-z0-9-], and must not begin with gcp-.`);
}

function acceptPool(pool: Body, { cloud, path }: About): void {
  checkId(path);
  checkTexts(pool);
  defaults(pool, { name: nameOf(path, cloud), state: "ACTIVE" });
}

/** https://cloud.google.com/iam/docs/reference/rest/v1/projects.locations.workloadIdentityPools */
function checkTexts({ displayName = "", description = "" }: Body): void {
  if (displayName.length > 32) throw invalid("display_name must have at most 32 characters.");
  if (description.length > 256) throw invalid("description must have at most 256 characters.");
}

/** https://cloud.google.com/iam/docs/reference/rest/v1/projects.locations.workloadIdentityPools.providers */
function acceptProvider(provider: Body, { cloud, path }: About): void {
  const pool = path.split("/").slice(0, -2).join("/");
  if (cloud.need(`iam/${pool}`, noneOf()).state === "DELETED") throw noneOf();
  checkId(path);
  checkTexts(provider);
  const { oidc, attributeMapping = {}, attributeCondition } = provider;
  if (!oidc) throw invalid("Exactly one of aws, oidc, saml or x509 must be set.");
  if (!/^https:\/\//.test(oidc.issuerUri ?? "")) throw invalid("The issuer_uri must be an https URL.");
  if (!attributeMapping["google.subject"]) throw invalid("The attribute mapping must have a google.subject.");
  for (const attribute of Object.keys(attributeMapping))
    if (!/^(google\.(subject|groups)|attribute\.[a-z0-9_]{1,100})$/.test(attribute))
      throw invalid(`The mapped attribute '${attribute}' must be of the form google.* or attribute.*.`);
  // https://cloud.google.com/iam/docs/workload-identity-federation-with-deployment-pipelines#conditions
  if (
    /^https:\/\/token\.actions\.githubusercontent\.com/.test(oidc.issuerUri) &&
    !/assertion\./.test(attributeCondition ?? "")
  )
    throw invalid(
      "The attribute condition must reference one of the provider's claims. For more information, see https://cloud.google.com/iam/docs/workload-identity-federation-with-deployment-pipelines#conditions",
    );
  defaults(provider, { name: nameOf(path, cloud), state: "ACTIVE" });
}

const noneOf = () => notFound("Requested entity was not found.");

/** What is deleted keeps its name for 30 days. https://cloud.google.com/iam/docs/manage-workload-identity-pools-providers */
function softly(kind: Collection): Route[] {
  const one = `${kind.at}/{id}`;
  return [
    route("DELETE", one, (call, cloud) => change(call, cloud, "ACTIVE", "DELETED")),
    route("POST", `${one}:undelete`, (call, cloud) => change(call, cloud, "DELETED", "ACTIVE")),
    ...collection(kind),
  ];
}

function change({ path: asked }: Call, cloud: Cloud, from: string, to: string): unknown {
  const path = asked.replace(/:\w+$/, "");
  const object = cloud.need(`iam/${path}`, noneOf());
  if (object.state !== from) throw precondition(`The resource ${path} is in the state ${object.state}.`);
  object.state = to;
  const about = { cloud, path, key: `iam/${path}` } as About;
  return longRunning()(about, "update", object);
}

const common = {
  service: "iam",
  missing: noneOf,
  taken: () => conflict("Requested entity already exists"),
  answer: longRunning(),
} as const;

/** Workload identity federation: https://cloud.google.com/iam/docs/workload-identity-federation */
export const workloadIdentityPools: Route[] = [
  // Rules of managed workload identities, which the provider reads of every pool.
  route("GET", `${POOLS}/{pool}:listAttestationRules`, () => ({})),
  ...softly({
    ...common,
    at: PROVIDERS,
    id: "?workloadIdentityPoolProviderId",
    items: "workloadIdentityPoolProviders",
    accept: acceptProvider,
    shape: {
      displayName: "text",
      description: "text",
      disabled: "flag",
      attributeMapping: TEXTS,
      attributeCondition: "text",
      oidc: { issuerUri: "text", allowedAudiences: ["text"] },
    },
  }),
  ...softly({
    ...common,
    at: POOLS,
    id: "?workloadIdentityPoolId",
    accept: acceptPool,
    shape: { displayName: "text", description: "text", disabled: "flag" },
  }),
];
