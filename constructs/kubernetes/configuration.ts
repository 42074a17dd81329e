import { Fn, Token } from "cdktf";
import type { Construct } from "constructs";
import { digest, digestAsWritten } from "../terraform/json";

/** A ConfigMap or a Secret that pods start with. Its content never changes: other content is another object. */
export interface Configuration {
  /** A reference, so that whoever uses it waits for the object. */
  readonly name: string;
}

/**
 * The resource's id and the object's name, each with a digest of the content.
 *
 * Content that is written differently has a Terraform address of its own, so that going back to what ran before finds
 * the object as it was: at one address it would be a deposed object, whose name is taken. The name follows values that
 * only Terraform knows, such as an address; it holds the id too, because two addresses must never share a name.
 */
export function identify(scope: Construct, name: string, content: unknown): { id: string; name: string } {
  const id = digestAsWritten(scope, content).slice(0, 8);
  const whole = digest([id, content]);
  return { id, name: `${name}-${Token.isUnresolved(whole) ? Fn.substr(whole, 0, 10) : whole.slice(0, 10)}` };
}

/** Its successor comes first, and it goes after the pods that have used it. */
export const IMMUTABLE = { immutable: true, lifecycle: { createBeforeDestroy: true } };
