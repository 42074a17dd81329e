import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { Inconclusive } from "@slipway/rehearsal";

/** File that marks the folder of a rehearsal. It contains the process ID while the rehearsal is running. */
const MARK = "rehearsal.pid";

/**
 * Takes a folder for this process's rehearsal; a new temporary one by default. The folder must be new, empty, or of a
 * rehearsal that has ended, because the rehearsal overwrites and deletes files there.
 */
export function workFolder(asked: string | undefined): string {
  const work = asked ?? mkdtempSync(path.join(os.tmpdir(), "rehearsal-"));
  const mark = path.join(work, MARK);
  const refused = (why: string) => new Inconclusive(`--work ${work}: ${why}`);
  try {
    mkdirSync(work, { recursive: true });
    const [other] = existsSync(mark) ? [] : readdirSync(work);
    if (other) throw refused(`holds ${other}, which no rehearsal made; choose a new folder, or empty this one`);
    const user = existsSync(mark) ? Number(readFileSync(mark, "utf8")) : 0;
    if (user && isRunning(user))
      throw refused(`process ${user} rehearses there; wait for it, choose another folder, or delete ${mark}`);
    writeFileSync(mark, String(process.pid));
  } catch (error) {
    if (error instanceof Inconclusive) throw error;
    throw refused(`cannot be written (${(error as NodeJS.ErrnoException).code}); choose a folder that can`);
  }
  process.on("exit", () => existsSync(mark) && writeFileSync(mark, ""));
  for (const old of ["failed", "report.html"]) rmSync(path.join(work, old), { recursive: true, force: true });
  return work;
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM"; // somebody else's
  }
}
