import { load } from "./command.mjs";
import { forEnvironment } from "./environment.mjs";

export const release = (program) =>
  forEnvironment(program.command("release"))
    .summary("write a release, and which releases an environment runs")
    .description(
      `Writes a release, and which releases an environment runs. Both are files to be committed; nothing is deployed.

A release is releases/<system>/<name>.json: a version and the images' digests, the same for every environment. Its name comes from its content, and the file never changes. releases/<system>/<environment>.json says which ones the environment runs. If the files would be wrong, nothing is written. npx slipway synth validates the other files.

Services with a strategy can run a candidate beside the stable release. Deploy after each step of a candidate.`,
    )
    .option("--version <version>", "of the new release; services see it as their version")
    .manyOption("--image <name=digest>", "of the new release; repeat it for each image that changes")
    .manyOption(
      "--frontend <name=commit>",
      "that Vercel builds of a frontend; repeat it for each frontend that changes",
    )
    .option("--from <release>", "the name of a release, or an environment that runs it")
    .option(
      "--irreversible",
      "no older release can work with the database after the new one: a rollback over it is refused",
    )
    .option(
      "--hotfix <reason>",
      "let the environment run a release that was not verified where verifiedIn says; your name and the reason are kept",
    )
    .option("--candidate", "run the release beside the stable one, with the share 0")
    .wholeNumberOption(
      "--share <percent>",
      "of the requests that the candidate gets: 0, a step of the canary services, or 100. Blue-green services switch at 100",
      { least: 0, most: 100 },
    )
    .option("--promote", "let the environment run the candidate as stable; it must have the share 100")
    .option("--abandon", "remove the candidate, whatever its share is")
    .option("--dry-run", "print what would be written, and write nothing")
    .examples([
      [
        "npx slipway release staging --version 1.4.0 --image backend=sha256:<64 digits>",
        "a new release: other images are those that staging runs",
      ],
      ["npx slipway release production --from staging", "the release that staging runs"],
      ["npx slipway release production --from c94ba9c1f3ed61cd", "a release by its name, for example to go back to it"],
      [
        "npx slipway release production --from staging --candidate",
        "runs a release as the candidate, without requests",
      ],
      ["npx slipway release production --share 10", "the candidate gets 10 % of the requests; 0 takes them away"],
      ["npx slipway release production --share 100", "it gets all requests, and the stable release waits"],
      ["npx slipway release production --promote", "the candidate becomes the stable release"],
      ["npx slipway release production --abandon", "there is no candidate any more"],
    ])
    .action(async (environment, options) => (await load("release.ts")).main(environment, options));
