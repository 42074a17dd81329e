import { runSync } from "@slipway/rehearsal";

/** A finding that is accepted, by check and address. */
export interface Waiver {
  readonly check: string;
  readonly address: string;
  readonly reason: string;
}

/**
 * What checkov holds against a resource; a check that broke down has found nothing either way, and is held against it
 * too.
 */
export interface Failure {
  readonly check: string;
  readonly address: string;
  readonly says: string;
}

export interface Report {
  readonly version: string;
  /** How many resources were looked at. */
  readonly resources: number;
  readonly failures: readonly Failure[];
}

interface CheckovJson {
  readonly summary: { readonly resource_count: number; readonly checkov_version: string };
  readonly results: {
    readonly failed_checks: readonly { check_id: string; check_name: string; resource_address: string }[];
  };
}

/** What could make checkov send something off this machine, or run other checks than everywhere. */
const SETTINGS = /^(BC|PRISMA|CKV|CHECKOV|LOG_LEVEL)/;
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !SETTINGS.test(name)));

export const isInstalled = (): boolean => runSync("which", ["checkov"], { env, timeout: 10 }).status === 0;

/** Scans the file of a plan's JSON, in a folder without settings of checkov. */
export function scan(file: string, cwd: string): Report {
  const args = ["--file", file, "--framework", "terraform_plan", "--output", "json", "--quiet", "--compact"];
  const { status, stdout, stderr } = runSync("checkov", [...args, "--skip-download"], { env, cwd, timeout: 60 });
  if (status !== 0 && status !== 1) throw new Error(`checkov fails\n${stdout}${stderr}`);
  const { summary, results } = JSON.parse(stdout) as CheckovJson;
  return {
    version: summary.checkov_version,
    resources: summary.resource_count,
    failures: [
      ...results.failed_checks.map((c) => ({ check: c.check_id, address: c.resource_address, says: c.check_name })),
      ...[...stderr.matchAll(/Failed to run check (\S+) on [^\n]*:(\S+)$/gm)].map(([, check, address]) => ({
        check: check as string,
        address: address as string,
        says: "the check broke down",
      })),
    ],
  };
}
