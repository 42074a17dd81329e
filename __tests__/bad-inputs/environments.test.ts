import { P, production, refused, T, testRefused } from "./support";

testRefused({
  "production without deletion protection": refused(
    production((e) => (e.allowDestroy = true)),
    `${P} allowDestroy = true: lifts the protections of production, and needs a confirmation that nobody can commit; set the environment variable ALLOW_DESTROY=pmcrm-production for this run, or remove allowDestroy`,
  ),
  "a state bucket of two environments": refused(
    (files) => (files.staging.environment.stateBucket = files.production.environment.stateBucket),
    `${T} stateBucket = "pmcrm-production-terraform-state": is also that of production; give each environment its own`,
  ),
  "a staging project in production": refused(
    (files) => (files.production.environment.project = files.staging.environment.project),
    `${T} project = "pmcrm-staging": is also that of production; give each environment its own`,
    `${P} project = "pmcrm-staging": contains the name of staging; use a name of this environment`,
  ),
  "a local backend in production": refused(
    (files) => {
      // @ts-expect-error: the state is always in a bucket
      delete files.production.environment.stateBucket;
      // @ts-expect-error: there is no field for another backend
      files.production.environment.backend = "local";
    },
    `${P} stateBucket = nothing: is required (string); copy it from gcloud storage buckets list`,
    `${P} backend = a string: is not a known key; remove it, or correct its spelling`,
  ),
  "production with staging's settings": refused(
    production((e) => {
      e.cluster.channel = "RAPID";
      e.cluster.nodePools.app.min = 2;
      e.cluster.nodePools.app.spot = true;
      e.database.availability = "ZONAL";
      e.database.recoveryDays = 1;
    }),
    `${P} cluster.nodePools.app.spot = true: must be false in production: Google can reclaim spot machines at any time; remove it`,
    `${P} cluster.nodePools.app.min = 2: must be at least 3 in production: one node for each zone; write at least 3`,
    `${P} cluster.channel = "RAPID": must not be RAPID in production; use REGULAR or STABLE`,
    `${P} database.availability = "ZONAL": must be REGIONAL in production; use REGIONAL`,
    `${P} database.recoveryDays = 1: must be at least 7 in production; raise it`,
  ),
  "a number of days that is not whole": refused(
    production((e) => Object.assign(e.verifiedIn as object, { scannedWithinDays: 0.5 })),
    `${P} verifiedIn.scannedWithinDays = 0.5: must be a whole number (days); write one from 1 to 90`,
  ),
  "a host of another system": refused((files) => {
    const shop = { services: { web: { hosts: ["shop.pmcrm.io", "api.pmcrm.io"] } } };
    files.elsewhere = [{ file: "environments/shop/production.ts", environment: shop }];
  }, `${P} services.backend.hosts.0 = "api.pmcrm.io": is also a host of environments/shop/production.ts; choose another name`),
  "production's host in staging": refused((files) => {
    files.staging.environment.services.backend = { replicas: { min: 1, max: 3 }, hosts: ["api.pmcrm.io"] };
  }, `${T} services.backend.hosts.0 = "api.pmcrm.io": is also a host of production; choose another name`),
  "staging's host in production": refused(
    production((e) => (e.services.backend.hosts = ["app.staging.pmcrm.io"])),
    `${P} services.backend.hosts.0 = "app.staging.pmcrm.io": contains the name of staging; use a name of this environment`,
  ),
  "production's deployer in staging": refused(
    (files) => (files.staging.environment.deployer = files.production.environment.deployer),
    `${T} deployer = "deployer@pmcrm-production.iam.gserviceaccount.com": is also that of production; give each environment its own`,
  ),
  "another system's project": refused((files) => {
    files.elsewhere = [{ file: "environments/shop/staging.ts", environment: { project: "pmcrm-staging" } }];
  }, `${T} project = "pmcrm-staging": is also the project of environments/shop/staging.ts; give each system its own`),
  "another system's state bucket and deployer": refused(
    (files) => {
      const { stateBucket, deployer } = files.production.environment;
      files.elsewhere = [{ file: "environments/shop/production.ts", environment: { stateBucket, deployer } }];
    },
    `${P} stateBucket = "pmcrm-production-terraform-state": is also the state bucket of environments/shop/production.ts; give each system its own`,
    `${P} deployer = "deployer@pmcrm-production.iam.gserviceaccount.com": is also the deployer of environments/shop/production.ts; give each system its own`,
  ),
  "a deployer of another system's project": refused((files) => {
    files.production.environment.deployer = "pmcrm-deployer@shop-main.iam.gserviceaccount.com";
    files.elsewhere = [{ file: "environments/shop/production.ts", environment: { project: "shop-main" } }];
  }, `${P} deployer = "pmcrm-deployer@shop-main.iam.gserviceaccount.com": is an account in the project of environments/shop/production.ts; use an account of this environment's project`),
});
