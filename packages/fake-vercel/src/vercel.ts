import { ApiError, badRequest, notFound } from "./api-error";
import * as projects from "./projects";

// biome-ignore lint/suspicious/noExplicitAny: JSON
export type Body = any;

/** A call that was answered. */
export interface AnsweredCall {
  /** Its method and path, such as `POST /v8/projects`. */
  readonly label: string;
  readonly status: number;
}

export interface Call {
  readonly vercel: Vercel;
  readonly body: Body;
  /** Parts of the path that the route's expression names. */
  readonly path: Readonly<Record<string, string>>;
}

/** An endpoint: a method, an expression for its path, and what answers it. */
export type Route = readonly [method: string, path: string, answer: (call: Call) => Body];

/** Names of frameworks and of regions, which the provider asks other hosts for. */
const FRAMEWORKS = ["nextjs", "nuxtjs", "astro", "sveltekit-1", "remix", "vite"];
const REGIONS =
  "arn1 bom1 cdg1 cle1 cpt1 dub1 dxb1 fra1 gru1 hkg1 hnd1 iad1 icn1 kix1 lhr1 pdx1 sfo1 sin1 syd1 yul1".split(" ");

/** What Vercel has of one team, and its API's answers. */
export class Vercel {
  readonly projects = new Map<string, projects.Project>();
  readonly deployments = new Map<string, Body>();
  /** The deployment that each domain shows. */
  readonly aliases = new Map<string, Body>();
  /** Domains that do not point to Vercel. */
  readonly misconfigured = new Set<string>();
  /** Commits whose build fails. */
  readonly broken = new Set<string>();
  /** Every call so far. */
  readonly calls: AnsweredCall[] = [];
  private last = 0;

  /** @param token what callers must present */
  constructor(private readonly token: string) {}

  /** An id that no other thing has, with a prefix such as Vercel's. */
  id(prefix: string): string {
    this.last += 1;
    return `${prefix}_${String(this.last).padStart(24, "0")}`;
  }

  /** Everything that exists, to be compared. */
  entries(): readonly unknown[] {
    const projects = [...this.projects.values()].map(({ domains, ...rest }) => ({ ...rest, domains: [...domains] }));
    return [projects, [...this.deployments], [...this.aliases]];
  }

  project(idOrName: string): projects.Project {
    const found =
      this.projects.get(idOrName) ?? [...this.projects.values()].find(({ settings }) => settings.name === idOrName);
    if (!found) throw notFound("Project");
    return found;
  }

  deployment(id: string): Body {
    const found = this.deployments.get(id);
    if (!found) throw notFound("Deployment");
    return found;
  }

  /** Answers a call to one of Vercel's hosts. */
  answer(host: string, method: string, url: string, authorization: string | undefined, text: string) {
    const { pathname, searchParams } = new URL(url, `https://${host}`);
    const { status, body } = this.answered(host, method, pathname, searchParams, authorization, text);
    this.calls.push({ label: `${method} ${host === API ? "" : host}${pathname}`, status });
    return { status, body };
  }

  private answered(
    host: string,
    method: string,
    path: string,
    query: URLSearchParams,
    authorization: string | undefined,
    text: string,
  ): { status: number; body: Body } {
    try {
      if (host === "api-frameworks.zeit.sh") return { status: 200, body: FRAMEWORKS.map((slug) => ({ slug })) };
      if (host === "dcs.vercel-infra.com")
        return {
          status: 200,
          body: Object.fromEntries(REGIONS.map((region) => [region, { caps: ["V2_DEPLOYMENT_CREATE"] }])),
        };
      if (authorization !== `Bearer ${this.token}`) throw new ApiError(403, "forbidden", "Not authorized");
      const team = /^\/v2\/teams\/([\w-]+)$/.exec(path)?.[1];
      if (method === "GET" && team) return { status: 200, body: teamOf(team) };
      if (!query.get("teamId"))
        throw new ApiError(403, "forbidden", "The project belongs to a team, and none is named");
      for (const [verb, expression, answer] of ROUTES) {
        const match = verb === method && new RegExp(`^${expression}$`).exec(path);
        if (match)
          return {
            status: 200,
            body: answer({ vercel: this, path: { ...match.groups }, body: text && JSON.parse(text) }),
          };
      }
      throw new ApiError(501, "unknown_call", `the fake does not know ${method} ${path}`);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return { status: error.status, body: { error: { code: error.code, message: error.message } } };
    }
  }
}

const API = "api.vercel.com";

const teamOf = (idOrSlug: string) => {
  const slug = idOrSlug.replace(/^team_/, "");
  return { id: `team_${slug}`, slug, name: slug, sensitiveEnvironmentVariablePolicy: "default" };
};

const PROJECT = "/projects/(?<project>[\\w-]+)";

