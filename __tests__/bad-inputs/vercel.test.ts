import pmcrm from "../../systems/pmcrm";
import { type Files, filesOfPmcrmOnVercel } from "../support";
import { type Anything, refused as any, P, production, R, release, S, system, T, testRefused } from "./support";

/** A change to pmcrm's files, with its frontend. */
const refused = (change: (files: Files) => void, ...lines: readonly string[]) =>
  any(
    (files) => {
      Object.assign(files, filesOfPmcrmOnVercel());
      change(files);
    },
    ...lines,
  );

const web = (change: (web: Anything, system: Anything) => void) => system((s) => change(s.vercel.web, s));
const project = (change: (project: Anything, vercel: Anything) => void) =>
  production((e) => change(e.vercel.frontends.web, e.vercel));

/** Adds a variable to the system and lists it in the frontend. */
const listed = (name: string, variable: Anything, more: (system: Anything) => void = () => {}) =>
  web((w, s) => {
    s.variables[name] = variable;
    w.variables.push(name);
    more(s);
  });
const W = `${S} vercel.web`;
const V = `${P} vercel.frontends.web`;
const ASK =
  "remove it, and let the frontend ask a service that has it; if everybody may know it, say so in its name, such as MAPS_PUBLISHABLE_KEY";
const IS_SECRET = `is a secret or a part of a datastore's login: browsers can read what a frontend is built with; ${ASK}`;
const IS_NAMED = `has the name of a secret or of a datastore's URL: browsers can read what a frontend is built with; ${ASK}`;
const IS_URL =
  "is the URL of a datastore: browsers can read what a frontend is built with; remove it, and let the frontend ask a service that has it";
const SETS =
  "sets a secret or a datastore's URL: browsers can read what a frontend is built with; remove it, and let the frontend ask a service that has it";
const FOLDER = 'must be a folder of the repository, without a slash at its ends; write it like "apps/web"';

