import { hasDatastoreUrl, isUnfitForFrontends } from "../../facts/frontends";
import { fullName } from "../../facts/names";
import { secretLooking } from "../../facts/secrets";
import { LONGEST_PROJECT_NAME, RESERVED_VARIABLES } from "../../facts/vercel";
import type { System } from "../system";
import { kindOf, type Variable } from "../variable";
import { type Check, check, oneOf, own } from "./check";
import { sayWrongHeaders } from "./web";

/** Kinds of variables that a frontend can have. The others are secrets, or belong to a pod. */
const KINDS: readonly string[] = ["text", "environment", "url", "origins", "hosts"];

const IN_PODS: readonly string[] = ["port", "version", "node-address", "ca-bundle", "pool-size", "bucket"];

/** Whether a service answers browsers on the frontend's pages. */
function allows({ services, variables }: Pick<System, "services" | "variables">, service: string, frontend: string) {
  const called = services[service];
  const origins = (called?.variables ?? []).flatMap((name) => {
    const variable = own(variables, name);
    return typeof variable === "object" && variable.kind === "origins" ? variable.of : [];
  });
  return [...(called?.cors?.origins ?? []), ...origins].some((origin) => origin === frontend || origin === "*");
}

/** The service whose URL a variable is. */
const calledBy = (variable: Variable | undefined, services: System["services"]): string | undefined =>
  typeof variable === "object" && variable.kind === "url" && own(services, variable.of) ? variable.of : undefined;

/** What is wrong with a value that is a datastore's URL, and what to do. */
const DATASTORE_URL = [
  "is the URL of a datastore: browsers can read what a frontend is built with",
  "remove it, and let the frontend ask a service that has it",
] as const;

