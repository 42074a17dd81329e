import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";

/** Why what Prometheus makes of rules is not tested here; undefined where it is. */
export const withoutPromtool = missing();
if (withoutPromtool) console.warn(`SKIPPED: what Prometheus makes of rules. ${withoutPromtool}.`);

function missing(): string | undefined {
  const { status, stdout } = spawnSync("promtool", ["--version"], { encoding: "utf8" });
  if (status !== 0) return "promtool is not on PATH";
  // Version 2, which distributions still have, does not read metrics' names in quotation marks.
  return /^promtool, version ([3-9]|\d{2,})\./.test(stdout) ? undefined : "promtool on PATH is older than version 3";
}

/** A test that needs promtool; skipped, and said so, where it is missing. */
export const withPromtool = (name: string, run: () => void): void =>
  withoutPromtool ? test.skip(`${name} (SKIPPED: ${withoutPromtool})`, run) : test(name, run);

/**
 * What promtool says of rules (`rules.json`), of unit tests of them (`tests.json`), with a minute between evaluations
 * unless it is said, or of what is scraped (`prometheus.json`).
 * {@link https://prometheus.io/docs/prometheus/latest/configuration/unit_testing_rules/}
 */
export function promtool(
  command: readonly string[],
  groups: readonly object[],
  tests: readonly object[] = [],
  evaluation_interval = "1m",
  scrape_configs: readonly object[] = [],
): { readonly ok: boolean; readonly said: string } {
  const folder = mkdtempSync(path.join(os.tmpdir(), "rules-"));
  try {
    writeFileSync(path.join(folder, "rules.json"), JSON.stringify({ groups }));
    writeFileSync(path.join(folder, "prometheus.json"), JSON.stringify({ scrape_configs }));
    const unit = { rule_files: ["rules.json"], evaluation_interval, tests };
    writeFileSync(path.join(folder, "tests.json"), JSON.stringify(unit));
    const { status, stdout, stderr } = spawnSync("promtool", command, { cwd: folder, encoding: "utf8" });
    return { ok: status === 0, said: stdout + stderr };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
