import { addBuckets } from "../buckets";
import { addModules, withoutCrm } from "../modules";
import type { Files } from "../support";
import { type Anything, P, refused, S, T, testRefused } from "./support";

/** Changes pmcrm with buckets. */
const buckets = (change: (system: Anything, files: Files) => void) => (files: Files) => {
  addBuckets(files);
  change(files.system, files);
};
const production = (change: (environment: Anything) => void) =>
  buckets((_s, files) => change(files.production.environment));

testRefused({
  "a bucket without access": refused(
    buckets((s) => {
      s.buckets.media = {};
    }),
    `${S} buckets.media.access = nothing: is required; use one of private, public`,
  ),
  "a bucket with an access that there is not": refused(
    buckets((s) => (s.buckets.media.access = "internal")),
    `${S} buckets.media.access = "internal": is not a known kind; use one of private, public`,
  ),
  "a public bucket without a file for the uptime check": refused(
    buckets((s) => delete s.buckets.static.health),
    `${S} buckets.static.health = nothing: is required (string); add it`,
  ),
  "a folder for the uptime check": refused(
    buckets((s) => (s.buckets.static.health = "/health/")),
    `${S} buckets.static.health = "/health/": must be a file, not a folder; write it like "/health.txt"`,
  ),
  "a file without a slash for the uptime check": refused(
    buckets((s) => (s.buckets.static.health = "health.txt")),
    `${S} buckets.static.health = "health.txt": must be an absolute URL path without query; write it like "/health"`,
  ),
  "a file for the uptime check of a private bucket": refused(
    buckets((s) => (s.buckets.media.health = "/health.txt")),
    `${S} buckets.media.health = a string: is not a known key; remove it, or correct its spelling`,
  ),
  "a bucket with a long name": refused(
    buckets((s) => {
      s.buckets["media-of-all-customers"] = { access: "private" };
    }),
    `${S} buckets.media-of-all-customers = "media-of-all-customers": must be a name of at most 20 lower-case letters, digits and dashes that starts with a letter; write it like "web-api"`,
  ),
  "a use that there is not": refused(
    buckets((s) => (s.services.worker.buckets.media = "admin")),
    `${S} services.worker.buckets.media = "admin": must be one of "read", "write"; choose one of them`,
  ),
  "an unknown bucket of a service, of a task and of a variable": refused(
    buckets((s) => {
      s.services.worker.buckets.exports = "read";
      s.tasks.collect.buckets.assets = "write";
      s.variables.MEDIA_BUCKET.of = "uploads";
    }),
    `${S} services.worker.buckets.exports = "exports": is not a bucket of the system; use one of media, static`,
    `${S} tasks.collect.buckets.assets = "assets": is not a bucket of the system; use one of media, static`,
    `${S} variables.MEDIA_BUCKET.of = a string: is not a bucket of the system; use one of media, static`,
  ),
  "a bucket that nobody uses": refused(
    buckets((s) => {
      s.buckets.exports = { access: "private" };
    }),
    `${S} buckets.exports = "exports": is not used: no service and no task uses it; add it to the buckets of those that use it, or remove it`,
  ),
  "signed URLs of no bucket, and of a public one": refused(
    buckets((s) => {
      s.tasks.migrate.signsUrls = true;
      s.tasks.collect.signsUrls = true;
    }),
    `${S} tasks.migrate.signsUrls = true: needs a private bucket: files of a public one have URLs of their own; add the bucket to buckets, or remove it`,
    `${S} tasks.collect.signsUrls = true: needs a private bucket: files of a public one have URLs of their own; add the bucket to buckets, or remove it`,
  ),
  "the name of a bucket that the workload does not use": refused(
    buckets((s) => s.services.worker.variables.push("STATIC_BUCKET")),
    `${S} services.worker.variables.21 = "STATIC_BUCKET": names the bucket static, which this workload does not use; add the bucket to buckets, or remove the variable`,
  ),
  "the URL of a private bucket": refused(
    buckets((s) => (s.variables.STATIC_URL.of = "media")),
    `${S} variables.STATIC_URL.of = a string: is neither a frontend nor a public bucket nor a service with a port; use one of backend, static`,
  ),
  "a bucket with the name of a service, of a frontend and of the backups": refused(
    buckets((s, files) => {
      for (const name of ["worker", "app", "dumps"]) {
        s.buckets[name] = { access: "private" };
        s.services.worker.buckets[name] = "read";
      }
      s.frontends = ["app"];
      files.staging.environment.frontends = { app: ["app.staging.pmcrm.io"] };
      files.production.environment.frontends = { app: ["app.pmcrm.io"] };
    }),
    `${S} buckets.worker = "worker": has the name of a service or a frontend; rename one of the two`,
    `${S} buckets.app = "app": has the name of a service or a frontend; rename one of the two`,
    `${S} buckets.dumps = "dumps": has the name of the bucket of the database's backups; choose another name`,
  ),
  "a service with the name of a connection to Google's APIs": refused(
    buckets((s, files) => {
      s.services.internet = structuredClone(s.services.worker);
      files.staging.environment.services.internet = { replicas: 1 };
      files.production.environment.services.internet = { replicas: 2 };
    }),
    `${S} services.internet = "internet": has a name that the platform or Kubernetes uses; choose another name`,
  ),
  "a task that uses a bucket, whose account has a long id": refused(
    buckets((s) => {
      const name = "collect-the-files-of-all-pages";
      s.tasks[name] = s.tasks.collect;
      delete s.tasks.collect;
      s.services.backend.after = ["migrate", name];
    }),
    `${S} tasks.collect-the-files-of-all-pages = "collect-the-files-of-all-pages": gives the service account the id pmcrm-collect-the-files-of-all-pages, which must have 6 to 30 characters; shorten the name`,
  ),

  "a public bucket without a host, and without an entry": refused(
    buckets((_s, { staging, production }) => {
      staging.environment.buckets = { static: {} };
      delete production.environment.buckets;
    }),
    `${T} buckets.static.host = nothing: is required: everybody reads the files of this bucket at it; add it, for example "static.my-company.com"`,
    `${P} buckets.static.host = nothing: is required: everybody reads the files of this bucket at it; add it, for example "static.my-company.com"`,
  ),
  "a host of a private bucket": refused(
    production((e) => (e.buckets.media.host = "media.pmcrm.io")),
    `${P} buckets.media.host = "media.pmcrm.io": is for public buckets; remove it`,
  ),
  "an entry of no bucket": refused(
    production((e) => (e.buckets.exports = { keepDays: 7 })),
    `${P} buckets.exports = "exports": is not a bucket of the system; use one of media, static`,
  ),
  "files that are kept for too few days, and for too many": refused(
    buckets((_s, { staging, production }) => {
      staging.environment.buckets = { static: { host: "static.staging.pmcrm.io", keepDays: 6 } };
      production.environment.buckets = { static: { host: "static.pmcrm.io", keepDays: 91 } };
    }),
    `${T} buckets.static.keepDays = 6: must be at least 7 (days); write a number from 7 to 90`,
    `${P} buckets.static.keepDays = 91: must be at most 90 (days); write a number from 7 to 90`,
  ),
  "a host that is no host": refused(
    production((e) => (e.buckets.static.host = "https://static.pmcrm.io")),
    `${P} buckets.static.host = "https://static.pmcrm.io": must be a fully qualified host name in lower case, no wildcard and no port; write it like "api.my-company.com"`,
  ),
  "the host of a service": refused(
    production((e) => (e.buckets.static.host = "api.pmcrm.io")),
    `${P} buckets.static.host = "api.pmcrm.io": is already a host of backend; give the bucket a host of its own`,
  ),
  "the host of a frontend": refused(
    buckets((s, { staging, production }) => {
      s.frontends = ["app"];
      staging.environment.frontends = { app: ["app.staging.pmcrm.io"] };
      production.environment.frontends = { app: ["static.pmcrm.io"] };
    }),
    `${P} buckets.static.host = "static.pmcrm.io": is already a host of app; give the bucket a host of its own`,
  ),
  "the host of another bucket": refused(
    buckets((s, { staging, production }) => {
      s.buckets.assets = s.buckets.static;
      s.tasks.collect.buckets.assets = "write";
      staging.environment.buckets = { ...staging.environment.buckets, assets: { host: "assets.staging.pmcrm.io" } };
      production.environment.buckets = { ...production.environment.buckets, assets: { host: "static.pmcrm.io" } };
    }),
    `${P} buckets.assets.host = "static.pmcrm.io": is already a host of static; give the bucket a host of its own`,
  ),
  "a host of production in staging": refused(
    buckets((_s, { staging }) => {
      staging.environment.buckets = { static: { host: "static.pmcrm.io" } };
    }),
    `${T} buckets.static.host = "static.pmcrm.io": is also a host of production; choose another name`,
  ),
  "a bucket's host as that of a service": refused(
    buckets((_s, { staging }) => {
      staging.environment.services.backend = { replicas: { min: 1, max: 3 }, hosts: ["static.pmcrm.io"] };
    }),
    `${T} services.backend.hosts.0 = "static.pmcrm.io": is also a host of production; choose another name`,
  ),
  "a host of another system's bucket": refused(
    buckets((_s, files) => {
      const environment = { buckets: { files: { host: "static.pmcrm.io" } } };
      files.elsewhere = [{ file: "environments/shop/production.ts", environment }];
    }),
    `${P} buckets.static.host = "static.pmcrm.io": is also a host of environments/shop/production.ts; choose another name`,
  ),
  "a bucket whose name in Cloud Storage is too long": refused(
    buckets((s, files) => {
      s.buckets["media-of-customers"] = s.buckets.media;
      s.services.worker.buckets["media-of-customers"] = "read";
      files.production.environment.project = "pmcrm-production-of-my-company";
      files.production.environment.deployer = "deployer@pmcrm-production-of-my-company.iam.gserviceaccount.com";
    }),
    `${S} buckets.media-of-customers = "media-of-customers": gives the bucket of production the name pmcrm-production-of-my-company-pmcrm-production-media-of-customers, which must have at most 63 characters; shorten the name`,
  ),
  "a bucket whose name in Cloud Storage is Google's": refused(
    buckets((s) => {
      s.buckets["for-google"] = s.buckets.media;
      s.services.worker.buckets["for-google"] = "read";
    }),
    `${S} buckets.for-google = "for-google": gives the bucket of staging the name pmcrm-staging-pmcrm-staging-for-google, which must not begin with goog or contain google: Google refuses it; choose another name`,
    `${S} buckets.for-google = "for-google": gives the bucket of production the name pmcrm-production-pmcrm-production-for-google, which must not begin with goog or contain google: Google refuses it; choose another name`,
  ),
  "a bucket of the system for Terraform's state": refused(
    production((e) => (e.stateBucket = "pmcrm-production-pmcrm-production-media")),
    `${P} stateBucket = "pmcrm-production-pmcrm-production-media": is the system's bucket media, which the stack creates; use a bucket of its own for the state`,
  ),
  "an entry and a variable of a bucket that only modules use which are not enabled": refused(
    (files) => {
      addModules(files);
      const { system, staging, production } = files as Anything;
      system.buckets = { exports: { access: "public", health: "/a.txt" } };
      system.services["crm-api"].buckets = { exports: "write" };
      system.variables.EXPORTS_URL = { kind: "url", of: "exports" };
      system.services.backend.variables.push("EXPORTS_URL");
      for (const [name, { environment }] of Object.entries({ staging, production }) as Anything)
        environment.buckets = { exports: { host: `exports-${name}.pmcrm.io` } };
      withoutCrm(files.production);
    },
    `${S} variables.EXPORTS_URL.of = a string: is a bucket used only by modules that production does not enable; enable one of them there, or give the variable to services of such a module alone`,
    `${P} buckets.exports = "exports": is used only by modules that production does not enable; remove it, or enable a module that uses it`,
  ),
});
