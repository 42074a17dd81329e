import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { everyStack, type Stack } from "../commands/every-stack";
import { contentAtCommit, pick } from "../commands/inventories/committed";
import { contentOf, fileOf, type Inventory } from "../commands/inventories/inventory";
import { checkoutOf } from "./one-system";
import { ROOT, synthEvery } from "./support";

test("what an address said before comes from the commit that last changed the inventory, or from nowhere", async () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), "inventories-"));
  try {
    const [stack] = everyStack(ROOT) as [Stack];
    const text = (await synthEvery([stack])).get(stack.name)?.text as string;
    checkoutOf(stack.system, folder);
    for (const kept of ["release.json", "inventories"])
      cpSync(path.join(ROOT, "__tests__", kept), path.join(folder, "__tests__", kept), { recursive: true });
    const committed: Inventory = JSON.parse(readFileSync(path.join(ROOT, fileOf(stack.name)), "utf8"));
    const address = "google_container_cluster.cluster";
    expect(contentAtCommit(folder, stack, committed, [address])).toBeUndefined();

    const git = (...args: string[]) =>
      execFileSync("git", ["-c", "user.name=test", "-c", "user.email=test@localhost", ...args], { cwd: folder });
    git("init", "-q");
    git("add", ".", ":(exclude)node_modules");
    git("commit", "-qm", "Inventories");
    expect(contentAtCommit(folder, stack, committed, [address, "random_id.none"])).toEqual(
      pick(contentOf(text), [address]),
    );
    const stale = { ...committed, entries: committed.entries.map((entry) => ({ ...entry, hash: "0" })) };
    expect(contentAtCommit(folder, stack, stale, [address])).toBeUndefined();
  } finally {
    rmSync(folder, { recursive: true });
  }
});
