import { execFileSync } from "node:child_process";
import os from "node:os";
import path from "node:path";

/** What git prints; undefined without git, and outside a repository. */
function git(...args: readonly string[]): string | undefined {
  try {
    const stdio = ["ignore", "pipe", "ignore"] as const;
    return execFileSync("git", args, {
      cwd: path.resolve(__dirname, ".."),
      encoding: "utf8",
      stdio: [...stdio],
    }).trim();
  } catch {
    return undefined;
  }
}

/** Who runs this, by name: who started the run of GitHub Actions, or git's user; undefined if nobody is known. */
export const namedPerson = (): string | undefined =>
  process.env.GITHUB_ACTOR || git("config", "user.email") || undefined;

/** Who runs this; the machine's user if nobody is known by name. */
export const person = (): string => namedPerson() ?? os.userInfo().username;

/** The commit that is checked out; `-dirty` says that files differ from it. */
export const commitOf = (): string | undefined => git("describe", "--always", "--abbrev=40", "--dirty", "--exclude=*");

/**
 * Whether what is checked out lacks a commit, so that somebody else's later change would be undone. False if git cannot tell: in
 * a shallow clone, or outside a repository.
 */
export const lacks = (commit: string): boolean =>
  git("rev-parse", "--is-shallow-repository") === "false" &&
  git("merge-base", "--is-ancestor", commit, "HEAD") === undefined;
