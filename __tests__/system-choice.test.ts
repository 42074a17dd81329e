import { ancestors, deployed } from "../schema/ancestors";
import { refuseUnnamedSystem, systemName } from "../schema/load";
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

test("the stacks of a deploy are read from the processes above", () => {
  expect(deployed(deploy("production", "--auto-approve"))).toEqual(["production"]);
  expect(deployed([["node", "/x/cdktf", "apply", "production"]])).toEqual(["production"]);
  expect(deployed([["node", "cdktf.js", "diff", "production"]])).toEqual([]);
  expect(deployed([["npm", "run", "deploy", "production"]])).toEqual([]);
  expect(ancestors()[0]?.join(" ")).toContain("jest");
});

test.each([
  [{ CI: "true" }, deploy("production"), true],
  [{ CI: "true" }, deploy("staging", "production"), true],
  [{ CI: "true" }, deploy("*"), true],
  [{ CI: "true" }, deploy("staging"), false],
  [{ CI: "true" }, [["node", "cdktf", "synth"]], false],
  [{ CI: "true", SYSTEM: "pmcrm" }, deploy("production"), false],
  [{}, deploy("production"), false],
  [{ CI: "true" }, deploy("production-us"), true],
])("with %j, %j is refused: %s", (env, commandLines, refused) => {
  const { environments } = configuration((files) => {
    files.others = { "production-us": beside(files.production) };
  });
  const attempt = () => refuseUnnamedSystem({ environments }, env, () => commandLines);
  if (refused) expect(attempt).toThrow("must name the system when CI deploys production");
  else expect(attempt).not.toThrow();
});
