import { spawn } from "node:child_process";
import { notOnPath } from "../programs";
import { Refused } from "../refused";
import { word } from "../shell";

/** Runs gcloud, and returns what it prints. @throws Refused if it fails */
export type Gcloud = (...args: readonly string[]) => Promise<string>;

/** A call of gcloud as a person types it. */
export const inShell = (args: readonly string[]): string => ["gcloud", ...args].map(word).join(" ");

/** What Google says while an API that was just enabled, or an account that was just created, is not known everywhere. */
export const NOT_YET =
  /has not been used in project|it is disabled|SERVICE_DISABLED|accessNotConfigured|Service account \S+ does not exist|cloudkms\.cryptoKeyVersions\.useTo/;
const PAUSE = 15;
/** Seconds after which waiting ends. Google says "a few minutes". */
const PATIENCE = 300;

/** Repeats what fails because Google is not ready yet. */
export async function patiently<Of>(
  attempt: () => Promise<Of>,
  waits: (seconds: number) => Promise<void>,
): Promise<Of> {
  for (let waited = 0; ; waited += PAUSE)
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof Refused && NOT_YET.test(error.said)) || waited >= PATIENCE) throw error;
      console.log(`Google is not ready yet. The next attempt is in ${PAUSE} seconds.`);
      await waits(PAUSE);
    }
}

/** Runs the gcloud of this machine. It asks no questions. */
export const gcloud: Gcloud = (...args) =>
  new Promise((resolve, reject) => {
    const child = spawn("gcloud", args, {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, CLOUDSDK_CORE_DISABLE_PROMPTS: "1" },
    });
    const [stdout, stderr]: Buffer[][] = [[], []];
    child.stdout.on("data", (chunk: Buffer) => stdout?.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => stderr?.push(chunk));
    child.on("error", (error: NodeJS.ErrnoException) =>
      reject(new Refused(error.code === "ENOENT" ? notOnPath("gcloud") : `gcloud cannot be started: ${error.message}`)),
    );
    child.on("close", (code) => {
      if (code === 0)
        return resolve(
          Buffer.concat(stdout as Buffer[])
            .toString()
            .trim(),
        );
      const said = Buffer.concat(stderr as Buffer[])
        .toString()
        .trim();
      reject(new Refused(`${inShell(args)}\n${said}${remedyOf(said)}`, said));
    });
  });

/**
 * An access token of the account that gcloud uses, with most of its hour left. `gcloud auth print-access-token` prints a token
 * that it has until it has five minutes left.
 */
export const accessToken = (): Promise<string> =>
  gcloud("config", "config-helper", "--min-expiry=50m", "--format=value(credential.access_token)");

/** What to do about an error of gcloud's, if it is a common one. */
function remedyOf(said: string): string {
  if (/do not currently have an active account|credentials are invalid|reauth/i.test(said))
    return "\nLog in as an administrator of the project: gcloud auth login";
  if (/PERMISSION_DENIED|does not have permission|403/.test(said) && !NOT_YET.test(said))
    return "\nThe account that gcloud uses (gcloud config get account) needs the role Owner in the project, and Billing Account Costs Manager on the billing account.";
  return "";
}

/** The lines of a list, without empty ones. */
export const listed = (text: string): string[] => text.split("\n").filter(Boolean);
