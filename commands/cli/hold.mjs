import { load } from "./command.mjs";
import { forEnvironment } from "./environment.mjs";

const change = (program, kind, summary, description, reason) =>
  forEnvironment(program.command(kind))
    .argument("<release>", "name of a release, such as c94ba9c1f3ed61cd")
    .summary(summary)
    .description(description)
    .requiredOption("--reason <text>", "why, in one line of at most 80 characters; the record has it, with your name")
    .option("--dry-run", "print what would happen, and record nothing")
    .examples([[`npx slipway ${kind} staging c94ba9c1f3ed61cd --reason '${reason}'`]])
    .action(async (environment, release, options) => (await load("hold.ts")).main(kind, environment, release, options));

export const hold = (program) =>
  change(
    program,
    "hold",
    "keep a release from being deployed",
    "Records that a release must not be deployed into an environment, nor into those that take its verified releases. A rollback does this by itself. What runs stays.",
    "orders fail",
  );

export const unhold = (program) =>
  change(program, "unhold", "lift a hold", "Records that a release can be deployed again.", "it was the network");
