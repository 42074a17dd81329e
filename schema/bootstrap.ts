import { z } from "zod";
import { count, matching, region } from "./fields";
import { rule } from "./problem";

/** The number of a repository, which no other one ever gets, also not one that takes over its name. */
const repositoryId = matching(
  /^[1-9]\d{0,15}$/,
  "must be the repository's number, as text",
  "copy it from gh api repos/OWNER/NAME --jq .id",
);

/** A list in which nothing is twice. */
const distinct = (item: z.ZodType<string, string>) =>
  z.array(item).superRefine((items, ctx) => {
    for (const [i, it] of items.entries())
      if (items.indexOf(it) < i)
        ctx.addIssue({ code: "custom", path: [i], message: rule("is listed twice", "remove it") });
  });

/** What the bootstrap stack of an environment needs to know besides the environment itself. */
export const bootstrap = z.strictObject({
  /** Jobs of GitHub Actions that get tokens of the deployer. */
  github: z.strictObject({
    /** The repository, which the subject of its jobs' tokens names. */
    repository: matching(
      /^[A-Za-z0-9]([-A-Za-z0-9]{0,37}[A-Za-z0-9])?\/[-\w.]{1,100}$/,
      "must be a repository with its owner",
      'write it like "my-company/shop"',
    ),
    repositoryId,
    /** The branch or tag that the job runs on. */
    ref: matching(
      /^refs\/(heads|tags)\/[A-Za-z0-9][-\w./]{0,199}$/,
      "must be a branch or a tag by its full name",
      'write it like "refs/heads/main"',
    ).default("refs/heads/main"),
    /** GitHub's environment, whose rules say who approves a deploy. By default, it has the name of this environment. */
    environment: matching(
      /^[A-Za-z0-9][-\w.]{0,199}$/,
      "must be the name of an environment in GitHub",
      "copy it from the repository's settings",
    ).optional(),
    /**
     * Repositories of the application. Their runs on tags push images into the environment's `repository`, with the workflow
     * image.yml of this repository on `ref`.
     */
    applicationRepositoryIds: distinct(repositoryId).default([]),
  }),
  /** Billing administrators and `monitoring.email` get a message at 50, 90 and 100 % of it. */
  budget: z.strictObject({
    /** The billing account that the project is linked to. */
    account: matching(
      /^[0-9A-F]{6}-[0-9A-F]{6}-[0-9A-F]{6}$/,
      "must be a billing account's id",
      "copy it from gcloud billing accounts list",
    ),
    /** Amount for a month, in the account's currency. */
    monthly: count(1, 100_000_000, "units of the account's currency"),
  }),
  /** IAM members that can act as the deployer, to deploy from their own machines. */
  operators: distinct(
    matching(
      /^(user|group):[a-z0-9][-\w.+]{0,63}@([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/,
      "must be a person or a group as an IAM member, in small letters",
      'write it like "group:platform@my-company.com"',
    ),
  ).default([]),
  /** Region that has a copy of secrets and buckets. It can be set only before anything is deployed. */
  secondRegion: region.optional(),
});

type Bootstrap = z.output<typeof bootstrap>;

/** The GitHub environment of the jobs that deploy. */
export const githubEnvironment = ({ github }: Bootstrap, environmentName: string): string =>
  github.environment ?? environmentName;

/** The workflow with which repositories of the application push images, as tokens of its jobs name it. */
export const imageWorkflow = ({ github: { repository, ref } }: Bootstrap): string =>
  `${repository}/.github/workflows/image.yml@${ref}`;

/** The GitHub environment of the jobs that plan. Its rules can let them run without an approval. */
export const planEnvironment = (bootstrap: Bootstrap, environmentName: string): string =>
  `${githubEnvironment(bootstrap, environmentName)}-plan`;
