import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import type { Approvals } from "../commands/terraform/approvals";
import { APPLY, inGate } from "./gated";
import { withTerraform } from "./terraform";

/** Which plans are applied. */

const { at, inStack, run, write, terraform, state } = inGate();

const refused = (what: string) => ({
  code: 1,
  out: expect.stringContaining(
    `1 problem in the plan; nothing was applied.\nprotected/pmcrm/staging.json addresses = "terraform_data.kinds": would be ${what}; `,
  ),
});

withTerraform(
  "a plan that deletes what is protected is refused before anything is applied, and other plans are applied",
  async () => {
    write({ kinds: { input: "1" }, other: {} });
    expect(await terraform(["init"])).toMatchObject({ code: 0 });
    expect(await terraform(APPLY)).toMatchObject({ code: 0 });
    write({ kinds: { input: "2" } }); // nobody protects the other one
    expect(await terraform(APPLY)).toMatchObject({ code: 0 });
    expect(await terraform(APPLY)).toMatchObject({ code: 0, out: expect.stringContaining("No changes") });
    expect(state()).toEqual([["kinds", "2"]]);

    expect(await terraform(["destroy", "-auto-approve"])).toEqual(refused("deleted"));
    write({ kinds: { triggers_replace: "3" } });
    expect(await terraform(APPLY)).toEqual(refused("replaced"));
    write({ another: {} });
    expect(await terraform(APPLY)).toEqual(refused("deleted"));
    expect(await terraform(["plan", "-input=false", "-out", "plan"])).toEqual(refused("deleted"));
    expect(state()).toEqual([["kinds", "2"]]);

    const file = at("protected", "pmcrm", "staging.json");
    const list = JSON.parse(readFileSync(file, "utf8"));
    writeFileSync(file, JSON.stringify({ ...list, removed: { "terraform_data.kinds": "it has moved" } }));
    expect(await terraform(["plan", "-input=false", "-out", "plan"])).toMatchObject({ code: 0 });
    expect(await terraform(APPLY)).toMatchObject({ code: 0 });
    expect(state()).toEqual([["another", undefined]]);
    expect(readdirSync(at("tmp")).filter((name) => name.startsWith("plan-"))).toEqual([]);
  },
  240_000,
);

withTerraform(
  "without approval, nothing is applied; a failed plan keeps its exit code",
  async () => {
    write({ kinds: { input: "1" } });
    await terraform(["init"]);
    const asked = { out: expect.stringContaining("Do you want to perform these actions?") }; // cdktf waits for this
    expect(await terraform(["apply"], "no\n")).toMatchObject({ code: 1, ...asked });
    expect(await terraform(["apply"])).toMatchObject({ code: 1, ...asked });
    expect(readdirSync(inStack())).not.toContain("terraform.tfstate");
    expect(await terraform(["apply"], "yes\n")).toMatchObject({ code: 0, ...asked });
    expect(state()).toEqual([["kinds", "1"]]);
    write({ kinds: { input: "$" + "{nothing}" } });
    expect(await terraform(APPLY)).toMatchObject({ code: 1, out: expect.stringContaining("Invalid reference") });
  },
  120_000,
);

withTerraform(
  "a deploy changes what a release may and what is allowed, and nothing else",
  async () => {
    const nobody: Approvals = {};
    write({ workload_api_x: { input: "1" }, network_ranges: { input: "1" } });
    await terraform(["init"]);
    expect(await terraform(APPLY, "", nobody)).toMatchObject({ code: 0 }); // the state was empty
    write({ workload_api_x: { input: "2" }, network_ranges: { input: "1" } });
    expect(await terraform(APPLY, "", nobody)).toMatchObject({
      code: 0,
      out: expect.stringMatching(/\nplan [0-9a-f]{16}: 0 to add, 1 to change, 0 to destroy\n {2}release: 0 to add, 1 /),
    });
    write({ workload_api_x: { input: "3" }, network_ranges: { input: "2" }, other: {} });
    const refused = await terraform(["apply"], "yes\n", { allow: ["unknown"] });
    expect(refused).toEqual({
      code: 1,
      out: expect.stringContaining("\n1 problem in the plan; nothing was applied.\n"),
    });
    expect(refused.out).toContain(
      '\nthe plan = "terraform_data.network_ranges": would be updated, and a release changes nothing of the category network; undo the change of the files, or add --allow network, which a yes at the terminal does not replace\n',
    );
    expect(state()).toEqual([
      ["network_ranges", "1"],
      ["workload_api_x", "2"],
    ]);
    const shown = await terraform(["plan", "-input=false", "-out", "plan"], "", nobody);
    expect(shown).toMatchObject({
      code: 0,
      out: expect.stringContaining("\na deploy of it needs\n  network: --allow network\n  unknown: --allow unknown\n"),
    });
    expect(await terraform(APPLY, "", { allow: ["network", "unknown"] })).toMatchObject({ code: 0 });
    expect(state()).toContainEqual(["network_ranges", "2"]);
  },
  240_000,
);

