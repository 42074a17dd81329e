import { beingRead } from "./read";
import { report } from "./report";

/**
 * From now on, the program fails unless the returned function is called before it ends. A configuration file can end the
 * process, or wait for something that never happens, and Node then exits with 0.
 */
export function mustFinish(): () => void {
  let finished = false;
  let said = false;
  const failed = (code?: number | string): number => {
    const file = beingRead();
    if (said) return Number(code) || 1;
    said = true;
    if (file)
      console.error(
        `${file}: ends the program, or waits for something that never happens, while it is read; a file must only export values. Nothing was changed.`,
      );
    else if (!code) console.error("The program ended before it was done.");
    return Number(code) || 1;
  };
  process.on("exit", (code) => {
    if (!finished) process.exitCode = failed(code);
  });
  // process.exit ends with this call. A file can make it itself, and no listener hears of it.
  const node = process as unknown as { reallyExit: (code?: number) => void };
  const { reallyExit } = node;
  node.reallyExit = (code) => reallyExit.call(node, finished ? code : failed(code));
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
