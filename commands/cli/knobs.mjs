import { load, toPath } from "./command.mjs";
import { forEnvironment } from "./environment.mjs";

export const knobs = (program) =>
  forEnvironment(program.command("knobs"))
    .summary("change every field of an environment in a rehearsal")
    .description(
      "Applies a stack on this machine as slipway rehearse does, then changes every field of its system and environment, and changes it back: each optional field, list entry, choice, switch, size and text. One such change is a turn. A group of turns passes if, there and back, the apply succeeds, the next plan is empty, the declared workloads run, and no serving workload has fewer replicas meanwhile. If a group fails, its halves are tried.",
    )
    .option("--plan", "plan each turn by itself")
    .wholeNumberOption("--groups <n>", "only n groups of turns", { least: 1, most: 999_999 }) // with none, everything would pass
    .wholeNumberOption("--seed <n>", "number that chooses the groups and their turns; random by default, and printed", {
      least: 0,
      most: 999_999,
    })
    .option(
      "--once",
      "leave out the turns of earlier stacks. Stacks are in the order of the names of their systems and environments, with staging and production first",
    )
    .option("--only <regex>", "only the fields whose name matches")
    .option("--list", "print the turns, and the changes that validation refuses")
    .option("--work <folder>", "folder of logs, plans and the state", toPath)
    .wholeNumberOption("--timeout <seconds>", "limit of one Terraform command", {
      least: 1,
      most: 999_999,
      fallback: 420,
    })
    .examples([
      ["npx slipway knobs production", "makes all turns, in groups that affect nothing in common"],
      ["npx slipway knobs production --groups 2 --seed 7", "makes two of the groups, chosen by the seed"],
      ["npx slipway knobs production --plan", "plans each turn, and applies nothing"],
      ["npx slipway knobs staging --only nodePools", "makes only the turns of matching fields"],
    ])
    .action(async (environment, options) => (await load("knobs.ts")).main(environment, options));
