import type { Api } from "../facts/apis";

/** What a choice of an environment needs from the project, the platform and the deployer. */
export interface Needs {
  /** Versions that a system may have of it; none where systems name no version. */
  readonly versions: readonly string[];
  /** APIs that the stack enables for it. */
  readonly apis: readonly Api[];
  /** Roles that the deployer has for it, each with the reason. */
  readonly roles: Readonly<Record<string, string>>;
  /** Passwords that the platform generates for it, beside the database's. */
  readonly secrets: readonly string[];
  /** Blocks of 256 addresses that Google takes for it from `network.datastores`. */
  readonly addressBlocks: number;
  /** Whether it is a release of Bitnami's chart, which reads the environment's `bitnami`. */
  readonly bitnami: boolean;
  /** GB of persistent disks on SSD. */
  readonly diskGb: number;
}

/** An entry for each kind of a choice: a kind without one does not compile. */
export type Kinds<C extends { readonly kind: string }, Entry> = {
  readonly [K in C["kind"]]: (choice: Extract<C, { readonly kind: K }>) => Entry;
};

/** The entry for a choice's kind. The cast is needed: TypeScript does not see that both have the same kind. */
export const entryOf = <C extends { readonly kind: string }, Entry>(table: Kinds<C, Entry>, choice: C): Entry =>
  (table[choice.kind as C["kind"]] as (choice: C) => Entry)(choice);
