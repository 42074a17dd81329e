import { beingRead } from "./read";
import { report } from "./report";

/**
 * From now on, the program fails unless the returned function is called before it ends. A configuration file can end the
 * process, or wait for something that never happens, and Node then exits with 0.
 */
export function mustFinish(): () => void {
  let finished = false;
  process.on("exit", (code) => {
    if (finished) return;
    const file = beingRead();
    if (file)
      console.error(
        `${file}: ends the program, or waits for something that never happens, while it is read; a file must only export values. Nothing was written.`,
      );
    else if (code === 0) console.error("The program ended before it was done.");
    process.exitCode = code || 1;
  });
  return () => {
    finished = true;
  };
}

/** Runs a program, which succeeds only if it finishes. */
export async function toTheEnd(program: () => void | Promise<void>): Promise<void> {
  const finished = mustFinish();
  try {
    await program();
  } catch (error) {
    report(error);
  } finally {
    finished();
  }
}
