import { rmSync } from "node:fs";
import path from "node:path";
import { checkout } from "../commands/checkout";
import { systemsIn } from "../schema/files";

/** Copies the program into a folder with one system, which is enough where a test synthesizes in a process of its own. */
export function checkoutOf(system: string, folder: string): void {
  checkout(folder);
  for (const other of systemsIn(folder).filter((name) => name !== system)) {
    rmSync(path.join(folder, "systems", `${other}.ts`));
    for (const files of ["environments", "releases", "protected"])
      rmSync(path.join(folder, files, other), { recursive: true });
  }
}
