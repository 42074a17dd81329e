import "./stack-trace";
import { readFileSync, rmdirSync } from "node:fs";
import path from "node:path";
import { App, TerraformResource, type TerraformStack } from "cdktf";
import { environmentFile, protectedFile } from "../schema/files";
import { type Configuration, InvalidConfiguration, sourceOf } from "../schema/load";
import { describe, type Problem } from "../schema/problem";
import { BootstrapStack, type BootstrapStackProps } from "./bootstrap-stack";
import { collisionsIn } from "./collisions";
import { EnvironmentStack, type EnvironmentStackProps } from "./environment-stack";
import { lost, unlisted } from "./protection";
import { forgetOtherSystems } from "./state-memory";
import { whyNoTokenPlugin } from "./token-plugin";

/**
 * Builds the stacks of a configuration and writes them. Returns lines of text that say what it wrote.
 * @throws InvalidConfiguration if two things of a stack have one name, if a stack has lost a protected resource, or if it
 * `applies` and a list lacks one; nothing is written then
 */
export function synthesize(
  configuration: Configuration,
  env: NodeJS.ProcessEnv,
  outdir?: string,
  applies = false,
): string {
  // cdktf's validations run `terraform version` for each of some resources, which takes a third of a synth, and fail
  // without Terraform on PATH. The stack's required_version makes Terraform check the version itself.
  const app = new App({ outdir, skipValidation: true });
  try {
    const stacks = build(app, configuration, env);
    const { problems, notes } = compared(configuration, stacks, applies);
    if (problems.length) throw new InvalidConfiguration(problems);
    const all = [...stacks, ...bootstrapStacks(app, configuration)];
    forgetOtherSystems(app.outdir, Object.fromEntries(all.map((stack) => [stack.node.id, stack.statePrefix])));
    app.synth();
    const sizes = stacks.map((stack) => `${stack.node.id} ${count(stack)} resources`);
    return [`${configuration.name}: ${sizes.join(", ")}`, ...notes].join("\n");
  } catch (error) {
    removeIfEmpty(path.join(app.outdir, "stacks"));
    removeIfEmpty(app.outdir);
    throw error;
  }
}

/** Builds the stacks. Two things with one name end in a problem of the environment's file. */
export function build(app: App, { name, environments }: Configuration, env: NodeJS.ProcessEnv): EnvironmentStack[] {
  const problems: Problem[] = [];
  const stacks = Object.entries(environments).flatMap(([id, { protectedList: _, ...files }]) => {
    const say = (value: string, rule: string) => {
      const remedy = "rename the service, task, variable, host or pool that they are named after";
      problems.push({ path: environmentFile(name, id), value, rule, remedy });
    };
    try {
      const stack = new EnvironmentStack(app, id, {
        systemName: name,
        ...files,
        tokenPlugin: !whyNoTokenPlugin(env),
      });
      for (const { name: twice, both } of collisionsIn(stack))
        say(twice, `is the name of two things in the stack, ${both.join(" and ")}`);
      return [stack];
    } catch (error) {
      if (!(error instanceof Error) || !COLLISION.test(error.message)) throw error;
      say(id, `has two things of one name in its stack: ${error.message}`);
      return [];
    }
  });
  if (problems.length) throw new InvalidConfiguration(problems);
  return stacks;
}

/** Builds the bootstrap stack of each environment. */
export const bootstrapStacks = (app: App, { name, environments }: Configuration): BootstrapStack[] =>
  Object.entries(environments).map(
    ([environmentName, { system, environment }]) =>
      new BootstrapStack(app, {
        systemName: name,
        environmentName,
        system,
        environment,
        source: sourceOf(environments, environment),
      }),
  );

/** Returns the JSON of the bootstrap stack of one environment. */
export function synthesizeBootstrap(props: BootstrapStackProps, outdir: string): string {
  const app = new App({ outdir, skipValidation: true });
  const { id } = new BootstrapStack(app, props).node;
  app.synth();
  return readFileSync(path.join(outdir, "stacks", id, "cdk.tf.json"), "utf8");
}

/** Returns the JSON of the stack of one environment. It is not compared with what is protected, so it is not for a deploy. */
export function synthesizeEnvironment(
  { environmentName, ...props }: Omit<EnvironmentStackProps, "tokenPlugin"> & { readonly environmentName: string },
  outdir: string,
): string {
  const app = new App({ outdir, skipValidation: true });
  const { id } = new EnvironmentStack(app, environmentName, { ...props, tokenPlugin: false }).node;
  app.synth();
  return readFileSync(path.join(outdir, "stacks", id, "cdk.tf.json"), "utf8");
}

/** Messages of the package constructs and of {@link EnvironmentStack} about two constructs of one name. */
const COLLISION = /^There is already a Construct with name|have the same logical id/;

/** Compares the stacks with the lists of what is protected, where there are lists. */
function compared(
  { name, environments }: Pick<Configuration, "name" | "environments">,
  stacks: readonly TerraformStack[],
  applies: boolean,
): { problems: Problem[]; notes: string[] } {
  const problems: Problem[] = [];
  const notes: string[] = [];
  for (const stack of stacks) {
    const { id } = stack.node;
    const { environment, protectedList: list } = environments[id] as Configuration["environments"]["production"];
    if (!list) continue;
    problems.push(...lost(stack, { system: name, environment: id, allowDestroy: environment.allowDestroy, list }));
    const missing = unlisted(stack, list);
    if (!missing.length) continue;
    const file = `${protectedFile(name, id)} addresses`;
    const lacking = {
      path: file,
      value: missing,
      rule: "are not listed",
      remedy: "run npm run protected, and commit the list",
    };
    if (applies) problems.push(lacking);
    else notes.push(`${describe(lacking)} before a deploy`);
  }
  return { problems, notes };
}

/** Removes a folder that cdktf has created, unless an earlier run wrote into it. */
function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOTEMPTY") throw error;
  }
}

const count = (stack: TerraformStack): number =>
  stack.node.findAll().filter((c) => c instanceof TerraformResource).length;