withTerraform(
  "a step of a walk needs no hash in CI, and changes shares alone; the step back changes what a release may",
  async () => {
    const CI = { CI: "true" };
    write({ workload_api_x: { input: "1" } }, "production");
    await terraform(["init"]);
    expect(await terraform(APPLY)).toMatchObject({ code: 0 });
    expect(await terraform(APPLY, "", { step: "on" }, CI)).toMatchObject({ code: 0 }); // nothing has changed
    write({ workload_api_x: { input: "2" } }, "production");
    expect(await terraform(APPLY, "", { step: "on" }, CI)).toEqual({
      code: 1,
      out: expect.stringContaining(
        '1 problem in the plan; nothing was applied.\nthe plan = "terraform_data.workload_api_x": would be updated, and a step of a candidate changes only its share; ',
      ),
    });
    expect(await terraform(APPLY, "", { step: "back" }, CI)).toMatchObject({ code: 0 });
    expect(state()).toEqual([["workload_api_x", "2"]]);
  },
  240_000,
);

withTerraform(
  "exactly the approved plan is applied, and CI applies no other to production",
  async () => {
    const hashOf = ({ out }: { out: string }) => /^plan ([0-9a-f]{16}):/m.exec(out)?.[1] as string;
    const planned = async () => hashOf(await terraform(["plan", "-input=false", "-out", "plan"]));
    const [CI, allow] = [{ CI: "true" }, ["unknown"]];
    const values = (input: string) => ({
      workload_api_x: { input },
      made: { input: "$" + "{terraform_data.workload_api_x.id}" },
    });
    write(values("1"), "production");
    await terraform(["init"]);
    const first = await planned();
    expect(await planned()).toBe(first);
    const unapproved = await terraform(APPLY, "", { allow }, CI);
    expect(unapproved).toEqual({
      code: 1,
      out: expect.stringContaining(
        `\n--approved = nothing: must name the plan when CI deploys production; let somebody look at the plan; if it is right, add --approved ${first}\n`,
      ),
    });
    write(values("2"), "production");
    const second = await planned();
    expect(second).not.toBe(first);
    expect(await terraform(["apply"], "yes\n", { approved: first, allow }, CI)).toEqual({
      code: 1,
      out: expect.stringContaining(`\n--approved = "${first}": is another plan than this one, ${second}: `),
    });
    expect(readdirSync(inStack())).not.toContain("terraform.tfstate");
    const approved = await terraform(["apply"], "", { approved: second, allow }, CI);
    expect(approved).toMatchObject({ code: 0, out: expect.not.stringContaining("Do you want") });
    expect(state()).toContainEqual(["workload_api_x", "2"]);

    write(values("3"), "production");
    expect(await terraform(["apply", "-auto-approve"])).toMatchObject({ code: 0 }); // not in CI
    write(values("4"), "staging");
    expect(await terraform(["apply", "-auto-approve"], "", { allow }, CI)).toMatchObject({ code: 0 });
  },
  240_000,
);

/** Writes a stack of resources, by name and input, in place of everything else. */
const program = (resources: Readonly<Record<string, string>>) =>
  writeFileSync(
    at("main.ts"),
    `
import { App, DataResource, GcsBackend, TerraformStack } from "cdktf";
const app = new App({ skipValidation: true });
const stack = new TerraformStack(app, "staging");
new GcsBackend(stack, { bucket: "none", prefix: "pmcrm/staging" });
for (const [name, input] of Object.entries(${JSON.stringify(resources)})) new DataResource(stack, name, { input: { value: input } });
app.synth();
`,
  );
const npm = (command: string, ...args: readonly string[]) =>
  run("npm", ["run", "--silent", command, "--", "staging", ...args], at());

withTerraform(
  "npm run deploy refuses a plan that deletes what is protected, and applies the one whose hash npm run diff printed",
  async () => {
    write({ kinds: {} });
    await terraform(["init"]);
    await terraform(APPLY);
    program({ workload_api_x: "1" });
    const refused = await npm("deploy", "--auto-approve", "--allow", "data");
    expect(refused.out).toContain("1 problem in the plan; nothing was applied.");
    expect(refused.code).toBe(1);
    expect(state()).toEqual([["kinds", undefined]]);

    program({ kinds: "1", workload_api_x: "1" });
    const diff = await npm("diff", "--summary-file", "summary.json");
    expect(diff).toEqual({ code: 0, out: expect.stringMatching(/a deploy of it needs\n *data: --allow data\n/) });
    const [, hash = ""] = /plan ([0-9a-f]{16}):/.exec(diff.out) ?? [];
    const { lines, ...summary } = JSON.parse(readFileSync(at("summary.json"), "utf8"));
    expect(summary).toEqual({ plan: hash, changes: true, allow: ["data"] });
    expect(lines[0]).toBe(`plan ${hash}: 1 to add, 1 to change, 0 to destroy`);
    const { code, out } = await npm("deploy", "--approved", hash, "--allow", "data");
    expect([code, out]).toEqual([0, expect.stringContaining(`plan ${hash}: 1 to add, 1 to change, 0 to destroy`)]);
    expect(state()).toEqual([
      ["kinds", { value: "1" }],
      ["workload_api_x", { value: "1" }],
    ]);
  },
  400_000,
);
