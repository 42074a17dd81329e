import { ApiError, badRequest, notFound } from "./api-error";
import type { Body, Call, Vercel } from "./vercel";

/** A project with what belongs to it. */
export interface Project {
  /** As the API shows it. */
  readonly settings: Body;
  variables: Body[];
  readonly domains: Map<string, Body>;
  /** The routing rules that are live, and those that are to be. */
  readonly routes: { live: Body[]; staged: Body[]; versions: Body[] };
}

const of = ({ vercel, path }: Call): Project => vercel.project(path.project as string);

/** Fields that a project can be created with, and others that it can be changed to. */
const AT_FIRST = [
  ..."name framework buildCommand devCommand installCommand outputDirectory rootDirectory gitRepository".split(" "),
  ..."resourceConfig previewDeploymentsDisabled ssoProtection environmentVariables oidcTokenConfig".split(" "),
  ..."enableAffectedProjectsDeployments enablePreviewFeedback enableProductionFeedback".split(" "),
  ..."commandForIgnoringBuildStep previewDeploymentSuffix".split(" "),
];
const LATER = [
  ...AT_FIRST.filter((field) => !["gitRepository", "environmentVariables"].includes(field)),
  ..."autoAssignCustomDomains autoExposeSystemEnvs customerSupportCodeVisibility directoryListing".split(" "),
  ..."gitComments gitForkProtection gitLFS nodeVersion optionsAllowlist passwordProtection".split(" "),
  ..."productionDeploymentsFastLane protectedSourcemaps serverlessFunctionZeroConfigFailover".split(" "),
  ..."skewProtectionMaxAge trustedIps trustedSources".split(" "),
];

/** Refuses fields that the endpoint does not have. Null means that a field is left as the framework has it. */
function known(body: Body, fields: readonly string[]): Body {
  const unknown = Object.keys(body).find((field) => !fields.includes(field) && body[field] !== null);
  if (unknown) throw badRequest(`should NOT have additional property \`${unknown}\`.`);
  return body;
}

/** What Vercel sets where a project does not. */
const DEFAULTS = {
  autoAssignCustomDomains: true,
  gitForkProtection: true,
  nodeVersion: "22.x",
  ssoProtection: { deploymentType: "prod_deployment_urls_and_all_previews" },
  oidcTokenConfig: { issuerMode: "team" },
};
const RESOURCES = {
  functionDefaultMemoryType: "standard",
  functionDefaultTimeout: 300,
  functionDefaultRegions: ["iad1"],
  fluid: true,
  elasticConcurrencyEnabled: false,
  buildMachineType: "standard",
};

export function create({ vercel, body }: Call): Body {
  const { gitRepository, environmentVariables: _, resourceConfig, ...settings } = known(body, AT_FIRST);
  if (!/^[a-z0-9-]{1,100}$/.test(settings.name) || settings.name.includes("---"))
    throw badRequest("`name` must be lower-case letters, digits and dashes, without three dashes in a row.");
  if ([...vercel.projects.values()].some((other) => other.settings.name === settings.name))
    throw new ApiError(409, "conflict", `Project "${settings.name}" already exists, please use a new name.`);
  const project: Project = {
    settings: {
      ...DEFAULTS,
      ...withoutNull(settings),
      id: vercel.id("prj"),
      link: gitRepository && linkOf(gitRepository),
      resourceConfig: { ...RESOURCES, ...withoutNull(resourceConfig ?? {}) },
    },
    variables: [],
    domains: new Map(),
    routes: { live: [], staged: [], versions: [] },
  };
  vercel.projects.set(project.settings.id, project);
  return project.settings;
}

const withoutNull = (body: Body): Body =>
  Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null && value !== undefined));

function linkOf({ type, repo }: Body): Body {
  const [org, name] = String(repo).split("/");
  if (type !== "github" || !org || !name) throw badRequest("`gitRepository` must be a repository on GitHub.");
  return { type, org, repo: name, productionBranch: "main", deployHooks: [] };
}

export function update(call: Call): Body {
  const { settings } = of(call);
  const { resourceConfig, ...changes } = known(call.body, LATER);
  Object.assign(settings, changes, { resourceConfig: { ...settings.resourceConfig, ...resourceConfig } });
  return settings;
}

export function setProductionBranch(call: Call): Body {
  const { settings } = of(call);
  if (!settings.link) throw badRequest("the project is not linked to a repository");
  settings.link.productionBranch = call.body.branch;
  return settings;
}

export function link(call: Call): Body {
  const { settings } = of(call);
  settings.link = linkOf(call.body);
  return settings;
}

export function unlink(call: Call): Body {
  const { settings } = of(call);
  delete settings.link;
  return settings;
}

/** A project takes its domains, its deployments and their aliases with it. */
export function remove(call: Call): Body {
  const { vercel } = call;
  const { id } = of(call).settings;
  vercel.projects.delete(id);
  for (const all of [vercel.deployments, vercel.aliases])
    for (const [key, { projectId }] of all) if (projectId === id) all.delete(key);
  return {};
}

// ---- variables

export const variables = (call: Call): Body => ({ envs: of(call).variables, pagination: { count: 1, next: null } });

