import { load } from "./command.mjs";
import { forEnvironment } from "./environment.mjs";

export const canary = (program) =>
  forEnvironment(program.command("canary"))
    .summary("walk a candidate to all requests, by its metrics")
    .description(
      `Walks the candidate of an environment through the steps of its canary services to all requests. Each step writes the share into the environment's file, deploys, and asks Prometheus how the candidate's requests do beside those of the stable release.

A candidate that does worse loses its requests, and is held. Without enough requests for a verdict, the command waits, then asks you. Without a terminal, it stops where it is and exits with 1. Call it again to go on from the share in the file.

The walk is approved as a whole: each step may change shares and nothing else. gcloud and kubectl are needed. Commit the file when the command ends.`,
    )
    .wholeNumberOption("--requests <n>", "requests that each release must have had in 5 minutes", {
      least: 1,
      most: 1_000_000,
      fallback: 100,
    })
    .wholeNumberOption("--successes <n>", "measurements of a step that must pass in a row, one every 5 minutes", {
      least: 1,
      most: 1000,
      fallback: 3,
    })
    .wholeNumberOption("--failures <n>", "measurements of a step that may fail", { least: 0, most: 1000, fallback: 0 })
    .wholeNumberOption("--patience <minutes>", "how long a step waits for a verdict before a person decides", {
      least: 5,
      most: 10_000,
      fallback: 60,
    })
    .option("--auto-approve", "do not ask for approval of the walk")
    .option("--dry-run", "print the steps and the queries, and change nothing")
    .examples([
      ["npx slipway canary production"],
      ["npx slipway canary production --dry-run", "prints what it would ask Prometheus"],
      ["npx slipway canary production --system django-erp --auto-approve", "as CI does it"],
    ])
    .action(async (environment, options) => (await load("canary.ts")).main(environment, options));
