import { load } from "./command.mjs";
import { forEnvironment } from "./environment.mjs";

export const freeze = (program) =>
  forEnvironment(program.command("freeze"))
    .summary("let nothing be deployed into an environment for some time")
    .description(
      `Freezes an environment: until the freeze ends, a deploy is refused if it would change anything, and Google's maintenance leaves the cluster and Cloud SQL alone. A rollback is still possible.

The command writes the freeze into releases/<system>/<environment>.json, a file to be committed. A deploy then tells Google; it is the only change that a deploy makes during a freeze. If the file would be wrong, nothing is written. Freezes that are known before are planned in the environment's file, under freezes.`,
    )
    .option("--until <time>", "when the freeze ends: a time of RFC 3339, or from now on, such as 3d or 12h")
    .option("--reason <text>", "shown to those whose deploy is refused")
    .option("--lift", "end the freeze")
    .option("--dry-run", "only say what would be written")
    .examples([
      ['npx slipway freeze production --until 3d --reason "A big customer starts"'],
      ["npx slipway freeze production --until 2027-12-01T00:00:00Z --reason Sale", "changes the end and the reason"],
      ["npx slipway freeze production --lift"],
    ])
    .action(async (environment, options) => (await load("freeze.ts")).main(environment, options));
