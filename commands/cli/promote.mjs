import { load } from "./command.mjs";
import { forEnvironment } from "./environment.mjs";

export const promote = (program) =>
  forEnvironment(program.command("promote"))
    .summary("let an environment run what another one has verified")
    .description(
      "Lets an environment run the release that runs in the environment that its verifiedIn names. The release must have been verified there, have run there as long as verifiedIn requires, have a scan without critical vulnerabilities if verifiedIn asks for one, and not be held. Prints what changes, copies the images by digest into the environment's repository under the tag release-<id>, and writes the file to be committed. It deploys nothing. Copies need crane and helm.",
    )
    .option("--from <environment>", "the environment whose release it takes, in place of the one in verifiedIn")
    .option("--hotfix <reason>", "promote a release that was not verified; your name and the reason are kept")
    .option("--dry-run", "print what would be copied and written, and do nothing")
    .examples([
      ["npx slipway promote production"],
      ["npx slipway promote production --dry-run", "prints what the release would change"],
    ])
    .action(async (environment, options) => (await load("promote.ts")).main(environment, options));
