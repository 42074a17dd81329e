/**
 * A call of one of this program's commands, as a person pastes it into a shell. It names the system, because the shell's own
 * can be another one.
 * @param words arguments and options, in quotes where a shell needs them
 */
export const npmRun = (system: string, command: string, ...words: readonly string[]): string =>
  [`SYSTEM=${system} npm run ${command} --`, ...words].join(" ");
