/** What the exit codes mean, by code. docs/command-line.md has the same table. */
export const EXIT_CODES = {
  0: "everything was done, and every check passed",
  1: "a check failed, a file is wrong, or Terraform failed; the message says which",
  2: "the call is wrong, or a rehearsal is inconclusive because a tool is missing; nothing was changed",
  127: "CDKTF cannot be started",
  130: "Ctrl-C ended the command; in general 128 and the number of the signal",
};

export const MISUSE = 2;

export const exitCodesHelp = () =>
  Object.entries(EXIT_CODES)
    .map(([code, meaning]) => `  ${code.padEnd(4)} ${meaning}`)
    .join("\n");
