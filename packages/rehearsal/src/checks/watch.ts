import { spawn } from "node:child_process";
import { setTimeout } from "node:timers/promises";
import type { Machine } from "../machine/machine";

/** A watch, which runs until it is ended. */
export interface Watch {
  /** Returns the lines that it printed: one for each object that existed, and one for each change since then. */
  end(): Promise<string[]>;
}

/** Watches objects with `kubectl get`. The format must print a line. */
export async function watch({ env }: Pick<Machine, "env">, args: readonly string[], format: string): Promise<Watch> {
  const child = spawn("kubectl", ["get", ...args, "--watch", "-o", `jsonpath=${format}{"\\n"}`], {
    env,
    stdio: ["ignore", "pipe", "ignore"],
  });
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (data: string) => {
    text += data;
  });
  await setTimeout(1000); // until kubectl has listed the existing objects
  return {
    async end() {
      await setTimeout(2000);
      child.kill();
      return text.split("\n").filter(Boolean);
    },
  };
}
