import type { TerraformElement } from "cdktf";
import type { Node } from "constructs";

/**
 * Name that an element has in its stack, as a reader would write it: the path of constructs below the stack, without
 * the hash that cdktf would add.
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