const ROUTES: readonly Route[] = [
  ["POST", "/v8/projects", projects.create],
  ["GET", `/v10${PROJECT}`, ({ vercel, path }) => vercel.project(path.project as string).settings],
  ["PATCH", `/v9${PROJECT}`, projects.update],
  ["PATCH", `/v9${PROJECT}/branch`, projects.setProductionBranch],
  ["POST", `/v9${PROJECT}/link`, projects.link],
  ["DELETE", `/v9${PROJECT}/link`, projects.unlink],
  ["DELETE", `/v8${PROJECT}`, projects.remove],
  ["GET", `/v8${PROJECT}/env`, projects.variables],
  ["POST", `/v10${PROJECT}/env`, projects.addVariable],
  ["GET", `/v10${PROJECT}/env/(?<id>\\w+)`, projects.variable],
  ["PATCH", `/v10${PROJECT}/env/(?<id>\\w+)`, projects.changeVariable],
  ["DELETE", `/v8${PROJECT}/env/(?<id>\\w+)`, projects.removeVariable],
  ["POST", `/v10${PROJECT}/domains`, projects.addDomain],
  ["GET", `/v9${PROJECT}/domains/(?<domain>[\\w.-]+)`, projects.domain],
  ["DELETE", `/v9${PROJECT}/domains/(?<domain>[\\w.-]+)`, projects.removeDomain],
  [
    "GET",
    "/v6/domains/(?<domain>[\\w.-]+)/config",
    ({ vercel, path }) => ({
      misconfigured: vercel.misconfigured.has(path.domain as string),
      recommendedCNAME: [{ rank: 1, value: "cname.vercel-dns.com." }],
      recommendedIPv4: [{ rank: 1, value: ["76.76.21.21"] }],
    }),
  ],
  ["GET", `/v1${PROJECT}/routes`, projects.routes],
  ["POST", `/v1${PROJECT}/routes`, projects.addRoute],
  ["DELETE", `/v1${PROJECT}/routes`, projects.removeRoutes],
  ["PATCH", `/v1${PROJECT}/routes/(?<id>\\w+)`, projects.changeRoute],
  ["GET", `/v1${PROJECT}/routes/versions`, projects.routeVersions],
  ["POST", `/v1${PROJECT}/routes/versions`, projects.promoteRoutes],
  ["POST", "/v12/now/deployments", deploy],
  ["GET", "/v13/deployments/(?<id>\\w+)", ({ vercel, path }) => vercel.deployment(path.id as string)],
  ["POST", "/v2/deployments/(?<id>\\w+)/aliases", setAlias],
  ["GET", "/v4/aliases/(?<id>\\w+)", ({ vercel, path }) => aliasOf(vercel, path.id as string)],
  ["DELETE", "/v2/aliases/(?<id>\\w+)", removeAlias],
];

/** Builds a commit, which is done at once. */
function deploy({ vercel, body: { project: id, target, gitSource } }: Call): Body {
  const project = vercel.project(id);
  if (!project.settings.link) throw badRequest("the project is not linked to a repository");
  const { org, repo, ref } = gitSource ?? {};
  if (org !== project.settings.link.org || repo !== project.settings.link.repo || !ref)
    throw badRequest("`gitSource` must be a commit of the project's repository");
  const failed = vercel.broken.has(ref);
  const deployment = {
    id: vercel.id("dpl"),
    projectId: project.settings.id,
    url: `${project.settings.name}-${ref.slice(0, 9)}.vercel.app`,
    target,
    gitSource,
    readyState: failed ? "ERROR" : "READY",
    ...(failed && { errorCode: "BUILD_FAILED", errorMessage: "Command exited with 1" }),
    aliasAssigned: !failed,
    alias: [`${project.settings.name}.vercel.app`],
    creator: { username: "deployer" },
    /** What it was built with, which the API does not show. */
    builtWith: { ...project.settings, variables: project.variables.map(({ key, value }) => ({ key, value })) },
  };
  vercel.deployments.set(deployment.id, deployment);
  if (!failed && target === "production" && project.settings.autoAssignCustomDomains)
    for (const name of project.domains.keys()) assign(vercel, name, deployment);
  return deployment;
}

function setAlias({ vercel, path, body: { alias } }: Call): Body {
  const deployment = vercel.deployment(path.id as string);
  if (!vercel.project(deployment.projectId).domains.has(alias))
    throw new ApiError(403, "forbidden", `You don't have access to the domain ${alias}`);
  if (vercel.misconfigured.has(alias))
    throw new ApiError(400, "cert_missing", "The domain you are trying to associate is missing a SSL certificate");
  return assign(vercel, alias, deployment);
}

function assign(vercel: Vercel, alias: string, { id, projectId }: Body): Body {
  const uid = vercel.aliases.get(alias)?.uid ?? vercel.id("als").replace("_", "");
  vercel.aliases.set(alias, { uid, alias, deploymentId: id, projectId });
  return { uid, alias };
}

function aliasOf(vercel: Vercel, id: string): Body {
  const found = [...vercel.aliases.values()].find(({ uid }) => uid === id);
  if (!found) throw notFound("Alias");
  return found;
}

function removeAlias({ vercel, path }: Call): Body {
  vercel.aliases.delete(aliasOf(vercel, path.id as string).alias);
  return { status: "SUCCESS" };
}
