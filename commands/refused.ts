import { toTheEnd } from "../schema/finish";

/** Something outside refuses what a command needs, or a rule does; the message says why and what to do. */
export class Refused extends Error {
  /** @param said what a program printed, if it is not in the message */
  constructor(
    message: string,
    readonly said = message,
  ) {
    super(message);
  }
}

/** Runs a program like {@link toTheEnd}. A refusal is printed as it is, and the exit code is 1. */
export const orRefused = (program: () => Promise<void>): Promise<void> =>
  toTheEnd(async () => {
    try {
      await program();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      console.error(error.message);
      process.exitCode = 1;
    }
  });
