import path from "node:path";
import { InvalidConfiguration } from "./load";
import { describe, type Problem } from "./problem";

/**
 * Prints what is wrong with the configuration, or with a file or folder of the machine, one line for each problem, and makes
 * the program exit with 1.
 * @throws any other error
 */
export function report(error: unknown): void {
  if (error instanceof InvalidConfiguration) {
    const { length } = error.problems;
    console.error(
      `${length} ${length === 1 ? "problem" : "problems"} in the configuration; nothing was changed.\n${error.message}`,
    );
  } else if (isOfFiles(error)) console.error(`1 problem with a file or a folder.\n${describe(problemOf(error))}`);
  else throw error;
  process.exitCode = 1;
}

/** An error of the operating system about a file or a folder. */
interface FileError extends Error {
  readonly code: string;
  readonly path: string;
}

const isOfFiles = (error: unknown): error is FileError =>
  error instanceof Error && "syscall" in error && "path" in error && typeof error.path === "string";

/** Codes of the operating system, each with a rule and a remedy. */
const CODES: Readonly<Record<string, readonly [rule: string, remedy: string]>> = {
  ENOENT: ["does not exist", "create it, or correct the path"],
  EEXIST: ["is a file, and must be a folder", "move it away"],
  ENOTDIR: ["is not in a folder, or is a file that must be a folder", "move the file away"],
  EISDIR: ["is a folder, and must be a file", "move it away"],
  EACCES: ["cannot be read or written with your permissions", "change its permissions, or use another folder"],
  EPERM: ["cannot be read or written with your permissions", "change its permissions, or use another folder"],
  EROFS: ["is on a file system that cannot be written to", "use another folder"],
  ENOSPC: ["cannot be written: the disk is full", "free some space, and run the command again"],
};

function problemOf({ code, path: file }: FileError): Problem {
  const [rule, remedy] = CODES[code] ?? [`cannot be used (${code})`, "see that it is there and that you can use it"];
  return { path: path.relative(process.cwd(), file) || ".", rule, remedy };
}
