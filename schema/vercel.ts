import { z } from "zod";
import { FRAMEWORKS, VERCEL_REGIONS } from "../facts/vercel";
import { label, line, matching, variableName } from "./fields";
import { rule } from "./problem";
import { headers } from "./web";

/** Frontends that Vercel builds and serves. */

const folder = matching(
  /^(?!\.\.?(\/|$))(?!.*\/\.\.?(\/|$))[\w.@-]+(\/[\w.@-]+)*$/,
  "must be a folder of the repository, without a slash at its ends",
  'write it like "apps/web"',
).refine((path) => path.length <= 256, rule("must be at most 256 characters long", "use a shorter one"));

/** How Vercel builds a frontend: the same in every environment. */
export const vercelFrontend = z.strictObject({
  /** Repository on GitHub. Vercel's app for GitHub must be able to read it. */
  repository: matching(
    /^[A-Za-z0-9][\w-]{0,38}\/(?!\.{1,2}$)(?!.*\.git$)[\w.-]{1,100}$/,
    "must be a repository on GitHub",
    'write it like "my-company/shop"',
  ),
  framework: z.enum(FRAMEWORKS),
  /** Folder of the frontend in the repository. By default, it is the whole repository. */
  rootDirectory: folder.optional(),
  /** By default, Vercel knows the framework's. */
  buildCommand: line
    .refine((command) => command.trim() === command, rule("must not begin or end with a space", "remove it"))
    .optional(),
  /** Folder, in the root directory, that the build writes. By default, Vercel knows the framework's. */
  outputDirectory: folder.optional(),
  /**
   * Names of the system's variables that the build and the functions read. None can be a secret: browsers get what the
   * build reads.
   */
  variables: z.array(variableName).default([]),
  headers,
});

/** Vercel in an environment. */
export const vercel = z.strictObject({
  /** Slug or id of the team that the projects belong to. */
  team: matching(
    /^([a-z0-9]([-a-z0-9]{0,46}[a-z0-9])?|team_[A-Za-z0-9]{16,32})$/,
    "must be a team's slug or id",
    'write it like "my-company"',
  ),
  /** The frontends' projects. `frontends` of the environment has their domains. */
  frontends: z.record(
    label(40),
    z.strictObject({
      /** Branch whose pushes Vercel builds ahead of their release. They get no domain. */
      productionBranch: matching(
        /^(?!HEAD$|refs\/)(?!.*(\.\.|\/\/|\/\.|\.lock(\/|$)|\.$|\/$))[A-Za-z0-9][\w./-]{0,99}$/,
        "must be a branch's name",
        'write it like "main"',
      ),
      /** Regions in which functions run. */
      regions: z
        .array(z.enum(VERCEL_REGIONS))
        .refine((all) => all.length > 0, rule("must not be empty", 'write it like ["fra1"]')),
    }),
  ),
});
