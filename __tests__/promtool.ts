import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";

/** Why what Prometheus makes of rules is not tested here; undefined where it is. */
export const withoutPromtool =
  spawnSync("promtool", ["--version"]).status === 0 ? undefined : "promtool is not on PATH";
if (withoutPromtool) console.warn(`SKIPPED: what Prometheus makes of rules. ${withoutPromtool}.`);

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
