import { protectedFile } from "../../schema/files";
import type { Problem } from "../../schema/problem";
import { type Listed, mayBeDeleted } from "../../stacks/protection";

/** Part of what `terraform show -json` prints of a plan. {@link https://developer.hashicorp.com/terraform/internals/json-format#plan-representation} */
export interface Plan {
  readonly resource_changes?: readonly Change[];
  readonly output_changes?: Readonly<Record<string, Values>>;
  /** What is in the state. */
  readonly prior_state?: { readonly values?: { readonly root_module?: Module } };
  readonly configuration?: {
    readonly provider_config?: Readonly<
      Record<string, { readonly expressions?: Readonly<Record<string, unknown>> } | undefined>
    >;
    readonly root_module?: {
      readonly outputs?: Readonly<Record<string, { readonly expression?: unknown }>>;
      readonly resources?: readonly Configured[];
    };
  };
}

interface Module {
  readonly resources?: readonly { readonly address: string; readonly mode: string }[];
  readonly child_modules?: readonly Module[];
}

/** A resource as the stack's files write it. */
export interface Configured {
  readonly address: string;
  readonly expressions?: Readonly<Record<string, unknown>>;
  readonly provisioners?: unknown;
}

export interface Change {
  readonly address: string;
  /** Where the resource was before a `moved` block. */
  readonly previous_address?: string;
  readonly mode?: string;
  readonly type: string;
  /** Set for what is left of a replacement that failed halfway: the resource itself exists already. */
  readonly deposed?: string;
  readonly change: Values & { readonly importing?: unknown; readonly replace_paths?: unknown };
}

/** Values before and after a change. Other fields have the same shape, with true in place of what they are about. */
export interface Values {
  readonly actions: readonly string[];
  readonly before?: unknown;
  readonly after?: unknown;
  readonly after_unknown?: unknown;
  readonly before_sensitive?: unknown;
  readonly after_sensitive?: unknown;
}

/**
 * What must not be applied of a plan: it deletes or replaces what is protected. `destroys` says that all of the stack is
 * to be destroyed, which requires that protections are lifted and no reason for each resource.
 */
export function planProblems(plan: Plan, listed: Listed, destroys: boolean): Problem[] {
  const { system, environment, allowDestroy, list } = listed;
  const deletes = (plan.resource_changes ?? []).filter(
    ({ change, deposed }) => change.actions.includes("delete") && deposed === undefined,
  );
  const known = new Set([...list.addresses, ...Object.keys(list.removed)]);
  const problems: Problem[] = deletes.flatMap(({ address, previous_address: before = address, change }) => {
    const protectedAs = [address, before].find((it) => known.has(it));
    if (!protectedAs || (destroys ? allowDestroy : mayBeDeleted(protectedAs, list, allowDestroy))) return [];
    return {
      path: `${protectedFile(system, environment)} addresses`,
      value: protectedAs,
      rule: `would be ${change.actions.includes("create") ? "replaced" : "deleted"}`,
      remedy: destroys
        ? "to destroy the environment, see docs/operations.md#destroy-an-environment"
        : "undo the change of the files, or see docs/operations.md#remove-one-protected-resource",
    };
  });
  return destroys ? problems : [...problems, ...usersInUse(plan, deletes)];
}

/** Types that hold data or identity, or whose names Google keeps for weeks. */
const KEPT = new Set([
  ...["google_storage_bucket", "google_kms_key_ring", "google_kms_crypto_key", "google_secret_manager_secret"],
  ...["google_service_account", "google_project_iam_custom_role", "google_artifact_registry_repository"],
  ...["google_iam_workload_identity_pool", "google_iam_workload_identity_pool_provider"],
]);

/**
 * What must not be applied of a bootstrap stack's plan. It never deletes what holds data or identity. `prevent_destroy` does
 * not hold for a resource that is no longer in the stack, such as the secret of a variable that was removed.
 */
export const lostByBootstrap = ({ resource_changes = [] }: Plan): Problem[] =>
  resource_changes
    .filter(({ type, change }) => KEPT.has(type) && change.actions.includes("delete"))
    .map(({ address }) => ({
      path: "the bootstrap stack",
      value: address,
      rule: "would be deleted",
      remedy: `undo the change of the files; if nobody needs it, run terraform state rm ${address}, and delete it yourself`,
    }));

/** The generation of the password of a database's user that exists, or 0. */
export const generationOf = ({ type, change }: Change): number =>
  type === "google_sql_user" ? Number(/_(\d+)$/.exec(nameIn(change.before))?.[1] ?? 0) : 0;

/**
 * The database's user of the latest generation is the one that the services log in as. A rotation keeps it, as the user
 * of the generation before.
 */
function usersInUse({ resource_changes = [] }: Plan, deletes: readonly Change[]): Problem[] {
  const latest = Math.max(0, ...resource_changes.map(generationOf));
  return deletes
    .filter((change) => latest > 0 && generationOf(change) === latest)
    .map(({ address, change }) => ({
      path: address,
      value: nameIn(change.before),
      rule: "would be deleted, and the services log in as this user",
      remedy: `write generation ${latest + 1} in database.password: a rotation keeps only the user of the generation before`,
    }));
}

const nameIn = (before: unknown): string => String((before as { readonly name?: unknown } | null)?.name ?? "");
