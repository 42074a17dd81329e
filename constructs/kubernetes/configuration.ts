import { Fn, Token } from "cdktf";
import type { Construct } from "constructs";
import { digest, digestAsWritten } from "../terraform/json";

/** A ConfigMap or a Secret that pods start with. Its content never changes: new content makes a new object. */
export interface Configuration {
  /** A reference, so that whoever uses it waits for the object. */
  readonly name: string;
}

/**
 * The resource's id and the object's name, each with a digest of the content.
 *
 * Each content as written has its own Terraform address, so that a rollback finds the old object as it was. With one
 * address for all, the old object would be deposed, and its name taken. The name also follows values that only Terraform
 * knows, such as an address. It contains the id as well, because two addresses must never share a name.
 */
export function identify(scope: Construct, name: string, content: unknown): { id: string; name: string } {
  const id = digestAsWritten(scope, content).slice(0, 8);
  const whole = digest([id, content]);
  return { id, name: `${name}-${Token.isUnresolved(whole) ? Fn.substr(whole, 0, 10) : whole.slice(0, 10)}` };
}

/** Its successor is created first; it is deleted after the pods that used it. */
export const IMMUTABLE = { immutable: true, lifecycle: { createBeforeDestroy: true } };
