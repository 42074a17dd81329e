import { load } from "./command.mjs";
import { forEnvironment } from "./environment.mjs";

export const watch = (program) =>
  forEnvironment(program.command("watch"))
    .summary("watch the alerts of the objectives after a deploy")
    .description(
      "Asks the environment's Prometheus every half minute for the alerts of the services' objectives. It fails at once if one begins to fire, and prints its name and its summary. Alerts that fire at the beginning do not count. gcloud and kubectl are needed.",
    )
    .wholeNumberOption("--minutes <n>", "how long it watches", { least: 1, most: 1440, fallback: 15 })
    .examples([["npx slipway watch production"], ["npx slipway watch production --system pmcrm --minutes 30"]])
    .action(async (environment, options) => (await load("watch.ts")).main(environment, options));
