import { createHash } from "node:crypto";
import { Construct } from "constructs";
import { type HeadersOfPath, headersAt } from "../../facts/http";
import { isBelow } from "../../facts/paths";
import { VercelResource } from "./vercel-resource";

export interface VercelFrontendProps {
  /** Name of the project on Vercel: at most 52 lower-case letters, digits and dashes, and unique in the team. */
  readonly name: string;
  /** Repository on GitHub, such as `my-company/shop`. Vercel's app for GitHub must be able to read it. */
  readonly repository: string;
  /** Branch whose pushes Vercel builds ahead of their release. They get no domain. */
  readonly productionBranch: string;
  /** Slug of the framework, such as `nextjs`. */
  readonly framework: string;
  /** Folder of the frontend. The default is the whole repository. */
  readonly rootDirectory?: string;
  /** The default is the framework's. */
  readonly buildCommand?: string;
  /** Folder, in the root directory, that the build writes. The default is the framework's. */
  readonly outputDirectory?: string;
  /** Regions that run functions, such as `fra1`. */
  readonly regions: readonly string[];
  /** Host names that show the frontend. */
  readonly domains: readonly string[];
  /** What the build and the functions read, by name. None may be a secret: browsers get what the build reads. */
  readonly variables: Readonly<Record<string, string>>;
  /** Response headers, in addition to those of every public response. Those of a longer path replace those of a shorter one. */
  readonly headers: readonly HeadersOfPath[];
  /** Commit that the domains show. */
  readonly commit: string;
  /** Commit that they showed before. Its deployment stays, so that going back to it builds nothing. */
  readonly previous?: string;
  /** Whether Terraform refuses to destroy the project. */
  readonly deletionProtection: boolean;
}

/**
 * A frontend on Vercel: a project, a deployment of the release's commit, and the domains that show it.
 *
 * Vercel writes some variables into the files that it builds, so each environment has a project of its own, and a promotion
 * builds the commit there. Nothing deploys by itself: Vercel builds pushes to the production branch, but gives them no
 * domain (`auto_assign_custom_domains`), and builds no other branches, which would lack the variables. Only an alias shows a
 * deployment at a domain. It moves when the deployment is built, so a build that fails changes nothing for visitors.
 *
 * A deployment is made again if what it is built with changes. Vercel keeps those that Terraform forgets.
 *
 * An alias needs the domain's certificate, so the domain must point to Vercel before. Otherwise, the apply fails with
 * `cert_missing`, and can be repeated.
 * {@link https://vercel.com/docs/deployments/promoting-a-deployment}
 * {@link https://github.com/vercel/terraform-provider-vercel/issues/287}
 */
export class VercelFrontend extends Construct {
  constructor(scope: Construct, id: string, props: VercelFrontendProps) {
    super(scope, id);
    const settings = {
      framework: props.framework,
      root_directory: props.rootDirectory,
      build_command: props.buildCommand,
      output_directory: props.outputDirectory,
      resource_config: { function_default_regions: props.regions },
    };
    const project = new VercelResource(
      this,
      "project",
      "project",
      {
        name: props.name,
        ...settings,
        git_repository: { type: "github", repo: props.repository, production_branch: props.productionBranch },
        auto_assign_custom_domains: false,
        preview_deployments_disabled: true,
      },
      { lifecycle: { preventDestroy: props.deletionProtection } },
    );
    const variables = Object.entries(props.variables).map(
      ([key, value]) =>
        new VercelResource(this, `variable-${key}`, "project_environment_variable", {
          project_id: project.id,
          key,
          value,
          target: ["production"],
          sensitive: false, // Vercel could not show it, and the plan no change of it
        }),
    );
    for (const [path, headers] of responseHeaders(props.headers))
      new VercelResource(this, `headers-${digestOf(path)}`, "project_route", {
        project_id: project.id,
        name: `Headers of ${path}`.slice(0, LONGEST_ROUTE_NAME),
        position: { placement: "end" },
        src_syntax: "regex",
        route: {
          src: expressionOf(path, props.headers),
          case_sensitive: true, // as on the edges
          transforms: Object.entries(headers).map(([key, value]) => ({
            type: "response.headers",
            op: "set",
            target: JSON.stringify({ key }),
            args: JSON.stringify(value),
          })),
        },
      });

    const deployments = new Map(
      [...new Set([props.commit, props.previous])].flatMap((commit) =>
        commit === undefined ? [] : [[commit, this.deploy(project, commit, [settings, props.variables], variables)]],
      ),
    );
    const shown = deployments.get(props.commit) as VercelResource;
    // A domain has the same address whatever project has it. So if it moves to another one, Terraform first removes it from the
    // one before: Vercel refuses it otherwise.
    for (const domain of props.domains) {
      const known = new VercelResource(scope, `domain-${digestOf(domain)}`, "project_domain", {
        project_id: project.id,
        domain,
      });
      new VercelResource(
        scope,
        `alias-${digestOf(domain)}`,
        "alias",
        { alias: domain, deployment_id: shown.id },
        { dependsOn: [known] },
      );
    }
  }

  /** Builds a commit. Its address has a digest of all that it is built with. */
  private deploy(
    project: VercelResource,
    commit: string,
    builtWith: readonly unknown[],
    variables: readonly VercelResource[],
  ): VercelResource {
    const text = JSON.stringify([commit, ...builtWith]);
    return new VercelResource(
      this,
      `deployment-${digestOf(text, 10)}`,
      "deployment",
      { project_id: project.id, ref: commit, production: true },
      { dependsOn: [...variables] },
    );
  }
}

/** Characters of a routing rule's name. */
const LONGEST_ROUTE_NAME = 256;

const digestOf = (text: string, digits = 8): string => createHash("sha256").update(text).digest("hex").slice(0, digits);

/** The headers of each path that has some of its own, and of all others. */
const responseHeaders = (headers: readonly HeadersOfPath[]): readonly (readonly [string, Record<string, string>])[] =>
  ["/", ...pathsOf(headers)].map((path) => [path, headersAt(headers, path)]);

const pathsOf = (headers: readonly HeadersOfPath[]): string[] =>
  headers.flatMap(({ path = "/" }) => (path === "/" ? [] : [path]));

/**
 * A regular expression for a path and what is below it, but not below longer paths that have headers of their own. So only
 * one route matches a request, whatever order Vercel keeps them in.
 */
function expressionOf(path: string, headers: readonly HeadersOfPath[]): string {
  const escaped = (text: string) => text.replace(/[^\w/]/g, "\\$&");
  const others = pathsOf(headers).filter((other) => other !== path && isBelow(other, path));
  const without = others.map((other) => `(?!${escaped(other)}(?:/|$))`).join("");
  return `^${without}${path === "/" ? "/.*" : `${escaped(path)}(?:/.*)?`}$`;
}
