import type { TerraformElement } from "cdktf";
import type { Node } from "constructs";

/**
 * Returns the logical id of an element, which is the second part of its address: the path of its constructs below the
 * stack, without the hash that cdktf adds.
 */
export function logicalIdOf(element: TerraformElement | Node): string {
  const { path } = "node" in element ? element.node : element;
  const parts = path.split("/").slice(1);
  return parts
    .filter((part, i) => part !== parts[i - 1])
    .join("_")
    .replace(/\./g, "_")
    .replace(/[^\w-]+/g, "-");
}
