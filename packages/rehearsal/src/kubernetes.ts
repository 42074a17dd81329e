/** An object in the cluster, with what checks read of it. */
export interface KubernetesObject {
  readonly kind: string;
  readonly metadata: Metadata;
  readonly spec: Readonly<Record<string, unknown>>;
  readonly status?: Readonly<Record<string, unknown>>;
}

export interface Metadata {
  readonly name: string;
  readonly namespace: string;
  readonly uid?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly deletionTimestamp?: string;
  /** Beginning of a name that Kubernetes has completed. */
  readonly generateName?: string;
  readonly ownerReferences?: readonly { readonly kind: string; readonly name: string }[];
}

export const nameOf = ({ namespace, name }: Pick<Metadata, "namespace" | "name">): string => `${namespace}/${name}`;

/** All objects of some kinds, which commas separate, in every namespace. */
export const list = async <T = KubernetesObject>(
  { kubectl }: { kubectl(...args: readonly string[]): Promise<string> },
  kinds: string,
): Promise<T[]> => JSON.parse(await kubectl("get", kinds, "-A", "-o", "json")).items;
