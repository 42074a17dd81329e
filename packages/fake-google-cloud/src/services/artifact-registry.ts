import { conflict, invalid, notFound } from "../api-error";
import { type Body, defaults } from "../body";
import { type About, collection, longRunning, operationRoutes } from "../collection";
import { checkLabels } from "../labels";
import { policyRoutes } from "../policies";
import type { Service } from "../service";
import { Enumeration, type Shape, TEXTS } from "../shape";

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
  cleanupPolicyDryRun: "flag",
  virtualRepositoryConfig: { upstreamPolicies: [{ id: "text", repository: "text", priority: "number" }] },
};

const SCANNING = "containerscanning.googleapis.com";

function accept(repository: Body, about: About): void {
  const { cloud, path, before } = about;
  const [, project = "", , location = "", , id = ""] = path.split("/");
  if (!/^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/.test(id)) throw invalid(`invalid repository ID: ${id}`);
  defaults(repository, { mode: "STANDARD_REPOSITORY" });
  const { format, mode, labels, virtualRepositoryConfig } = repository;
  if (!Object.values(FORMAT.names).includes(format)) throw invalid(`unsupported format ${format}`);
  if (!Object.values(MODE.names).includes(mode)) throw invalid(`unsupported mode ${mode}`);
  checkLabels(labels);
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
      missing: (path) => notFound(`Requested entity was not found: ${path}`),
      taken: () => conflict("the repository already exists"),
      // An update is answered with the repository, everything else with an operation.
      answer: (about, change, object) => (change === "update" ? object : finished(about, change, object)),
    }),
  ],
};
