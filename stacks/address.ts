import type { TerraformElement } from "cdktf";
import type { Node } from "constructs";

/**
 * Returns the name of an element in its stack: the path of its constructs below the stack, without the hash that cdktf
 * adds.
 */
export function addressOf(element: TerraformElement | Node): string {
  const { path } = "node" in element ? element.node : element;
  const parts = path.split("/").slice(1);
  return parts
    .filter((part, i) => part !== parts[i - 1])
    .join("_")
    .replace(/\./g, "_")
    .replace(/[^\w-]+/g, "-");
}