export const variable = (call: Call): Body => {
  const found = of(call).variables.find(({ id }) => id === call.path.id);
  if (!found) throw notFound("Environment variable");
  return found;
};

/** {@link https://vercel.com/docs/environment-variables/reserved-environment-variables} */
const RESERVED = [
  ..."AWS_EXECUTION_ENV AWS_LAMBDA_FUNCTION_MEMORY_SIZE AWS_LAMBDA_FUNCTION_NAME AWS_LAMBDA_FUNCTION_VERSION".split(
    " ",
  ),
  ..."AWS_LAMBDA_LOG_GROUP_NAME AWS_LAMBDA_LOG_STREAM_NAME AWS_SECRET_KEY LAMBDA_RUNTIME_DIR".split(" "),
  ..."LAMBDA_TASK_ROOT NOW_REGION TZ".split(" "),
];

export function addVariable(call: Call): Body {
  const project = of(call);
  const { vercel, body } = call;
  known(body, ["key", "value", "target", "customEnvironmentIds", "gitBranch", "type", "comment"]);
  if (!/^[A-Za-z_]\w*$/.test(body.key)) throw badRequest("`key` must be a variable's name.");
  if (RESERVED.includes(body.key))
    throw new ApiError(400, "RESERVED_ENV_VARIABLE", `The name of the variable \`${body.key}\` is reserved.`);
  if (
    project.variables.some(({ key, target }) => key === body.key && target.some((t: string) => body.target.includes(t)))
  )
    throw new ApiError(400, "ENV_CONFLICT", `A variable with the name \`${body.key}\` already exists for the target`);
  const added = { ...body, id: vercel.id("env").replace("_", "") };
  project.variables.push(added);
  return { created: added, failed: [] };
}

export function changeVariable(call: Call): Body {
  return Object.assign(variable(call), call.body);
}

export function removeVariable(call: Call): Body {
  const project = of(call);
  const removed = variable(call);
  project.variables = project.variables.filter((other) => other !== removed);
  return removed;
}

// ---- domains

const projectWith = ({ projects }: Vercel, domain: string): Project | undefined =>
  [...projects.values()].find(({ domains }) => domains.has(domain));

export function addDomain(call: Call): Body {
  const { settings, domains } = of(call);
  const { name } = call.body;
  const other = projectWith(call.vercel, name);
  if (other)
    throw new ApiError(
      409,
      "domain_already_in_use",
      `Cannot add ${name} since it's already in use by the project ${other.settings.name}.`,
    );
  const added = { name, projectId: settings.id, redirect: null, gitBranch: null, verified: true };
  domains.set(name, added);
  return added;
}

export function domain(call: Call): Body {
  const found = of(call).domains.get(call.path.domain as string);
  if (!found) throw notFound("Domain");
  return found;
}

export function removeDomain(call: Call): Body {
  const { name } = domain(call);
  of(call).domains.delete(name);
  call.vercel.aliases.delete(name);
  return {};
}

// ---- routing rules: a change makes a version that is staged until it is promoted

export const routes = (call: Call): Body => ({
  routes: of(call).routes.live,
  version: of(call).routes.versions.find(({ isLive }) => isLive) ?? {},
  limit: { maxRoutes: 2000, currentRoutes: of(call).routes.live.length },
});

export const routeVersions = (call: Call): Body => ({ versions: of(call).routes.versions });

function stage({ vercel }: Call, { routes }: Project, rules: Body[]): Body {
  const version = { id: vercel.id("rv"), isStaging: true, isLive: false, ruleCount: rules.length, lastModified: 0 };
  routes.staged = rules;
  routes.versions.push(version);
  return version;
}

const withType = (route: Body): Body => ({ enabled: true, routeType: "transform", ...route });

export function addRoute(call: Call): Body {
  const project = of(call);
  const route = withType({ ...call.body.route, id: call.vercel.id("rt") });
  new RegExp(route.route.src); // throws if it is none
  const before = project.routes.live;
  const rules = call.body.position?.placement === "start" ? [route, ...before] : [...before, route];
  return { route, version: stage(call, project, rules) };
}

export function changeRoute(call: Call): Body {
  const project = of(call);
  const before = project.routes.live.find(({ id }) => id === call.path.id);
  if (!before) throw notFound("Route");
  const route = withType({ ...call.body.route, id: before.id });
  const rules = project.routes.live.map((other) => (other === before ? route : other));
  return { route, version: stage(call, project, rules) };
}

export function removeRoutes(call: Call): Body {
  const project = of(call);
  const { routeIds } = call.body;
  const rules = project.routes.live.filter(({ id }) => !routeIds.includes(id));
  return { deletedCount: routeIds.length, version: stage(call, project, rules) };
}

export function promoteRoutes(call: Call): Body {
  const { routes } = of(call);
  const version = routes.versions.find(({ id }) => id === call.body.id);
  if (!version || call.body.action !== "promote") throw badRequest("`id` must be a staged version to promote.");
  routes.live = routes.staged;
  for (const other of routes.versions) Object.assign(other, { isLive: other === version, isStaging: false });
  return { version };
}
