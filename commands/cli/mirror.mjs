import { load } from "./command.mjs";
import { forEnvironment } from "./environment.mjs";

export const mirror = (program) =>
  forEnvironment(program.command("mirror"))
    .summary("copy the charts and images of others into a registry of your own")
    .description(
      "Copies the charts that an environment installs, and the images that they run, to imagesMirror, or else to the project's repository third-party. It shows what it is about to copy, leaves out what is there, and never moves a tag to another digest. If it fails or is interrupted, run it again: it continues. It needs helm and crane, and a login to the registry.",
    )
    .option("--dry-run", "show what would be copied")
    .examples([
      ["npx slipway mirror staging --dry-run", "lists charts and images with their digests"],
      ["npx slipway mirror staging"],
      ["npx slipway mirror production --system enterprise"],
    ])
    .action(async (environment, options) => (await load("mirror.ts")).main(environment, options));
