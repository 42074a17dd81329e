import { runsProviders } from "../schema/ancestors";
import { refuseLogs } from "../schema/refusals";

const cdktf = (...args: string[]) => [
  ["sh", "-c", "node main.ts"],
  ["node", "/app/node_modules/.bin/cdktf", ...args],
  ["bash"],
];

test.each(["deploy", "apply", "destroy", "diff", "plan", "watch"])("cdktf %s runs the providers", (command) => {
  expect(runsProviders(cdktf(command, "production"))).toBe(true);
  expect(runsProviders([["npm", "run", command, "production"]])).toBe(false);
});

test.each(["synth", "list", "output"])("cdktf %s does not run the providers", (command) => {
  expect(runsProviders(cdktf(command, "production"))).toBe(false);
});

describe("the program", () => {
  const attempt =
    (env: NodeJS.ProcessEnv, commandLines = cdktf("diff", "staging"), terminal = false) =>
    () =>
      refuseLogs(
        env,
        () => commandLines,
        () => terminal,
      );

  test("refuses each variable that makes Terraform log, with a line that says what to do", () => {
    expect(attempt({ TF_LOG: "INFO", TF_LOG_PROVIDER_KUBERNETES: "TRACE", TF_LOG_PATH: "/tmp/log" })).toThrow(
      [
        ["TF_LOG", "INFO"],
        ["TF_LOG_PATH", "/tmp/log"],
        ["TF_LOG_PROVIDER_KUBERNETES", "TRACE"],
      ]
        .map(
          ([name, value]) =>
            `${name} = "${value}": must not be set in CI or without a terminal: Terraform's log contains the values of Secrets; unset it, or use npm run diff, deploy or destroy`,
        )
        .join("\n"),
    );
  });

  test.each([
    ["nothing is set", attempt({ TF_LOG: "", TF_VAR_LOG: "x" })],
    ["nothing is applied", attempt({ TF_LOG: "INFO" }, cdktf("synth"))],
    ["a person watches", attempt({ TF_LOG: "INFO" }, cdktf("deploy", "staging"), true)],
  ])("lets pass where %s", (_, pass) => expect(pass).not.toThrow());

  test("takes CI for nobody, even with a terminal", () => {
    expect(attempt({ TF_LOG: "INFO", CI: "true" }, cdktf("deploy", "staging"), true)).toThrow("TF_LOG");
  });
});
