import { createRequire } from "node:module";
import path from "node:path";
import { Command as Base, CommanderError } from "commander";
import { MISUSE } from "./exit-codes.mjs";

const require = createRequire(import.meta.url);

/** Characters of an example that has what it does in the same line. */
const LONGEST = 64;

/**
 * Loads a TypeScript module of commands/. The command line itself is JavaScript, so that help and refusals need neither tsx
 * nor what a command works with.
 */
export async function load(file) {
  await import("tsx");
  return require(`../${file}`);
}

/** The value of an option that is a file or a folder: a full path, because commands run in other folders. */
export const toPath = (text = "") => text && path.resolve(text);

/** A command that reports everything that is wrong with its call at once. */
export class Command extends Base {
  /** What is wrong with the call: a line for each problem. */
  problems = [];

  createCommand(name) {
    return new Command(name);
  }

  /** Adds examples to the help, each with what it does. */
  examples(lines) {
    const width = Math.max(0, ...lines.map(([call]) => call.length).filter((length) => length <= LONGEST));
    const said = ([call, what = ""]) =>
      call.length > width ? `  ${call}\n  ${" ".repeat(width)}  ${what}` : `  ${call.padEnd(width)}  ${what}`;
    const text = lines.map((line) => said(line).trimEnd()).join("\n");
    return this.addHelpText("after", ({ command }) => `\n${command.createHelp().styleTitle("Examples:")}\n${text}`);
  }

  /** Adds an option whose value is a whole number from `least` to `most`. */
  wholeNumberOption(flags, description, { least, most, fallback }) {
    const fits = (text) => /^\d+$/.test(text) && Number(text) >= least && Number(text) <= most;
    return this.#numberOption(flags, description, fits, `a whole number from ${least} to ${most}`, fallback);
  }

  /** Adds an option whose value is a number above 0 and up to `most`. */
  positiveOption(flags, description, { most, fallback }) {
    const fits = (text) => Number(text) > 0 && Number(text) <= most;
    return this.#numberOption(flags, description, fits, `a number above 0 and up to ${most}`, fallback);
  }

  #numberOption(flags, description, fits, kind, fallback) {
    const parse = (text = "") => {
      if (fits(text)) return Number(text);
      if (text !== "") this.problems.push(`${flags.split(" ")[0]} ${text}: is not ${kind}`);
      return text;
    };
    return this.option(flags, description, parse, fallback);
  }

  /** Adds an option that can be repeated. */
  manyOption(flags, description) {
    return this.option(flags, description, (text = "", before = []) => [...before, text]);
  }

  /** Runs the command, unless its call is wrong. */
  action(run) {
    return super.action(async (...args) => {
      for (const option of this.options.filter((it) => [this.opts()[it.attributeName()]].flat().includes("")))
        this.problems.push(`${option.long}: has no value; ${option.mandatory ? "" : "leave it out or "}give one`);
      if (this.problems.length) throw new CommanderError(MISUSE, "slipway.misuse", this.problems.join("\n"));
      await run(...args);
    });
  }

  /** Reports all unknown options; commander reports the first. What follows them may be their values. */
  parseOptions(args) {
    const parsed = super.parseOptions(args);
    if (!this.parent || parsed.unknown.some((arg) => arg === "-h" || arg === "--help")) return parsed;
    for (const arg of parsed.unknown.filter((it) => it.startsWith("-"))) {
      const option = this.options.find(({ long }) => arg.startsWith(`${long}=`));
      if (option) this.problems.push(`${option.long}: takes no value; write ${option.long} alone`);
      else this.unknownOption(arg);
    }
    return { ...parsed, unknown: [] };
  }

  /** An option without a value is reported like one with an empty value. */
  optionMissingArgument() {}

  /** The help of a command that does not exist is misuse, like the command itself. */
  help(context) {
    const [help, name] = this.args;
    if (!this.parent && context?.error && help === "help") {
      this.args = [name];
      this.unknownCommand();
    }
    super.help(context);
  }

  /** Collects what commander finds wrong with the call of a command; a wrong name of a command is refused at once. */
  error(message) {
    const line = message.replace(/^error: /, "").replace(/\n\(Did you mean (.+)\?\)$/, "; did you mean $1?");
    if (!this.parent) throw new CommanderError(MISUSE, "slipway.misuse", line);
    this.problems.push(line);
  }
}
