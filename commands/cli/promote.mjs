import { load } from "./command.mjs";
import { forEnvironment } from "./environment.mjs";

export const promote = (program) =>
  forEnvironment(program.command("promote"))
    .summary("let an environment run what another one has verified")
    .description(
      "Lets an environment run the release that runs in the environment that its verifiedIn names. The release must have been verified there, have a scan without critical vulnerabilities if verifiedIn asks for one, and not be held. Prints what changes, and writes the file to be committed. It deploys nothing. The deploy copies the images into the environment's repository, and is refused until the release has run as long as verifiedIn requires.",
    )
    .option("--hotfix <reason>", "promote a release that was not verified; your name and the reason are kept")
    .option("--dry-run", "print what would change, and write nothing")
    .examples([
      ["npx slipway promote production"],
      ["npx slipway promote production --dry-run", "prints what the release would change"],
    ])
    .action(async (environment, options) => (await load("promote.ts")).main(environment, options));
