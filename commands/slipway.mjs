#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { styleText } from "node:util";
import { CommanderError } from "commander";
import { bench } from "./cli/bench.mjs";
import { bootstrap } from "./cli/bootstrap.mjs";
import { canary } from "./cli/canary.mjs";
import { Command } from "./cli/command.mjs";
import { deploy } from "./cli/deploy.mjs";
import { destroy } from "./cli/destroy.mjs";
import { diff } from "./cli/diff.mjs";
import { exitCodesHelp, MISUSE } from "./cli/exit-codes.mjs";
import { freeze } from "./cli/freeze.mjs";
import { history } from "./cli/history.mjs";
import { hold, unhold } from "./cli/hold.mjs";
import { inventory } from "./cli/inventory.mjs";
import { knobs } from "./cli/knobs.mjs";
import { mirror } from "./cli/mirror.mjs";
import { parity } from "./cli/parity.mjs";
import { progress } from "./cli/progress.mjs";
import { promote } from "./cli/promote.mjs";
import { protect } from "./cli/protected.mjs";
import { rehearse } from "./cli/rehearse.mjs";
import { release } from "./cli/release.mjs";
import { rollback } from "./cli/rollback.mjs";
import { scan } from "./cli/scan.mjs";
import { secrets } from "./cli/secrets.mjs";
import { status } from "./cli/status.mjs";
import { synth } from "./cli/synth.mjs";
import { verify } from "./cli/verify.mjs";
import { watch } from "./cli/watch.mjs";

/** The commands by the groups in which the help lists them. */
const GROUPS = {
  "Deploy:": [synth, diff, deploy, destroy],
  "Prepare:": [bootstrap, mirror, secrets],
  "Release:": [release, promote, verify, scan, canary, watch, rollback, hold, unhold, freeze, status, history],
  "Rehearse:": [rehearse, knobs],
  "Compare and list:": [parity, progress, inventory, protect, bench],
};

function program() {
  const { description, version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  const slipway = new Command("slipway")
    .description(`${description}.`)
    .usage("<command> [options]")
    .version(version, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand("help [command]", "print the help of a command")
    .configureHelp({ helpWidth: 120, styleTitle: (title) => styleText("bold", title) })
    .enablePositionalOptions() // a command can have an option --version, too
    .exitOverride()
    .addHelpText("afterAll", ({ command }) => `\n${command.createHelp().styleTitle("Exit codes:")}\n${exitCodesHelp()}`)
    .examples([
      ["npx slipway synth", "writes the stacks of the system in cdktf.json"],
      ["npx slipway deploy staging --system pmcrm", "deploys an environment of a system"],
      ["npx slipway help deploy", "prints the help of a command"],
    ]);
  for (const [heading, commands] of Object.entries(GROUPS)) {
    slipway.commandsGroup(heading);
    for (const add of commands) add(slipway);
  }
  return slipway;
}

// Whoever closes a pipe wants no more output. The command goes on: what it does is more than what it prints.
for (const stream of [process.stdout, process.stderr])
  stream.on("error", (error) => {
    if (error.code !== "EPIPE") throw error;
  });

const slipway = program();
slipway.parseAsync().catch((error) => {
  if (!(error instanceof CommanderError)) throw error;
  if (error.exitCode === 0) return; // help was asked for
  process.exitCode = MISUSE;
  if (error.code === "commander.help") return; // no command is named, and the help is printed
  const command = slipway.commands.find((it) => it.name() === slipway.args[0]);
  console.error(`${error.message}\nSee npx slipway ${command ? `${command.name()} ` : ""}--help`);
});
