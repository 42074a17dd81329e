import { mkdirSync, symlinkSync } from "node:fs";
import path from "node:path";
import type { FakeCloud } from "@slipway/fake-google-cloud";
import { type Run, run, terraformEnvironment } from "@slipway/rehearsal";
import { checkout } from "../commands/checkout";
import { ROOT } from "./support";

/** Where bootstrap runs, and what for. */
interface Bootstrapping {
  readonly fake: FakeCloud;
  /** Folder of a {@link prepareCheckout}. */
  readonly work: string;
  readonly system: string;
  readonly environment: string;
}

/** Folder of the checkout in which bootstrap runs. */
export const checkoutIn = (work: string): string => path.join(work, "checkout");

/** Makes a checkout in which bootstrap can run, with the tests' gcloud. */
export function prepareCheckout(work: string): void {
  checkout(checkoutIn(work));
  mkdirSync(path.join(work, "bin"));
  symlinkSync(path.join(ROOT, "__tests__", "gcloud.mjs"), path.join(work, "bin", "gcloud"));
}

/** Runs bootstrap as an administrator, against a fake of Google Cloud. */
export function bootstrap(
  { fake, work, system, environment }: Bootstrapping,
  ...options: readonly string[]
): Promise<Run> {
  return run(process.execPath, ["commands/slipway.mjs", "bootstrap", environment, ...options], {
    cwd: checkoutIn(work),
    timeout: 300,
    env: {
      ...terraformEnvironment(),
      ...fake.env,
      GOOGLE_BACKEND_STORAGE_CUSTOM_ENDPOINT: fake.env.GOOGLE_STORAGE_CUSTOM_ENDPOINT,
      FAKE_TOKEN: fake.tokens.issue(),
      PATH: `${path.join(work, "bin")}:${process.env.PATH}`,
      SYSTEM: system,
      NO_COLOR: "1",
    },
  });
}
