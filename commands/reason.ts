import { InvalidArgumentError } from "commander";
import { line } from "../schema/fields";

/**
 * Checks the reason that an option of a call gives: one line, which fits into a file and into what commands print.
 * @throws InvalidArgumentError if it is something else
 */
export function checkReason(option: string, reason: string | undefined): void {
  const { error } = line.optional().safeParse(reason);
  if (error) throw new InvalidArgumentError(`${option}: ${error.issues.map(said).join(", and ")}`);
}

const said = ({ message }: { readonly message: string }): string => message.replace("\n", "; ");
