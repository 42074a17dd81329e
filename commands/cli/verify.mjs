import { load } from "./command.mjs";
import { forEnvironment } from "./environment.mjs";

export const verify = (program) =>
  forEnvironment(program.command("verify"))
    .summary("check that a release works")
    .description(
      "Checks that the release that an environment runs works: the system's smokeChecks. Requests go to the public hosts. Jobs run in the cluster, from the stable release's images. Requests for a service that has a candidate are sent to both releases. Jobs and candidates need gcloud and kubectl. Steps for a person are printed.",
    )
    .option("--json", "print the results as JSON")
    .examples([["npx slipway verify staging"], ["npx slipway verify staging --system pharmassist --json"]])
    .action(async (environment, options) => (await load("verify.ts")).main(environment, options));