testRefused({
  "a project of something that is no frontend": refused(
    system((s) => (s.vercel.shop = { repository: "pmcrm-io/shop", framework: "nextjs" })),
    `${S} vercel.shop = "shop": is not a frontend of the system; add it to frontends, or use one of web`,
    `${T} vercel.frontends.shop = nothing: is required: the system has this frontend on Vercel; add it, for example { productionBranch: "main", regions: ["fra1"] }`,
    `releases/pmcrm/<id>.json frontends.shop = nothing: is required: Vercel builds this commit of the frontend; use npm run release with --frontend shop=<commit>`,
    `${P} vercel.frontends.shop = nothing: is required: the system has this frontend on Vercel; add it, for example { productionBranch: "main", regions: ["fra1"] }`,
  ),
  "a project whose name is too long": refused(({ system: s, staging, production }: Anything) => {
    const name = "customer-relations-for-everybody-else";
    s.frontends = [name];
    s.vercel = { [name]: s.vercel.web };
    s.variables.CORS_ORIGINS.of = [name];
    for (const { environment: e, release: r } of [staging, production]) {
      e.frontends = { [name]: e.frontends.web };
      e.vercel.frontends = { [name]: e.vercel.frontends.web };
      r.frontends = { [name]: r.frontends.web };
    }
  }, `${S} vercel.customer-relations-for-everybody-else = "customer-relations-for-everybody-else": gives the project on Vercel the name pmcrm-production-customer-relations-for-everybody-else, which must have at most 52 characters; shorten the frontend's name`),
  "a project whose name has three dashes in a row": refused(
    ({ system: s, staging, production }: Anything) => {
      s.frontends = ["web---2"];
      s.vercel = { "web---2": s.vercel.web };
      s.variables.CORS_ORIGINS.of = ["web---2"];
      for (const { environment: e, release: r } of [staging, production]) {
        e.frontends = { "web---2": e.frontends.web };
        e.vercel.frontends = { "web---2": e.vercel.frontends.web };
        r.frontends = { "web---2": r.frontends.web };
      }
    },
    ...["staging", "production"].map(
      (name) =>
        `${S} vercel.web---2 = "web---2": gives the project on Vercel the name pmcrm-${name}-web---2, which must not have three dashes in a row; rename the frontend`,
    ),
  ),
  "a repository that is a folder": refused(
    web((w) => (w.repository = "pmcrm/..")),
    `${W}.repository = "pmcrm/..": must be a repository on GitHub; write it like "my-company/shop"`,
  ),
  "a repository as git clones it": refused(
    web((w) => (w.repository = "pmcrm/web.git")),
    `${W}.repository = "pmcrm/web.git": must be a repository on GitHub; write it like "my-company/shop"`,
  ),
  "a folder with a very long name": refused(
    web((w) => (w.rootDirectory = "a".repeat(257))),
    `${W}.rootDirectory = a string: must be at most 256 characters long; use a shorter one`,
  ),
  "a build command that is a space": refused(
    web((w) => (w.buildCommand = " ")),
    `${W}.buildCommand = " ": must not begin or end with a space; remove it`,
  ),
  "a build command that sets DATABASE_URL": refused(
    web((w) => (w.buildCommand = "DATABASE_URL=$URL npm run build")),
    `${W}.buildCommand = a string: ${SETS}`,
  ),
  "a build command that has a datastore's URL": refused(
    web((w) => (w.buildCommand = "FROM=redis://10.4.0.3 npm run build")),
    `${W}.buildCommand = a string: ${SETS}`,
  ),
  "a repository that is not on GitHub": refused(
    web((w) => (w.repository = "https://gitlab.com/pmcrm/web")),
    `${W}.repository = "https://gitlab.com/pmcrm/web": must be a repository on GitHub; write it like "my-company/shop"`,
  ),
  "a framework that Vercel does not know": refused(
    web((w) => (w.framework = "next")),
    `${W}.framework = "next": must be one of "nextjs", "nuxtjs", "astro", "sveltekit-1", "remix", "vite"; choose one of them`,
  ),
  "folders outside the repository": refused(
    web((w) => Object.assign(w, { rootDirectory: "../web", outputDirectory: "/.next" })),
    `${W}.rootDirectory = "../web": ${FOLDER}`,
    `${W}.outputDirectory = "/.next": ${FOLDER}`,
  ),
  "a build command of two lines": refused(
    web((w) => (w.buildCommand = "npm ci\nnpm run build")),
    `${W}.buildCommand = a string: must be one line of 1 to 80 characters; write it in one line`,
  ),
  "a password in a build command": refused(
    web((w) => (w.buildCommand = `TOKEN=ghp_${"a1B2".repeat(9)} npm run build`)),
    `${W}.buildCommand = a string: looks like a secret; remove it: npm run secrets prints the commands that put a secret into Secret Manager`,
  ),
  "variables that are unknown, and that are listed twice": refused(
    web((w) => w.variables.push("NEXT_PUBLIC_API_URL", "NEXT_PUBLIC_OTHER")),
    `${W}.variables.1 = a string: is listed twice; remove one of the two`,
    `${W}.variables.2 = "NEXT_PUBLIC_OTHER": is not a variable of the system; declare it, or use one of ${Object.keys(pmcrm.variables).join(", ")}`,
  ),
  "DATABASE_URL and REDIS_URL, as the document's example has them": refused(
    web((w) => w.variables.push("DATABASE_URL", "REDIS_URL")),
    `${W}.variables.1 = "DATABASE_URL": ${IS_SECRET}`,
    `${W}.variables.2 = "REDIS_URL": ${IS_SECRET}`,
  ),
  "secrets that are generated and supplied, and a datastore's password": refused(
    listed("CACHE_WORD", { kind: "datastore", of: "cache", field: "password" }, (s) => {
      s.vercel.web.variables.push("JWT_SECRET", "OPENAI_API_KEY");
      s.services.backend.variables.push("CACHE_WORD");
    }),
    `${W}.variables.1 = "CACHE_WORD": ${IS_SECRET}`,
    `${W}.variables.2 = "JWT_SECRET": ${IS_SECRET}`,
    `${W}.variables.3 = "OPENAI_API_KEY": ${IS_SECRET}`,
  ),
  "a variable that is named like a secret, whatever its value is": refused(
    listed("NEXT_PUBLIC_MAPS_API_KEY", "none", (s) => {
      s.variables.NEXT_PUBLIC_SESSION_SECRET = "none";
      s.vercel.web.variables.push("NEXT_PUBLIC_SESSION_SECRET");
    }),
    `${W}.variables.1 = a string: ${IS_NAMED}`,
    `${W}.variables.2 = a string: ${IS_NAMED}`,
  ),
  "a variable that is named like a datastore's URL": refused(
    listed("NEXT_PUBLIC_DATABASE_URL", "none"),
    `${W}.variables.1 = a string: ${IS_NAMED}`,
  ),
  "a datastore's URL without a password under a harmless name": refused(
    listed("NEXT_PUBLIC_SOURCE", "postgresql+asyncpg://db.internal/app"),
    `${W}.variables.1 = "NEXT_PUBLIC_SOURCE": ${IS_URL}`,
  ),
  "an environment's value that is a datastore's URL": refused(({ system: s, staging, production: p }: Anything) => {
    s.variables.NEXT_PUBLIC_SOURCE = { kind: "environment" };
    s.vercel.web.variables.push("NEXT_PUBLIC_SOURCE");
    staging.environment.variables.NEXT_PUBLIC_SOURCE = "https://source.my-company.com";
    p.environment.variables.NEXT_PUBLIC_SOURCE = "redis://10.4.0.3:6379";
  }, `${P} variables.NEXT_PUBLIC_SOURCE = a string: ${IS_URL}`),
  "variables that Vercel or the build sets": refused(
    listed("TZ", "UTC", (s) => s.vercel.web.variables.push("NODE_ENV")),
    `${W}.variables.1 = "TZ": is a variable that Vercel or the build sets itself; remove it`,
    `${W}.variables.2 = "NODE_ENV": is a variable that Vercel or the build sets itself; remove it`,
  ),
  "the name of a bucket": refused(
    listed("MEDIA", { kind: "bucket", of: "media" }, (s) => {
      s.buckets = { media: { access: "private" } };
      s.services.backend.buckets = { media: "read" };
    }),
    `${W}.variables.1 = "MEDIA": has the kind bucket, which only pods have; remove it, or use text`,
  ),
  "a variable that only pods have": refused(
    web((w) => w.variables.push("PORT")),
    `${W}.variables.1 = "PORT": has the kind port, which only pods have; remove it, or use text`,
  ),
  "a service that does not allow the frontend's origin": refused(
    system((s) => (s.variables.CORS_ORIGINS.of = ["backend"])),
    `${W}.variables.0 = a string: is the URL of backend, which does not allow the origin web: browsers would refuse its answers; list web in a variable of backend of the kind origins, or in its cors.origins`,
  ),
  "headers that are wrong, set twice or written by the edge": refused(
    web(
      (w) =>
        (w.headers = [
          { set: { "X-Frame-Options": "SAMEORIGIN", "X-A": "1", "x-a": "2" } },
          { path: "/admin/", set: { "X-A": "1" } },
          { set: { Connection: "close" } },
          { path: "/b", set: {} },
        ]),
    ),
    `${W}.headers.1.path = "/admin/": must not end with a slash; write it like "/sales"`,
    `${W}.headers.3.set = {}: must not be empty; name a header, or remove the entry`,
  ),
  "headers of the edge, and paths that have two entries": refused(
    web(
      (w) =>
        (w.headers = [
          { set: { "X-Frame-Options": "SAMEORIGIN", "X-A": "1", "x-a": "2" } },
          { set: { Connection: "close" } },
        ]),
    ),
    `${W}.headers.0.set.X-Frame-Options = "SAMEORIGIN": is a header that the edge sets itself; remove it`,
    `${W}.headers.0.set.x-a = "2": is set twice: names have no case; remove one of the two`,
    `${W}.headers.1.set.Connection = "close": concerns one connection or the shape of a message, which the edge and the service agree on; remove it`,
    `${W}.headers.1 = {"set":{"Connection":"close"}}: has the same paths as another one; put the headers into one`,
  ),
  "an environment without Vercel": refused(
    production((e) => delete e.vercel),
    `${P} vercel = nothing: is required: the system has web on Vercel; name the team and the projects, for example { team: "my-company", frontends: {} }`,
  ),
  "Vercel in an environment of a system without it": refused(({ system: s, staging, production }: Anything) => {
    delete s.vercel;
    delete s.variables.NEXT_PUBLIC_API_URL;
    delete staging.environment.vercel;
    for (const { release: r } of [staging, production]) delete r.frontends;
  }, `${P} vercel = {"team":"pmcrm","frontends":{"web":{"productionBranch":"main","regions":["fra...: must be absent: the system has nothing on Vercel; remove it`),
  "a team that is no slug": refused(
    project((_web, v) => (v.team = "My Company")),
    `${P} vercel.team = "My Company": must be a team's slug or id; write it like "my-company"`,
  ),
  "a project that the system does not have": refused(
    project((w, v) => (v.frontends.shop = w)),
    `${P} vercel.frontends.shop = "shop": is not a frontend on Vercel of the system; use one of web`,
  ),
  "a branch with spaces": refused(
    project((w) => (w.productionBranch = "the main one")),
    `${V}.productionBranch = "the main one": must be a branch's name; write it like "main"`,
  ),
  "a commit's place in git in place of a branch": refused(
    ({ staging, production: p }: Anything) => {
      staging.environment.vercel.frontends.web.productionBranch = "HEAD";
      p.environment.vercel.frontends.web.productionBranch = "refs/heads/main";
    },
    `${T} vercel.frontends.web.productionBranch = "HEAD": must be a branch's name; write it like "main"`,
    `${V}.productionBranch = "refs/heads/main": must be a branch's name; write it like "main"`,
  ),
  "regions that are none, unknown and listed twice": refused(
    ({ staging, production }: Anything) => {
      staging.environment.vercel.frontends.web.regions = ["fra1", "fra1"];
      production.environment.vercel.frontends.web.regions = [];
    },
    `${T} vercel.frontends.web.regions.1 = "fra1": is listed twice; remove one of the two`,
    `${V}.regions = []: must not be empty; write it like ["fra1"]`,
  ),
  "a domain that the edge serves, and one of another environment": refused(
    production((e) => (e.frontends.web = ["api.pmcrm.io", "app.staging.pmcrm.io"])),
    `${P} frontends.web.0 = "api.pmcrm.io": is already a host of backend; give the host to one of the two`,
    `${T} frontends.web.0 = "app.staging.pmcrm.io": is also a host of production; choose another name`,
    `${P} frontends.web.1 = "app.staging.pmcrm.io": contains the name of staging; use a name of this environment`,
  ),
  "a domain of another system's frontend and of another system's edge": refused(
    (files) => {
      files.elsewhere = [
        { file: "environments/shop/production.ts", environment: { frontends: { app: ["app.pmcrm.io"] } } },
        {
          file: "environments/shop/staging.ts",
          environment: { services: { api: { hosts: ["app.staging.pmcrm.io"] } } },
        },
      ];
    },
    `${P} frontends.web.0 = "app.pmcrm.io": is also a host of environments/shop/production.ts; choose another name`,
    `${T} frontends.web.0 = "app.staging.pmcrm.io": is also a host of environments/shop/staging.ts; choose another name`,
  ),
  "a release without the frontend's commit": refused(
    release((r) => delete r.frontends),
    `${R} frontends.web = nothing: is required: Vercel builds this commit of the frontend; use npm run release with --frontend web=<commit>`,
  ),
  "a branch in place of a commit, and a frontend that is not on Vercel": refused(
    release((r) => (r.frontends = { web: "main" })),
    `${R} frontends.web = "main": must be a commit's id of 40 hexadecimal digits; copy it from git rev-parse HEAD`,
  ),
  "a commit of a frontend that is not on Vercel": refused(
    release((r) => (r.frontends.shop = "2".repeat(40))),
    `${R} frontends.shop = "shop": is not a frontend on Vercel of the system; remove it, or use one of web`,
  ),
});
