import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { Inconclusive } from "./inconclusive";

/** File that tells a folder of rehearsals from any other. While one takes place there, its process is named. */
const MARK = "rehearsal.pid";

/**
 * Takes a folder for this process's rehearsal, a new one by default. Much in it is written anew and deleted, so it must be
 * new, empty, or of a rehearsal that has ended.
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
