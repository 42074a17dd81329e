import "./stack-trace";
import { App, TerraformResource, type TerraformStack } from "cdktf";
import type { Configuration } from "../schema/load";
import { EnvironmentStack } from "./environment-stack";
import { forgetOtherSystems } from "./state-memory";
import { whyNoTokenPlugin } from "./token-plugin";

/** Builds the stacks of a configuration and writes them. Returns a line of text that says what it wrote. */
export function synthesize(
  { name, system, environments }: Configuration,
  env: NodeJS.ProcessEnv,
  outdir?: string,
): string {
  // cdktf's validations run `terraform version` for each of some resources, which takes a third of a synth, and fail
  // without Terraform on PATH. The stack's required_version makes Terraform check the version itself.
  const app = new App({ outdir, skipValidation: true });
  const stacks = Object.entries(environments).map(
    ([stack, files]) =>
      new EnvironmentStack(app, stack, {
        systemName: name,
        system,
        ...files,
        tokenPlugin: !whyNoTokenPlugin(env),
      }),
  );
  forgetOtherSystems(app.outdir, Object.fromEntries(stacks.map((stack) => [stack.node.id, stack.statePrefix])));
  app.synth();
  return `${name}: ${stacks.map((stack) => `${stack.node.id} ${count(stack)} resources`).join(", ")}`;
}

const count = (stack: TerraformStack): number =>
  stack.node.findAll().filter((c) => c instanceof TerraformResource).length;
