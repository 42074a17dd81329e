import { dualRegionOf } from "../../facts/dual-regions";
import { bootstrapBucket, planAccount, pushAccount, recordsBucket } from "../../facts/names";
import { repositoryIn } from "../../facts/registries";
import { planEnvironment } from "../bootstrap";
import { type Check, check } from "./check";

/** Characters of a subject that Google's federation takes. {@link https://cloud.google.com/iam/docs/reference/rest/v1/projects.locations.workloadIdentityPools.providers} */
const LONGEST_SUBJECT = 127;

/** Rules about what the bootstrap stack makes. */
export const bootstrapChecks: readonly Check[] = [
  check([], ["bootstrap", "region"], [], (_s, { bootstrap: { secondRegion }, region: first }, _r, { say }) => {
    if (!secondRegion) return;
    const path = ["bootstrap", "secondRegion"];
    if (secondRegion === first)
      say.environment(path, "must not be the environment's own region", "name another one, or remove the key");
    else if (!dualRegionOf(first, secondRegion))
      say.environment(
        path,
        `makes no dual-region with ${first}, so that no bucket can be in both`,
        "name a region that Google pairs with it: https://docs.cloud.google.com/storage/docs/locations#location-dr",
      );
  }),
  check([], ["bootstrap"], [], (_s, { bootstrap }, _r, { say, environmentName }) => {
    const subject = `repo:${bootstrap.github.repository}:environment:${planEnvironment(bootstrap, environmentName)}`;
    if (subject.length > LONGEST_SUBJECT)
      say.environment(
        ["bootstrap", "github", "repository"],
        `and the GitHub environment make the subject ${subject}, which has more than ${LONGEST_SUBJECT} characters`,
        "shorten bootstrap.github.environment",
      );
  }),
  check([], ["project", "stateBucket"], [], (_s, { project, stateBucket }, _r, { say }) => {
    if ([bootstrapBucket(project), recordsBucket(project)].includes(stateBucket))
      say.environment(
        ["stateBucket"],
        "is a bucket that bootstrap creates for something else",
        "use a bucket of its own for the state",
      );
  }),
  check([], ["project", "deployer"], [], (_s, { project, deployer }, _r, { say }) => {
    if (deployer === planAccount(project))
      say.environment(["deployer"], "is the account that plans and changes nothing", "use another account");
    if (deployer === pushAccount(project))
      say.environment(
        ["deployer"],
        "is the account that pushes images and changes nothing else",
        "use another account",
      );
  }),
  check([], ["bootstrap", "project", "repository"], [], (_s, { bootstrap, project, repository }, _r, { say }) => {
    if (bootstrap.github.applicationRepositoryIds.length && !repositoryIn(project, repository))
      say.environment(
        ["repository"],
        "must be a repository of Artifact Registry in the project, because images are pushed there as bootstrap.github.applicationRepositoryIds says",
        `name one like europe-west1-docker.pkg.dev/${project}/shop, or remove that key`,
      );
  }),
];
