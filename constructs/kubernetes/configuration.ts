import { Fn, Token } from "cdktf";
import type { Construct } from "constructs";
import { digest, digestAsWritten } from "../terraform/json";

/** An immutable ConfigMap or Secret that pods use. New content means a new object. */
export interface Configuration {
  /** A reference to the object's name. Resources that use it depend on the object. */
  readonly name: string;
}

/**
 * Returns the Terraform ID of a configuration object and its name, each with a digest of the content.
 *
 * The ID contains a digest of the content as written in the stack, so each content has its own Terraform address. A
 * rollback then finds the old object at its address. With a single address, the old object would be deposed while its
 * name is still in use. The name's digest also covers values that only Terraform knows, such as an address. It covers
 * the ID as well, so that two addresses never share a name.
 */
export function identify(scope: Construct, name: string, content: unknown): { id: string; name: string } {
  const id = digestAsWritten(scope, content).slice(0, 8);
  const whole = digest([id, content]);
  return { id, name: `${name}-${Token.isUnresolved(whole) ? Fn.substr(whole, 0, 10) : whole.slice(0, 10)}` };
}

/**
 * Arguments of an immutable object. Terraform creates the new object first, and deletes the old one after the pods that
 * used it.
 */
export const IMMUTABLE = { immutable: true, lifecycle: { createBeforeDestroy: true } };
