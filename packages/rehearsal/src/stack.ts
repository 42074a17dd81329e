import { readFileSync } from "node:fs";
import path from "node:path";

type Block = Readonly<Record<string, unknown>>;
// biome-ignore lint/suspicious/noExplicitAny: there are many types of resources, and each reader knows the fields of its own
type Resource = Record<string, any>;

/** What a stack requires: Terraform's version and the providers. */
export interface Requirements {
  readonly required_version?: string;
  readonly required_providers?: Readonly<Record<string, { readonly source?: string; readonly version?: string }>>;
}

/** A stack as Terraform reads it. */
export interface StackJson {
  readonly resource?: Record<string, Record<string, Resource>>;
  readonly data?: Record<string, Record<string, Block>>;
  readonly ephemeral?: Record<string, Record<string, Block>>;
  readonly provider?: Record<string, readonly Block[]>;
  readonly terraform: Requirements & { backend?: unknown };
}

/** A stack without its resources on Vercel, and what it requires without their provider. */
export function withoutVercel<Stack extends Pick<StackJson, "resource" | "provider" | "terraform">>(
  stack: Stack,
): Stack {
  const without = <Of>(blocks: Readonly<Record<string, Of>>): Record<string, Of> =>
    Object.fromEntries(Object.entries(blocks).filter(([name]) => !/^vercel(_|$)/.test(name)));
  const { terraform, resource, provider } = stack;
  const { required_providers } = terraform;
  return {
    ...stack,
    ...(resource && { resource: without(resource) }),
    ...(provider && { provider: without(provider) }),
    terraform: { ...terraform, ...(required_providers && { required_providers: without(required_providers) }) },
  };
}

/** The stack in a folder. Terraform allows a single provider without a list. */
export function readStack(folder: string): StackJson {
  const stack: StackJson = JSON.parse(readFileSync(path.join(folder, "cdk.tf.json"), "utf8"));
  const providers = Object.entries(stack?.provider ?? {}).map(([name, blocks]) => [name, [blocks].flat()]);
  return { ...stack, ...(providers.length && { provider: Object.fromEntries(providers) }) };
}

/** Why a folder does not hold a stack; undefined if it does. */
export function whyNoStack(folder: string): string | undefined {
  try {
    return readStack(folder).terraform ? undefined : "its cdk.tf.json is not a synthesized stack";
  } catch (error) {
    return error instanceof SyntaxError ? "its cdk.tf.json is not valid JSON" : "has no readable cdk.tf.json";
  }
}

/** Whether the stack's providers get a new token for the cluster when one expires. */
export const renewsTokens = ({ provider = {} }: StackJson): boolean => Boolean(provider.kubernetes?.[0]?.exec);

/** A node pool, with what the scheduler considers. */
export interface Pool {
  readonly name: string;
  readonly taints: readonly { readonly key: string; readonly value: string; readonly effect: string }[];
}

/** Effects of taints, by their names in Terraform. */
const EFFECTS: Readonly<Record<string, string>> = {
  NO_SCHEDULE: "NoSchedule",
  PREFER_NO_SCHEDULE: "PreferNoSchedule",
  NO_EXECUTE: "NoExecute",
};

/** The node pools of a stack and its next versions; three pools if Google chooses the nodes. */
export function poolsOf(...stacks: readonly StackJson[]): Pool[] {
  const pools = stacks
    .flatMap(({ resource }) => Object.values(resource?.google_container_node_pool ?? {}))
    .map(({ name, node_config }): [string, Pool] => [
      name,
      {
        name,
        taints: (node_config?.taint ?? []).map((taint: Resource) => ({
          key: taint.key,
          value: taint.value,
          effect: EFFECTS[taint.effect],
        })),
      },
    ]);
  return pools.length
    ? [...new Map(pools).values()]
    : ["any-1", "any-2", "any-3"].map((name) => ({ name, taints: [] }));
}

/**
 * The secret in Secret Manager that each key of the stack's Secrets copies, by `<name in the stack> <key>`. Keys that
 * combine several values, such as URLs, are left out.
 */
export function secretCopies({ resource = {}, ephemeral = {} }: StackJson): Map<string, string> {
  /** The value that a reference to an attribute leads to; other text stays as it is. */
  const follow = (text: unknown, attribute: (declared: Resource) => unknown): string => {
    const [, type = "", name = ""] = /^\$\{(\w+)\.([\w-]+)\./.exec(String(text)) ?? [];
    const declared = resource[type]?.[name];
    return String(declared ? attribute(declared) : text);
  };
  return new Map(
    Object.entries(resource.kubernetes_secret_v1 ?? {}).flatMap(([id, { data_wo = {} }]) =>
      Object.entries(data_wo).flatMap(([key, value]): [string, string][] => {
        const [, read = ""] =
          /^\$\{ephemeral\.google_secret_manager_secret_version\.([\w-]+)\.secret_data\}$/.exec(String(value)) ?? [];
        const source = ephemeral.google_secret_manager_secret_version?.[read];
        if (!source) return [];
        return [[`${id} ${key}`, follow(source.secret, (it) => it.secret_id)]];
      }),
    ),
  );
}

/** Addresses of `terraform_data` that runs no program, so that only the state records it. */
export const recordedOnly = ({ resource = {} }: StackJson): ReadonlySet<string> =>
  new Set(
    Object.entries(resource.terraform_data ?? {})
      .filter(([, { provisioner }]) => !provisioner)
      .map(([name]) => `terraform_data.${name}`),
  );
