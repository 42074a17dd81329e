import type { Api } from "../facts/apis";
import type { PlatformSecret } from "./system";

/** What a choice of an environment needs from the project, the platform and the deployer. */
export interface Needs {
  /** APIs that the stack enables for it. */
  readonly apis: readonly Api[];
  /** Roles that the deployer has for it, each with the reason. */
  readonly roles: Readonly<Record<string, string>>;
  /** Passwords that the stack generates for it. */
  readonly secrets: readonly PlatformSecret[];
  /** Secrets of the platform that a person supplies for it. */
  readonly supplied: readonly PlatformSecret[];
  /** Blocks of 256 addresses that Google takes for it from `network.datastores`. */
  readonly addressBlocks: number;
  /** Whether it is a release of Bitnami's chart, which reads the environment's `bitnami`. */
  readonly bitnami: boolean;
  /** GB of persistent disks on SSD. */
  readonly diskGb: number;
  /** Fields whose values production must not have. */
  readonly unfit: readonly Unfit[];
}

/** A field whose value production must not have, and what to do about it. */
interface Unfit {
  readonly field: string;
  readonly rule: string;
  readonly remedy: string;
}

/** An entry for each kind of a choice: a kind without one does not compile. */
export type Kinds<C extends { readonly kind: string }, Entry> = {
  readonly [K in C["kind"]]: (choice: Extract<C, { readonly kind: K }>) => Entry;
};

/**
 * The entry for a choice's kind. The cast is needed: TypeScript does not see that both have the same kind.
 * @throws if a table has no entry, which `npm run typecheck` reports with the table's place
 */
export function entryOf<C extends { readonly kind: string }, Entry>(table: Kinds<C, Entry>, choice: C): Entry {
  const entry = table[choice.kind as C["kind"]] as ((choice: C) => Entry) | undefined;
  if (!entry) throw new Error(`a table has no entry for the kind "${choice.kind}": npm run typecheck says which one`);
  return entry(choice);
}
