import { P, production, refused, staging, T, testRefused } from "./support";

const REPOSITORY = "must be the repository's number, as text; copy it from gh api repos/OWNER/NAME --jq .id";
const REF = 'must be a branch or a tag by its full name; write it like "refs/heads/main"';
const OPERATOR =
  'must be a person or a group as an IAM member, in small letters; write it like "group:platform@my-company.com"';

testRefused({
  "no bootstrap": refused(
    production((e) => delete e.bootstrap),
    `${P} bootstrap = nothing: is required (object); add it, with github, budget`,
  ),
  "a repository without its owner": refused(
    production((e) => (e.bootstrap.github.repository = "shop")),
    `${P} bootstrap.github.repository = "shop": must be a repository with its owner; write it like "my-company/shop"`,
  ),
  "a repository's name for its number": refused(
    production((e) => (e.bootstrap.github.repositoryId = "pmcrm/pmcrm")),
    `${P} bootstrap.github.repositoryId = "pmcrm/pmcrm": ${REPOSITORY}`,
  ),
  "a repository's number that is no text": refused(
    production((e) => (e.bootstrap.github.repositoryId = 812340001)),
    `${P} bootstrap.github.repositoryId = a number: ${REPOSITORY}`,
  ),
  "a branch by its short name": refused(
    production((e) => (e.bootstrap.github.ref = "main")),
    `${P} bootstrap.github.ref = "main": ${REF}`,
  ),
  "a pull request's ref": refused(
    production((e) => (e.bootstrap.github.ref = "refs/pull/1/merge")),
    `${P} bootstrap.github.ref = "refs/pull/1/merge": ${REF}`,
  ),
  "an environment of GitHub with a quote": refused(
    production((e) => (e.bootstrap.github.environment = "live' || '")),
    `${P} bootstrap.github.environment = a string: must be the name of an environment in GitHub; copy it from the repository's settings`,
  ),
  "one environment of GitHub for two": refused(
    staging((e) => (e.bootstrap.github.environment = "production")),
    `${T} bootstrap.github.environment = "production": is also the GitHub environment in which jobs of production deploy or plan; give each environment its own`,
  ),
  "one environment of GitHub for two, in capitals": refused(
    staging((e) => (e.bootstrap.github.environment = "Production")),
    `${T} bootstrap.github.environment = "Production": is also the GitHub environment in which jobs of production deploy or plan; give each environment its own`,
  ),
  "the environment of GitHub in which another one plans": refused((files) => {
    production((e) => (e.bootstrap.github.environment = "live"))(files);
    staging((e) => (e.bootstrap.github.environment = "live-plan"))(files);
  }, `${T} bootstrap.github.environment = "live-plan": is also the GitHub environment in which jobs of production deploy or plan; give each environment its own`),
  "a repository of GitHub with a quote": refused(
    production((e) => (e.bootstrap.github.repository = "my-company/shop'")),
    `${P} bootstrap.github.repository = "my-company/shop'": must be a repository with its owner; write it like "my-company/shop"`,
  ),
  "a repository's number that is a wildcard": refused(
    production((e) => (e.bootstrap.github.repositoryId = "*")),
    `${P} bootstrap.github.repositoryId = a string: ${REPOSITORY}`,
  ),
  "repositories of the application that are wrong in several ways": refused(
    staging((e) => (e.bootstrap.github.applicationRepositoryIds = ["my-company/backend", "812340002", "812340002"])),
    `${T} bootstrap.github.applicationRepositoryIds.0 = "my-company/backend": ${REPOSITORY}`,
    `${T} bootstrap.github.applicationRepositoryIds.2 = a string: is listed twice; remove it`,
  ),
  "a repository of the application whose number is no text": refused(
    staging((e) => (e.bootstrap.github.applicationRepositoryIds = [812340002])),
    `${T} bootstrap.github.applicationRepositoryIds.0 = a number: ${REPOSITORY}`,
  ),
  "one repository of the application, not in a list": refused(
    staging((e) => (e.bootstrap.github.applicationRepositoryIds = "812340002")),
    `${T} bootstrap.github.applicationRepositoryIds = a string: must be a list; write it in brackets`,
  ),
  "a repository of the application that could end the condition": refused(
    staging((e) => (e.bootstrap.github.applicationRepositoryIds = ["1'] || true || ['1"])),
    `${T} bootstrap.github.applicationRepositoryIds.0 = a string: ${REPOSITORY}`,
  ),
  "repositories of the application, and nowhere to push": refused(
    staging((e) => {
      e.bootstrap.github.applicationRepositoryIds = ["812340002"];
      e.repository = "europe-west1-docker.pkg.dev/pmcrm-registry/pmcrm";
      e.registries = ["europe-west1-docker.pkg.dev/pmcrm-registry/"];
    }),
    `${T} repository = "europe-west1-docker.pkg.dev/pmcrm-registry/pmcrm": must be a repository of Artifact Registry in the project, because images are pushed there as bootstrap.github.applicationRepositoryIds says; name one like europe-west1-docker.pkg.dev/pmcrm-staging/shop, or remove that key`,
  ),
  "every branch": refused(
    production((e) => (e.bootstrap.github.ref = "refs/heads/*")),
    `${P} bootstrap.github.ref = a string: ${REF}`,
  ),
  "names that are too long for Google's subject": refused(
    production((e) => (e.bootstrap.github.environment = "x".repeat(100))),
    `${P} bootstrap.github.repository = "pmcrm/pmcrm": and the GitHub environment make the subject repo:pmcrm/pmcrm:environment:${"x".repeat(100)}-plan, which has more than 127 characters; shorten bootstrap.github.environment`,
  ),
  "the bucket of bootstrap's state for the environment's": refused(
    staging((e) => (e.stateBucket = "pmcrm-staging-bootstrap-state")),
    `${T} stateBucket = "pmcrm-staging-bootstrap-state": is a bucket that bootstrap creates for something else; use a bucket of its own for the state`,
  ),
  "the account that plans as the deployer": refused(
    staging((e) => (e.deployer = "planner@pmcrm-staging.iam.gserviceaccount.com")),
    `${T} deployer = "planner@pmcrm-staging.iam.gserviceaccount.com": is the account that plans and changes nothing; use another account`,
  ),
  "the account that pushes images as the deployer": refused(
    staging((e) => (e.deployer = "pusher@pmcrm-staging.iam.gserviceaccount.com")),
    `${T} deployer = "pusher@pmcrm-staging.iam.gserviceaccount.com": is the account that pushes images and changes nothing else; use another account`,
  ),
  "a billing account's name": refused(
    production((e) => (e.bootstrap.budget.account = "billingAccounts/01A2B3-C4D5E6-0F1A2B")),
    `${P} bootstrap.budget.account = a string: must be a billing account's id; copy it from gcloud billing accounts list`,
  ),
  "a budget of nothing": refused(
    production((e) => (e.bootstrap.budget.monthly = 0)),
    `${P} bootstrap.budget.monthly = 0: must be at least 1 (units of the account's currency); write a number from 1 to 100000000`,
  ),
  "everybody as an operator": refused(
    staging((e) => (e.bootstrap.operators = ["allUsers"])),
    `${T} bootstrap.operators.0 = "allUsers": ${OPERATOR}`,
  ),
  "an operator that Terraform would evaluate": refused(
    staging((e) => (e.bootstrap.operators = [`user:\${path.module}@my-company.com`])),
    `${T} bootstrap.operators.0 = a string: ${OPERATOR}`,
  ),
  "one operator twice": refused(
    staging((e) => (e.bootstrap.operators = ["user:a@my-company.com", "user:a@my-company.com"])),
    `${T} bootstrap.operators.1 = a string: is listed twice; remove it`,
  ),
  "a service account as an operator": refused(
    staging((e) => (e.bootstrap.operators = ["serviceAccount:other@pmcrm-staging.iam.gserviceaccount.com"])),
    `${T} bootstrap.operators.0 = a string: ${OPERATOR}`,
  ),
  "the first region again": refused(
    production((e) => (e.bootstrap.secondRegion = "europe-west1")),
    `${P} bootstrap.secondRegion = "europe-west1": must not be the environment's own region; name another one, or remove the key`,
  ),
  "a second region on another continent": refused(
    production((e) => (e.bootstrap.secondRegion = "us-east4")),
    `${P} bootstrap.secondRegion = "us-east4": makes no dual-region with europe-west1, so that no bucket can be in both; name a region that Google pairs with it: https://docs.cloud.google.com/storage/docs/locations#location-dr`,
  ),
});
