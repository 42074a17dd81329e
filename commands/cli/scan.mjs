import { load } from "./command.mjs";
import { forEnvironment } from "./environment.mjs";

export const scan = (program) =>
  forEnvironment(program.command("scan"))
    .argument("[release]", "name of a release; without it, the stable release and the candidate")
    .summary("look for critical vulnerabilities in a release's images")
    .description(
      `Lets Trivy scan each image of an environment's releases, as the environment's registry has it, and records the critical vulnerabilities that have a fix. An environment whose verifiedIn has scannedWithinDays takes no release without such a record, and none with a vulnerability for which vulnerabilityExceptions in the system's file has no exception.

It prints a line for each image, and exits with 1 if something is found that has no exception. If an image cannot be scanned, nothing is recorded. Trivy is needed.`,
    )
    .option("--dry-run", "print the calls of Trivy, and scan nothing")
    .option("--json", "print the records as JSON")
    .examples([
      ["npx slipway scan staging"],
      ["npx slipway scan staging c94ba9c1f3ed61cd", "a release that staging no longer runs"],
      ["npx slipway scan staging --system pharmassist --json"],
    ])
    .action(async (environment, release, options) => (await load("scan.ts")).main(environment, release, options));
