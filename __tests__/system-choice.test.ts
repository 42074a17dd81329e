import { ancestors } from "../schema/ancestors";
import { systemName } from "../schema/load";
import { GATE, refuseSkippedSynthesis, refuseUnguarded, refuseUnnamedSystem } from "../schema/refusals";
import { beside, configuration, ROOT } from "./support";

const deploy = (...args: string[]) => [
  ["sh", "-c", "node main.ts"],
  ["node", "/app/node_modules/.bin/cdktf", "deploy", ...args],
  ["bash"],
];

test("cdktf.json names the system, SYSTEM overrides it", () => {
  expect(systemName(ROOT, {})).toBe("pmcrm");
  expect(systemName(ROOT, { SYSTEM: "pmcrm" })).toBe("pmcrm");
  expect(() => systemName(ROOT, { SYSTEM: "../x" })).toThrow('SYSTEM = "../x": is not a system; use one of ');
});

test("the command lines of the processes above are read", () => {
  expect(ancestors()[0]?.join(" ")).toContain("jest");
});

const CI = { CI: "true" };
const refusing = (env: NodeJS.ProcessEnv, commandLines: string[][]) => {
  const { environments } = configuration((files) => {
    files.others = { "production-us": beside(files.production) };
  });
  return () => refuseUnnamedSystem({ environments }, env, () => commandLines);
};
const cdktf = (...args: string[]) => [["node", "/app/node_modules/.bin/cdktf", ...args]];

test.each<[string[][]]>(
  [
    deploy("production"),
    deploy("staging", "production"),
    deploy("production-us"),
    deploy("production", "--auto-approve"),
    deploy("--parallelism", "3", "production"),
    deploy("--auto-approve", "production"),
    // Patterns, as cdktf matches them.
    ...["*", "prod*", "productio?", "[p]roduction", "[^s]*", "{production,x}", "{a..z}*", "@(production)"].map((it) =>
      deploy(it),
    ),
    ...["+(p)roduction", "!staging", "!(staging)", "**", "**/production", "p[!x]oduction"].map((it) => deploy(it)),
    // Its parser of options.
    deploy("--stacks", "production"),
    deploy("--stacks=production"),
    deploy("--", "production"),
    deploy("--", "--stacks=production"),
    deploy('"production"'),
    deploy("'production'"),
    cdktf("--log-level", "INFO", "deploy", "production"),
    cdktf("-o", "deploy", "destroy", "production"),
    cdktf("-o", "synth", "apply", "production"),
    // The other commands that change something.
    cdktf("apply", "production"),
    cdktf("destroy", "production"),
    cdktf("destroy", "*"),
    cdktf("watch", "production", "--auto-approve"),
    [["node", "/app/node_modules/cdktf-cli/bundle/bin/cdktf.js", "destroy", "production"]],
  ].map((lines) => [lines]),
)("in CI without SYSTEM, %j is refused", (commandLines) => {
  expect(refusing(CI, commandLines)).toThrow(
    "SYSTEM = nothing: must name the system when CI deploys or destroys production",
  );
});

test("in CI without SYSTEM, the option's variable counts as the option", () => {
  expect(refusing({ ...CI, CDKTF_STACKS: "production" }, cdktf("deploy"))).toThrow("must name the system");
});

test.each<[NodeJS.ProcessEnv, string[][]]>([
  [CI, deploy("staging")],
  [CI, deploy("stag*")],
  [CI, deploy("!production*")],
  [CI, deploy("staging", "--outputs-file", "production.json")],
  [CI, deploy("staging", "--parallelism", "3", "--var", "tier=production")],
  [CI, cdktf("destroy", "staging", "--auto-approve")],
  [CI, cdktf("diff", "production")],
  [CI, cdktf("plan", "production")],
  [CI, cdktf("synth")],
  [CI, [["npm", "run", "deploy", "production"]]],
  [CI, [["vim", "deploy", "production"], ["bash"]]],
  [{ CI: "true", SYSTEM: "pmcrm" }, deploy("production")],
  [{}, deploy("production")],
  [{}, cdktf("destroy", "*")],
])("with %j, %j is accepted", (env, commandLines) => {
  expect(refusing(env, commandLines)).not.toThrow();
});

test.each<[NodeJS.ProcessEnv, string[][], boolean]>([
  [CI, deploy("production"), true],
  [{ ...CI, SYSTEM: "pmcrm" }, deploy("prod*", "--auto-approve"), true],
  [{ ...CI, TERRAFORM_BINARY_NAME: "terraform" }, cdktf("apply", "production"), true],
  [{ ...CI, TERRAFORM_BINARY_NAME: GATE }, deploy("production"), false],
  [CI, deploy("staging"), false],
  [CI, cdktf("destroy", "production"), false],
  [CI, cdktf("diff", "production"), false],
  [{}, deploy("production"), false],
])("with %j, whether %j deploys production without a check of approvals and is refused: %s", (env, lines, refused) => {
  const { environments } = configuration();
  const attempt = () => refuseUnguarded({ environments }, env, () => lines);
  if (refused) expect(attempt).toThrow("npx cdktf deploy = nothing: must not deploy production in CI");
  else expect(attempt).not.toThrow();
});

test.each<[NodeJS.ProcessEnv, string[][], boolean]>([
  [CI, deploy("staging", "--skip-synth"), true],
  [CI, deploy("staging", "--skipSynth"), true],
  [CI, deploy("staging", "--skip-synth=true"), true],
  [CI, cdktf("destroy", "--skip-synth", "staging"), true],
  [CI, cdktf("diff", "staging", "--skip-synth"), true],
  [{ ...CI, CDKTF_SKIP_SYNTH: "true" }, deploy("staging"), true],
  [{ ...CI, SYSTEM: "pmcrm" }, deploy("production", "--skip-synth"), true],
  [CI, deploy("staging", "--skip-synth=false"), false],
  [{ ...CI, CDKTF_SKIP_SYNTH: "false" }, deploy("staging"), false],
  [CI, deploy("staging", "--skip-provider-lock"), false],
  [{}, deploy("staging", "--skip-synth"), false],
])("with %j, whether %j skips the synthesis and is refused: %s", (env, commandLines, refused) => {
  const attempt = () => refuseSkippedSynthesis(env, () => commandLines);
  if (refused) expect(attempt).toThrow("--skip-synth = nothing: must not be set in CI");
  else expect(attempt).not.toThrow();
});
