/**
 * Whether a command that takes no arguments is to run. Prints how it is called if the command line asks for that, or if it
 * has arguments, which is a wrong call.
 */
export function isCalledAlone(args: readonly string[], usage: string): boolean {
  if (asksForHelp(args)) console.log(usage);
  else if (args.length) {
    console.error(usage);
    process.exitCode = 2;
  }
  return !args.length;
}

/** Whether a command line asks how the command is called. */
export const asksForHelp = (args: readonly string[]): boolean => args.some((arg) => arg === "--help" || arg === "-h");
