import { InvalidConfiguration } from "./load";

/**
 * Prints what is wrong with the configuration, one line for each problem, and makes the program exit with 1.
 * @throws any other error
 */
export function report(error: unknown): void {
  if (!(error instanceof InvalidConfiguration)) throw error;
  const { length } = error.problems;
  console.error(
    `${length} ${length === 1 ? "problem" : "problems"} in the configuration; nothing was written.\n${error.message}`,
  );
  process.exitCode = 1;
}
