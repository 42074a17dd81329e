import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import type { Machine } from "../machine/machine";

interface State {
  readonly resources: readonly {
    readonly mode: "managed" | "data";
    readonly type: string;
    readonly name: string;
    readonly instances: readonly {
      readonly status?: "tainted";
      readonly deposed?: string;
      readonly attributes?: Readonly<Record<string, unknown>>;
    }[];
  }[];
}

export const stateFile = (work: string): string => path.join(work, "tf", "terraform.tfstate");

/** Terraform's state; empty if an apply failed before it made anything. */
export function stateOf({ work }: Pick<Machine, "work">): State {
  const file = stateFile(work);
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : { resources: [] };
}

/** Attributes of all resources of some types. */
export const attributesOf = ({ resources }: State, ...types: readonly string[]): Readonly<Record<string, unknown>>[] =>
  resources
    .filter(({ type }) => types.includes(type))
    .flatMap(({ instances }) => instances.flatMap(({ attributes }) => (attributes ? [attributes] : [])));

/** Random parts of names, which differ in every run. */
export const randomParts = (machine: Machine): string[] =>
  attributesOf(stateOf(machine), "random_id").map(({ hex }) => String(hex));

/** Resources that were created although a later step failed; Terraform would replace them. */
export const tainted = (machine: Machine): string[] =>
  stateOf(machine)
    .resources.filter(({ instances }) => instances.some(({ status }) => status === "tainted"))
    .map(({ type, name }) => `${type}.${name}`);
