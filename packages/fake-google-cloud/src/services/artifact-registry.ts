import { conflict, invalid, notFound } from "../api-error";
import { type Body, defaults } from "../body";
import { type About, collection, longRunning, operationRoutes } from "../collection";
import { checkLabels } from "../labels";
import { policyRoutes } from "../policies";
import { REGIONS } from "../regions";
import type { Service } from "../service";
import { Enumeration, type Shape, TEXTS } from "../shape";
import { needKeyGrant } from "./cloud-kms";

const AT = "projects/{project}/locations/{location}";
const REPOSITORIES = `${AT}/repositories`;

/** Numbers of https://github.com/googleapis/googleapis/blob/master/google/devtools/artifactregistry/v1/repository.proto */
const FORMAT = new Enumeration({
  1: "DOCKER",
  2: "MAVEN",
  3: "NPM",
  5: "APT",
  6: "YUM",
  8: "PYTHON",
  9: "KFP",
  10: "GO",
  11: "GENERIC",
});
const MODE = new Enumeration({ 1: "STANDARD_REPOSITORY", 2: "VIRTUAL_REPOSITORY", 3: "REMOTE_REPOSITORY" });

const REPOSITORY: Shape = {
  format: FORMAT,
  mode: MODE,
  description: "text",
  labels: TEXTS,
  kmsKeyName: "text",
  dockerConfig: { immutableTags: "flag" },
  cleanupPolicies: {
    "*": {
      id: "text",
      action: "text",
      condition: { tagState: "text", tagPrefixes: ["text"], olderThan: "text", newerThan: "text" },
      mostRecentVersions: { keepCount: "number" },
    },
  },
  cleanupPolicyDryRun: "flag",
  virtualRepositoryConfig: { upstreamPolicies: [{ id: "text", repository: "text", priority: "number" }] },
};

const SCANNING = "containerscanning.googleapis.com";

function accept(repository: Body, about: About): void {
  const { cloud, path, before } = about;
  const [, project = "", , location = "", , id = ""] = path.split("/");
  if (!REGIONS.includes(location) && !["asia", "europe", "us"].includes(location))
    throw invalid(`Location ${location} is not found or access is unauthorized.`);
  if (!/^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/.test(id)) throw invalid(`invalid repository ID: ${id}`);
  defaults(repository, { mode: "STANDARD_REPOSITORY" });
  const { format, mode, labels, virtualRepositoryConfig } = repository;
  if (!Object.values(FORMAT.names).includes(format)) throw invalid(`unsupported format ${format}`);
  if (!Object.values(MODE.names).includes(mode)) throw invalid(`unsupported mode ${mode}`);
  checkLabels(labels);
  checkPolicies(repository);
  if (repository.kmsKeyName && !before)
    needKeyGrant(
      cloud,
      repository.kmsKeyName,
      `serviceAccount:service-${cloud.numberOf(project)}@gcp-sa-artifactregistry.iam.gserviceaccount.com`,
    );
  for (const { repository: upstream = "" } of virtualRepositoryConfig?.upstreamPolicies ?? [])
    cloud.need(`artifactregistry/${upstream}`, notFound(`Repository ${upstream} not found`));
  const now = new Date().toISOString();
  defaults(repository, {
    name: path,
    createTime: before?.createTime ?? now,
    registryUri: `${location}-${format.toLowerCase()}.pkg.dev/${project}/${id}`,
    satisfiesPzi: true,
    ...(format === "DOCKER" && { vulnerabilityScanningConfig: scanning(about, mode) }),
  });
  repository.updateTime = now;
}

/** https://cloud.google.com/artifact-registry/docs/repositories/cleanup-policy */
function checkPolicies({ cleanupPolicies = {} }: Body): void {
  for (const [id, { action, condition, mostRecentVersions }] of Object.entries<Body>(cleanupPolicies)) {
    if (action !== "KEEP" && action !== "DELETE")
      throw invalid(`Invalid value at 'repository.cleanup_policies.${id}.action': "${action}"`);
    if (Boolean(condition) === Boolean(mostRecentVersions))
      throw invalid(`Cleanup policy ${id} must have exactly one of condition and most_recent_versions.`);
    if (mostRecentVersions && action === "DELETE")
      throw invalid(`Cleanup policy ${id}: most_recent_versions can only be kept.`);
    if (condition?.tagPrefixes?.length && condition.tagState !== "TAGGED")
      throw invalid(`Cleanup policy ${id}: tag_prefixes requires the tag_state TAGGED.`);
  }
}

/** https://cloud.google.com/artifact-registry/docs/analysis */
function scanning({ cloud, path }: About, mode: string): Body {
  const lastEnableTime = new Date().toISOString();
  if (mode !== "STANDARD_REPOSITORY")
    return {
      lastEnableTime,
      enablementState: "SCANNING_UNSUPPORTED",
      enablementStateReason: `Repository mode ${mode} is not supported.`,
    };
  if (cloud.isEnabled(path.split("/")[1] as string, SCANNING))
    return { lastEnableTime, enablementState: "SCANNING_ACTIVE" };
  return {
    lastEnableTime,
    enablementState: "SCANNING_DISABLED",
    enablementStateReason: `API ${SCANNING} is not enabled.`,
  };
}

const finished = longRunning();

/** Artifact Registry: https://cloud.google.com/artifact-registry/docs/reference/rest */
export const artifactRegistry: Service = {
  name: "artifactregistry",
  api: "artifactregistry.googleapis.com",
  endpoints: { ARTIFACT_REGISTRY: "v1" },
  routes: [
    ...operationRoutes(AT),
    ...policyRoutes("artifactregistry", `${REPOSITORIES}/{repository}`),
    ...collection({
      service: "artifactregistry",
      at: REPOSITORIES,
      id: "?repositoryId",
      shape: REPOSITORY,
      accept,
      fixed: ["format", "mode", "kmsKeyName"],
      release: (_repository, { cloud, key }) => cloud.policies.delete(key),
      missing: (path) => notFound(`Requested entity was not found: ${path}`),
      taken: () => conflict("the repository already exists"),
      // An update is answered with the repository, everything else with an operation.
      answer: (about, change, object) => (change === "update" ? object : finished(about, change, object)),
    }),
  ],
};
