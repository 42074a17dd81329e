import { Environment } from "@marcbachmann/cel-js";
import { whoDeploys, whoPushes } from "../constructs/identity/github-federation";

/** Claims of a job's token, as far as conditions ask for them. */
type Claims = Readonly<Record<string, string>>;

/** Says whether a job gets a token. Google refuses it, too, if the condition cannot be evaluated. */
function judge(condition: string): (claims: Claims) => boolean {
  const evaluate = new Environment().registerVariable("assertion", "map").parse(condition);
  return (claims) => {
    try {
      return evaluate({ assertion: claims }) === true;
    } catch (error) {
      expect((error as Error).message).toMatch(/No such key/);
      return false;
    }
  };
}

const deploys = judge(
  whoDeploys({
    repository: "my-company/shop",
    repositoryId: "812340001",
    ref: "refs/heads/main",
    environments: ["production", "production-plan"],
  }),
);
const pushes = judge(
  whoPushes({
    repositoryIds: ["812340002", "812340003"],
    workflow: "my-company/shop/.github/workflows/image.yml@refs/heads/main",
  }),
);

/** Claims of a job's token. {@link https://docs.github.com/en/actions/reference/security/oidc} */
const DEPLOY = {
  sub: "repo:my-company/shop:environment:production",
  repository: "my-company/shop",
  repository_id: "812340001",
  repository_owner: "my-company",
  ref: "refs/heads/main",
  environment: "production",
  event_name: "push",
  ref_type: "branch",
  job_workflow_ref: "my-company/shop/.github/workflows/release.yml@refs/heads/main",
};

test.each<[string, Partial<typeof DEPLOY>, boolean]>([
  ["that deploys", {}, true],
  ["that deploys, started by hand", { event_name: "workflow_dispatch" }, true],
  ["that plans", { sub: "repo:my-company/shop:environment:production-plan", environment: "production-plan" }, true],
  [
    "of a fork",
    { sub: "repo:somebody/shop:environment:production", repository: "somebody/shop", repository_id: "99" },
    false,
  ],
  ["of another repository that has taken over the name", { repository_id: "99" }, false],
  ["of the repository under another name", { sub: "repo:my-company/store:environment:production" }, false],
  ["of another branch", { ref: "refs/heads/feature" }, false],
  ["of a branch whose name begins in the same way", { ref: "refs/heads/main-2" }, false],
  ["of a tag with the branch's name", { ref: "refs/tags/main" }, false],
  ["of a pull request", { ref: "refs/pull/1/merge", event_name: "pull_request" }, false],
  ["of a pull request, on the branch that it is for", { event_name: "pull_request_target" }, false],
  ["of another environment", { sub: "repo:my-company/shop:environment:staging", environment: "staging" }, false],
  ["whose subject is that of a branch", { sub: "repo:my-company/shop:ref:refs/heads/main" }, false],
])("the condition of who deploys for a job %s", (_what, claims, admitted) => {
  expect(deploys({ ...DEPLOY, ...claims })).toBe(admitted);
});

test("a job without an environment gets no token", () => {
  const { environment, ...claims } = DEPLOY;
  expect(environment).toBe("production");
  expect(deploys(claims)).toBe(false);
});

/** Of the application's job, in the workflow of this repository. */
const PUSH = {
  sub: "repo:my-company/backend:ref:refs/tags/1.4.0",
  repository: "my-company/backend",
  repository_id: "812340002",
  repository_owner: "my-company",
  ref: "refs/tags/1.4.0",
  ref_type: "tag",
  event_name: "push",
  job_workflow_ref: "my-company/shop/.github/workflows/image.yml@refs/heads/main",
};

test.each<[string, Partial<typeof PUSH>, boolean]>([
  ["on a tag", {}, true],
  ["on a tag, started by hand", { event_name: "workflow_dispatch" }, true],
  ["of another one of the repositories", { repository: "my-company/web", repository_id: "812340003" }, true],
  ["of a fork", { repository: "somebody/backend", repository_id: "99" }, false],
  ["of another repository", { repository: "my-company/wiki", repository_id: "812340004" }, false],
  ["of another repository that has taken over the name", { repository_id: "99" }, false],
  ["of a repository whose number begins in the same way", { repository_id: "8123400020" }, false],
  ["on a branch", { ref: "refs/heads/main", ref_type: "branch" }, false],
  ["on a branch with the tag's name", { ref: "refs/heads/1.4.0", ref_type: "branch" }, false],
  ["of a pull request", { ref: "refs/pull/1/merge", ref_type: "branch", event_name: "pull_request" }, false],
  [
    "of a pull request, on the branch that it is for",
    { ref: "refs/heads/main", ref_type: "branch", event_name: "pull_request_target" },
    false,
  ],
  ["of another workflow", { job_workflow_ref: DEPLOY.job_workflow_ref }, false],
  [
    "of the workflow on another branch",
    { job_workflow_ref: "my-company/shop/.github/workflows/image.yml@refs/heads/main-2" },
    false,
  ],
  [
    "of the workflow in a fork of this repository",
    { job_workflow_ref: "somebody/shop/.github/workflows/image.yml@refs/heads/main" },
    false,
  ],
  [
    "of a copy of the workflow in the application's repository",
    { job_workflow_ref: "my-company/backend/.github/workflows/image.yml@refs/heads/main" },
    false,
  ],
  [
    "of the application's own workflow",
    { job_workflow_ref: "my-company/backend/.github/workflows/release.yml@refs/tags/1.4.0" },
    false,
  ],
])("the condition of who pushes for a job %s", (_what, claims, admitted) => {
  expect(pushes({ ...PUSH, ...claims })).toBe(admitted);
});

test("who deploys cannot push, and who pushes cannot deploy", () => {
  expect([deploys(DEPLOY), pushes(DEPLOY)]).toEqual([true, false]);
  expect([deploys(PUSH), pushes(PUSH)]).toEqual([false, true]);
});
