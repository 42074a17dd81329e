import { Environment } from "@marcbachmann/cel-js";
import { conditionOf } from "../constructs/identity/github-federation";

const CONDITION = conditionOf({
  repository: "my-company/shop",
  repositoryId: "812340001",
  ref: "refs/heads/main",
  environments: ["production", "production-plan"],
});
const evaluate = new Environment().registerVariable("assertion", "map").parse(CONDITION);

/** Claims of a job's token. {@link https://docs.github.com/en/actions/reference/security/oidc} */
const DEPLOY = {
  sub: "repo:my-company/shop:environment:production",
  repository: "my-company/shop",
  repository_id: "812340001",
  repository_owner: "my-company",
  ref: "refs/heads/main",
  environment: "production",
  event_name: "push",
};

/** Whether a job gets a token. Google refuses it, too, if the condition cannot be evaluated. */
function admits(claims: Readonly<Record<string, string>>): boolean {
  try {
    return evaluate({ assertion: claims }) === true;
  } catch (error) {
    expect((error as Error).message).toMatch(/No such key/);
    return false;
  }
}

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
])("the federation's condition for a job %s", (_what, claims, admitted) => {
  expect(admits({ ...DEPLOY, ...claims })).toBe(admitted);
});

test("a job without an environment gets no token", () => {
  const { environment, ...claims } = DEPLOY;
  expect(environment).toBe("production");
  expect(admits(claims)).toBe(false);
});
