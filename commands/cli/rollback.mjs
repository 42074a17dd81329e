import { load } from "./command.mjs";
import { forEnvironment } from "./environment.mjs";

export const rollback = (program) =>
  forEnvironment(program.command("rollback"))
    .summary("go back to a release that ran before")
    .description(
      "Brings an environment back to the release that was verified there last, and deploys it. If there is a candidate, it goes, and the stable release stays. The images, the configuration of the system and the environment's variables come back as they were when that release last ran there. The database stays as it is: no migration runs. The release that is left behind is held. A rollback takes no snapshot, and a freeze does not stop it. Commit the file that it writes.",
    )
    .option("--to <release>", "the release to go back to; it must have run in this environment")
    .option("--reason <text>", "why the release that is left behind is held")
    .manyOption("--allow <what>", "let the deploy change a category, such as network, as slipway deploy does")
    .option("--auto-approve", "do not ask for approval")
    .option("--abort", "first stop the deploy that is running, and wait until it has ended")
    .option("--dry-run", "print what would come back, and change nothing")
    .examples([
      ["npx slipway rollback production", "goes back to the last verified release"],
      ["npx slipway rollback production --to c94ba9c1f3ed61cd --reason 'errors at checkout'"],
      ["npx slipway rollback production --abort", "stops the deploy that is running, and goes back"],
    ])
    .action(async (environment, options) => (await load("rollback.ts")).main(environment, options));
