import { load } from "./command.mjs";

// `protected` is a reserved word.
export const protect = (program) =>
  program
    .command("protected")
    .summary("add new addresses to the lists of protected resources")
    .description(
      'Writes the addresses of what holds data or identity into protected/, one file for each stack. It only adds: an address that a stack no longer has stays listed, and the program refuses the stack unless a moved block or a reason under "removed" accounts for it.',
    )
    .examples([["npx slipway protected", "before the first deploy of a stack, and after a change of what it protects"]])
    .action(async () => (await load("protected.ts")).main());
