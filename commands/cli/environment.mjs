import { load } from "./command.mjs";

/** Lets a command name its system, in place of the variable SYSTEM. */
export const forSystem = (command) =>
  command
    .option("--system <system>", "the system, in place of the variable SYSTEM or context.system in cdktf.json")
    .hook("preAction", async () => {
      const { system } = command.opts();
      const named = system || process.env.SYSTEM;
      if (!named) return;
      command.problems.push(...(await load("context.ts")).systemProblems(system ? "--system" : "SYSTEM", named));
      process.env.SYSTEM = named;
    });

/** A command on one environment of a system. */
export const forEnvironment = (command) =>
  forSystem(command.argument("<environment>", "name of an environment of the system, such as staging"));