/** Rules about the frontends that Vercel builds. */
export const vercelChecks: readonly Check[] = [
  check(["vercel", "frontends"], [], [], (s, _e, _r, { say, systemName, environmentName }) => {
    for (const name of Object.keys(s.vercel)) {
      if (!s.frontends.includes(name))
        say.system(
          ["vercel", name],
          "is not a frontend of the system",
          `add it to frontends, or ${oneOf(s.frontends)}`,
          {
            value: name,
          },
        );
      const project = `${fullName(systemName, environmentName)}-${name}`;
      if (project.length > LONGEST_PROJECT_NAME)
        say.system(
          ["vercel", name],
          `gives the project on Vercel the name ${project}, which must have at most ${LONGEST_PROJECT_NAME} characters`,
          "shorten the frontend's name",
          { value: name },
        );
      if (project.includes("---"))
        say.system(
          ["vercel", name],
          `gives the project on Vercel the name ${project}, which must not have three dashes in a row`,
          "rename the frontend",
          { value: name },
        );
    }
  }),
  check(["vercel"], [], [], (s, _e, _r, { say }) => {
    for (const [frontend, { buildCommand = "" }] of Object.entries(s.vercel)) {
      const set = [...buildCommand.matchAll(/\b([A-Z][A-Z0-9_]*)=/g)].map(([, name = ""]) => name);
      if (!secretLooking(buildCommand) && (hasDatastoreUrl(buildCommand) || set.some(isUnfitForFrontends)))
        say.system(
          ["vercel", frontend, "buildCommand"],
          "sets a secret or a datastore's URL: browsers can read what a frontend is built with",
          "remove it, and let the frontend ask a service that has it",
          { secret: true },
        );
    }
  }),
  check(["vercel"], [], [], (s, _e, _r, { say }) => {
    for (const [frontend, { headers }] of Object.entries(s.vercel)) {
      const where = ["vercel", frontend, "headers"];
      sayWrongHeaders(headers, where, say);
      const paths = headers.map(({ path = "/" }) => path);
      for (const [i, path] of paths.entries())
        if (paths.indexOf(path) !== i)
          say.system([...where, i], "has the same paths as another one", "put the headers into one");
    }
  }),
  check(["vercel", "variables", "services"], [], [], (s, _e, _r, { say }) => {
    for (const [frontend, { variables }] of Object.entries(s.vercel))
      for (const [i, name] of variables.entries()) {
        const variable = own(s.variables, name);
        const path = ["vercel", frontend, "variables", i];
        if (!variable) {
          say.system(path, "is not a variable of the system", `declare it, or ${oneOf(Object.keys(s.variables))}`);
          continue;
        }
        if (variables.indexOf(name) !== i) say.system(path, "is listed twice", "remove one of the two");
        const kind = kindOf(variable);
        if (IN_PODS.includes(kind))
          say.system(path, `has the kind ${kind}, which only pods have`, "remove it, or use text");
        else if (!KINDS.includes(kind) || isUnfitForFrontends(name))
          say.system(
            path,
            KINDS.includes(kind)
              ? "has the name of a secret or of a datastore's URL: browsers can read what a frontend is built with"
              : "is a secret or a part of a datastore's login: browsers can read what a frontend is built with",
            "remove it, and let the frontend ask a service that has it; if everybody may know it, say so in its name, such as MAPS_PUBLISHABLE_KEY",
          );
        else if (typeof variable === "string" && hasDatastoreUrl(variable)) say.system(path, ...DATASTORE_URL);
        else if (RESERVED_VARIABLES.includes(name))
          say.system(path, "is a variable that Vercel or the build sets itself", "remove it");
        const service = calledBy(variable, s.services);
        if (service && !allows(s, service, frontend))
          say.system(
            path,
            `is the URL of ${service}, which does not allow the origin ${frontend}: browsers would refuse its answers`,
            `list ${frontend} in a variable of ${service} of the kind origins, or in its cors.origins`,
          );
      }
  }),
  check(["vercel"], ["variables"], [], (s, e, _r, { say }) => {
    const read = new Set(Object.values(s.vercel).flatMap(({ variables }) => variables));
    for (const [name, value] of Object.entries(e.variables))
      if (read.has(name) && hasDatastoreUrl(value)) say.environment(["variables", name], ...DATASTORE_URL);
  }),
  check(["vercel"], ["vercel"], [], (s, e, _r, { say }) => {
    const frontends = Object.keys(s.vercel);
    if (!e.vercel) {
      if (frontends.length)
        say.environment(
          ["vercel"],
          `is required: the system has ${frontends.join(", ")} on Vercel`,
          'name the team and the projects, for example { team: "my-company", frontends: {} }',
        );
      return;
    }
    if (!frontends.length) say.environment(["vercel"], "must be absent: the system has nothing on Vercel", "remove it");
    for (const name of frontends)
      if (!own(e.vercel.frontends, name))
        say.environment(
          ["vercel", "frontends", name],
          "is required: the system has this frontend on Vercel",
          'add it, for example { productionBranch: "main", regions: ["fra1"] }',
        );
    for (const [name, { regions }] of Object.entries(e.vercel.frontends)) {
      if (frontends.length && !frontends.includes(name))
        say.environment(["vercel", "frontends", name], "is not a frontend on Vercel of the system", oneOf(frontends), {
          value: name,
        });
      for (const [i, region] of regions.entries())
        if (regions.indexOf(region) !== i)
          say.environment(["vercel", "frontends", name, "regions", i], "is listed twice", "remove one of the two");
    }
  }),
  check(["vercel"], [], [], (s, _e, _r, { say, pointer: { stable, previous } }) => {
    if (previous === undefined) return;
    if (!Object.keys(s.vercel).length)
      say.pointer(["previous"], "must be absent: the system has nothing on Vercel", "remove it");
    else if (previous === stable)
      say.pointer(["previous"], "is the stable release itself", "name the release before, or remove it");
  }),
  check(["vercel"], [], ["frontends"], (s, _e, { frontends = {} }, { say }) => {
    for (const name of Object.keys(s.vercel))
      if (!own(frontends, name))
        say.release(
          ["frontends", name],
          "is required: Vercel builds this commit of the frontend",
          `use npm run release with --frontend ${name}=<commit>`,
        );
    for (const name of Object.keys(frontends))
      if (!own(s.vercel, name))
        say.release(
          ["frontends", name],
          "is not a frontend on Vercel of the system",
          `remove it, or ${oneOf(Object.keys(s.vercel))}`,
          { value: name },
        );
  }),
];
