import { load } from "./command.mjs";
import { forEnvironment } from "./environment.mjs";

export const verify = (program) =>
  forEnvironment(program.command("verify"))
    .summary("check that a release works")
    .description(
      `Checks that the release that an environment runs works.

First come the checks that follow from the stack: each rollout runs the release in all of its pods, each Helm release is deployed, and each public host has a valid certificate, redirects to HTTPS, answers with its headers and is healthy. Then come the system's smokeChecks. Requests go to the public hosts. Jobs run in the cluster, from the stable release's images. Requests for a service that has a candidate are sent to both releases.

Steps for a person are printed until --done names them. The result is recorded: a release is verified if every check passed and every step is done. gcloud and kubectl are needed.`,
    )
    .manyOption(
      "--done <name>",
      "a manual step that you have done; repeat it for each. GITHUB_ACTOR or git's user.email says who you are",
    )
    .option("--no-record", "do not record the result, for example without the deployer's credentials")
    .option("--json", "print the results as JSON")
    .examples([
      ["npx slipway verify staging"],
      ["npx slipway verify staging --done google-login", "somebody has logged in, and it worked"],
      ["npx slipway verify staging --system pharmassist --json"],
    ])
    .action(async (environment, options) => (await load("verify.ts")).main(environment, options));
