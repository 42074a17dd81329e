import { beingRead } from "./read";
import { report } from "./report";

/**
 * Runs a program. Only a program that has finished exits with 0: a configuration file can end the process, or wait for
 * something that never happens, and Node then exits with 0.
 */
export async function toTheEnd(program: () => void | Promise<void>): Promise<void> {
  let finished = false;
  process.on("exit", () => {
    if (finished) return;
    const file = beingRead();
    console.error(
      file
        ? `${file}: ends the program, or waits for something that never happens, while it is read; a file must only export values. Nothing was written.`
        : "The program ended before it was done. Nothing was written.",
    );
    process.exitCode = 1;
  });
  try {
    await program();
  } catch (error) {
    report(error);
  } finally {
    finished = true;
  }
}
