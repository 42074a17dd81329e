import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { z } from "zod";
import { notOnPath, PROGRAMS } from "./programs";
import type { Of } from "./records/event";
import { Refused } from "./refused";

/** A critical vulnerability of an image. */
export type Vulnerability = Omit<Of<"scan">["vulnerabilities"][number], "image">;

/** Arguments before the image. It comes from its registry, and not from a daemon on this machine. */
export const ARGUMENTS = [
  ...["image", "--image-src=remote", "--scanners=vuln", "--severity=CRITICAL", "--ignore-unfixed"],
  ...["--format=json", "--no-progress"],
] as const;

/**
 * Trivy's report, as far as it is read. An image in which nothing was found has no results, or results without vulnerabilities.
 * Trivy leaves out all that is empty.
 * {@link https://github.com/aquasecurity/trivy/blob/v0.70.0/pkg/types/report.go}
 */
const report = z.object({
  SchemaVersion: z.literal(2),
  Results: z
    .array(
      z.object({
        Vulnerabilities: z
          .array(
            z.object({
              VulnerabilityID: z.string(),
              PkgName: z.string(),
              FixedVersion: z.string().optional(),
              Severity: z.literal("CRITICAL"),
            }),
          )
          .default([]),
      }),
    )
    .default([]),
});

const execute = promisify(execFile);

/**
 * The critical vulnerabilities of an image that have a fix, each once.
 * @throws Refused if Trivy is missing, fails, or prints something other than its report
 */
export async function criticalIn(image: string): Promise<Vulnerability[]> {
  const call = ["trivy", ...ARGUMENTS, image].join(" ");
  const empty = mkdtempSync(path.join(os.tmpdir(), "scan-")); // with no .trivyignore, which would hide what it names
  try {
    const { stdout } = await execute("trivy", [...ARGUMENTS, image], {
      cwd: empty,
      maxBuffer: 2 ** 28,
      env: withoutIgnoring(process.env),
    });
    const { data } = report.safeParse(parsed(stdout));
    if (!data)
      throw new Refused(
        `${call}\nprints no report of Trivy's (SchemaVersion 2). Install a version from 0.70 on: ${PROGRAMS.trivy}`,
      );
    const found = data.Results.flatMap(({ Vulnerabilities }) => Vulnerabilities).map((it) => ({
      id: it.VulnerabilityID,
      package: it.PkgName,
      fixedVersion: it.FixedVersion,
    }));
    return [...new Map(found.map((it) => [`${it.id} ${packageOf(it)}`, it])).values()];
  } catch (error) {
    if (error instanceof Refused) throw error;
    const { code, message, stderr = "" } = error as NodeJS.ErrnoException & { readonly stderr?: string };
    if (code === "ENOENT") throw new Refused(notOnPath("trivy"));
    const said = (/\bFATAL\b.*/s.exec(stderr)?.[0] ?? stderr).trim() || message; // without Trivy's log
    throw new Refused([call, said, remedyOf(said)].join("\n"), said);
  } finally {
    rmSync(empty, { recursive: true });
  }
}

/** Variables of Trivy that change nothing of what it finds. Others hide what they name, such as TRIVY_IGNOREFILE. */
const HARMLESS = /^TRIVY_(CACHE_DIR|DB_REPOSITORY|JAVA_DB_REPOSITORY|USERNAME|PASSWORD|TIMEOUT|DEBUG)$/;

const withoutIgnoring = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith("TRIVY_") || HARMLESS.test(name)));

/** A vulnerable package, with the version that has the fix. */
export const packageOf = ({ package: name, fixedVersion }: Omit<Vulnerability, "id">): string =>
  fixedVersion ? `${name}, fixed in ${fixedVersion}` : name;

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What to do about what Trivy says. */
function remedyOf(said: string): string {
  if (/unauthorized|denied|forbidden/i.test(said))
    return "Use credentials that read the registry, see docs/releases.md#scan-a-release. npm run bootstrap lets the deployer read it.";
  if (/MANIFEST_UNKNOWN|NAME_UNKNOWN/.test(said)) return "The registry does not have the image. Push it again.";
  return "Run the same command again.";
}
