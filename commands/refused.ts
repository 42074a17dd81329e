/** A program that this command starts has failed; the message says why and what to do. */
export class Refused extends Error {
  /** @param said what the program printed, if it is not in the message */
  constructor(
    message: string,
    readonly said = message,
  ) {
    super(message);
  }
}
