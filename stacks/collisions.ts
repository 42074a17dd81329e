import { TerraformDataSource, TerraformElement, TerraformOutput, TerraformResource, type TerraformStack } from "cdktf";

/** Two things of a stack that have one name, of which one would replace the other or fail to be created. */
export interface Collision {
  readonly name: string;
  /** Paths or addresses of both. */
  readonly both: readonly [string, string];
}

/**
 * Names that are taken twice. Terraform's JSON has one entry for each address, so cdktf would silently drop one of two
 * elements. Two resources that create the same object of Kubernetes or Google Cloud fail in the middle of an apply, or
 * one takes over the other's.
 */
export function collisionsIn(stack: TerraformStack): Collision[] {
  const addresses = twice(
    stack.node
      .findAll()
      .filter((element) => TerraformElement.isTerraformElement(element))
      .flatMap((element) => {
        const address = addressOf(element);
        return address ? [[address, element.node.path] as const] : [];
      }),
  );
  // The JSON has lost elements whose addresses collide.
  return addresses.length ? addresses : twice(objectsIn(stack.toTerraform() as Json));
}

/** Address of what Terraform's JSON has under a type and a name. Imports and backends have none. */
function addressOf(element: TerraformElement): string | undefined {
  const id = element.friendlyUniqueId;
  if (element instanceof TerraformResource) return `${element.terraformResourceType}.${id}`;
  if (element instanceof TerraformDataSource) return `data.${element.terraformResourceType}.${id}`;
  if (element instanceof TerraformOutput) return `output.${id}`;
  const { _elementType: type } = element as unknown as { readonly _elementType?: string };
  return type?.startsWith("ephemeral.") ? `${type}.${id}` : undefined;
}

function twice(named: readonly (readonly [name: string, where: string])[]): Collision[] {
  const first = new Map<string, string>();
  return named.flatMap(([name, where]) => {
    const other = first.get(name);
    if (other === undefined) first.set(name, where);
    return other === undefined ? [] : [{ name, both: [other, where] as const }];
  });
}

// biome-ignore lint/suspicious/noExplicitAny: Terraform's JSON
type Json = any;

/** The objects that resources create, each by what makes it unique. */
function objectsIn({ resource }: Json): (readonly [string, string])[] {
  return Object.entries<Record<string, Json>>(resource).flatMap(([type, byName]) =>
    Object.entries(byName).flatMap(([id, config]) => {
      const names = type.startsWith("google_") ? googleName(type, config) : kubernetesNames(type, config, resource);
      return names.map((name) => [name, `${type}.${id}`] as const);
    }),
  );
}

/** Arguments that, together, name a resource of Google Cloud. Without one of {@link NAMING}, Google chooses the name. */
const PLACING = [
  "project",
  "location",
  "region",
  "zone",
  "instance",
  "cluster",
  "key_ring",
  "managed_zone",
  "type",
  "role",
  "member",
];
const NAMING = ["name", "account_id", "secret_id"];

const googleName = (type: string, config: Json): string[] =>
  NAMING.some((argument) => config[argument] !== undefined)
    ? [`${type} ${[...PLACING, ...NAMING].flatMap((argument) => config[argument] ?? []).join(" ")}`]
    : [];

function kubernetesNames(type: string, config: Json, resources: Json): string[] {
  if (type === "helm_release") {
    return [
      `Helm release ${nameOf(config.namespace, resources)}/${config.name}`,
      ...objectsOf(config.values?.[0]).map(({ kind, metadata }) => objectName(kind, metadata, resources)),
    ];
  }
  const [, kind] = /^kubernetes_(.+?)(_v\d\w*)?$/.exec(type) ?? [];
  const metadata = Array.isArray(config.metadata) ? config.metadata[0] : config.metadata;
  return kind && metadata?.name ? [objectName(kind.replaceAll("_", ""), metadata, resources)] : [];
}

/** The objects in the values of a release of this repository's chart, whose values are JSON with expressions. */
function objectsOf(values = ""): Json[] {
  if (!values.startsWith('{"objects":')) return [];
  const json = values.replace(/(?<!\$)\$\{jsonencode\(((?:[^{}]|\{[^{}]*\})*)\)\}/g, (_, expression) =>
    JSON.stringify(`\${${expression}}`),
  );
  return JSON.parse(json).objects;
}

const objectName = (kind: string, { namespace = "", name }: Json, resources: Json): string =>
  `${kind.toLowerCase()} ${nameOf(namespace, resources)}/${nameOf(name, resources)}`;

/** A text, or the name that it refers to. */
function nameOf(text: unknown, resources: Json): string {
  const [, type = "", id = ""] = /^\$\{(\w+)\.([\w-]+)\.metadata\[0\]\.name\}$/.exec(String(text)) ?? [];
  return String(resources[type]?.[id]?.metadata?.name ?? text);
}
