import { readFileSync } from "node:fs";
import { graphOf, PARALLELISM, parallelismOf, recordedOnly, scheduleOf } from "@slipway/rehearsal";
import { counted } from "../words";
import type { Plan } from "./plan-problems";
import { printedBy } from "./run";

const OPTION = /^-parallelism(=|$)/;

/** Whether somebody chose how many resources Terraform works on at a time. {@link https://developer.hashicorp.com/terraform/cli/config/environment-variables#tf_cli_args-and-tf_cli_args_name} */
const isChosen = (options: readonly string[]): boolean =>
  [process.env.TF_CLI_ARGS, process.env.TF_CLI_ARGS_apply]
    .flatMap((text) => text?.split(/\s+/) ?? [])
    .concat(options)
    .some((option) => OPTION.test(option));

/**
 * The option of `terraform apply` that lets it work on as many resources at a time as the plan needs: with Terraform's
 * ten, the rollouts of many services wait for a free place. None if somebody chose the number. It also says how long the apply
 * takes.
 */
export async function parallelism(
  file: string,
  { resource_changes = [] }: Plan,
  options: readonly string[],
): Promise<string[]> {
  if (isChosen(options)) return [];
  const printed = await printedBy(["graph", "-type=apply", `-plan=${file}`]).catch(() => undefined);
  if (printed === undefined) return []; // Terraform has said why; ten at a time are slower, and no reason to stop
  const graph = graphOf(printed);
  const changed = new Set(
    resource_changes
      .filter(({ change }) => !change.actions.includes("no-op"))
      .map(({ address }) => address.replace(/\[.*$/, "")),
  );
  const recorded = recordedOnly(JSON.parse(readFileSync("cdk.tf.json", "utf8")));
  const instant = new Set([...graph.keys()].filter((address) => !changed.has(address) || recorded.has(address)));
  const number = parallelismOf(graph, instant);
  const minutes = Math.ceil(scheduleOf(graph, instant, number).all.criticalPath.minutes);
  // cdktf breaks lines of more than 80 characters, and begins each with the stack's name.
  if (changed.size)
    console.log(
      `\nOn Google Cloud, this typically takes ${minutes ? counted(minutes, "minute") : "less than a minute"}.`,
    );
  if (number > PARALLELISM)
    console.log(`\nUp to ${number} resources are changed at a time. --terraform-parallelism chooses another number.\n`);
  return [`-parallelism=${number}`];
}
