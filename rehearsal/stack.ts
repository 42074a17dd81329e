import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

type Block = Readonly<Record<string, unknown>>;
// biome-ignore lint/suspicious/noExplicitAny: of resources of some forty kinds, each reader knows its own
type Resource = Record<string, any>;

/** A synthesized stack as Terraform reads it. */
export interface StackJson {
  readonly resource?: Record<string, Record<string, Resource>>;
  readonly data?: Record<string, Record<string, Block>>;
  readonly ephemeral?: Record<string, Record<string, Block>>;
  readonly provider?: Record<string, readonly Block[]>;
  readonly terraform: { backend?: unknown };
}

/** A synthesized stack's file, from its folder. */
export const readStack = (folder: string): StackJson =>
  JSON.parse(readFileSync(path.join(folder, "cdk.tf.json"), "utf8"));

/** Why a folder does not hold a synthesized stack; nothing where it does. */
export function whyNoStack(folder: string): string | undefined {
  try {
    return readStack(folder)?.terraform ? undefined : "its cdk.tf.json is no synthesized stack";
  } catch (error) {
    return error instanceof SyntaxError ? "its cdk.tf.json is no JSON" : "has no cdk.tf.json that can be read";
  }
}

/** How the rehearsal changes a stack's releases. */
export interface PrepareOptions {
  /** Repository that holds the real charts; without it stubs of one ConfigMap with the values stand in for them. */
  readonly chartsMirror?: string;
  /** Seconds after which a rollout fails; the stack's own timeouts are too long for a rehearsal. */
  readonly patience?: number;
}

/**
 * Puts a synthesized stack, or its next version, where Terraform runs: with the state beside it in place of a bucket,
 * waits that are shorter by the speed, and charts that can be had here.
 */
export function prepare(
  stack: string,
  work: string,
  speed: number,
  { chartsMirror, patience }: PrepareOptions = {},
): void {
  const folder = path.join(work, "tf");
  mkdirSync(folder, { recursive: true });
  for (const file of readdirSync(folder))
    if (!/^(\.terraform|terraform\.tfstate)/.test(file)) rmSync(path.join(folder, file), { recursive: true });
  cpSync(stack, folder, { recursive: true, filter: (file) => !/\.terraform|tfstate/.test(path.basename(file)) });
  const json = readStack(folder);
  for (const release of Object.values(json.resource?.helm_release ?? {})) {
    const chart = String(release.chart);
    if (patience) release.timeout = patience;
    if (existsSync(path.resolve(folder, chart))) continue;
    if (chartsMirror) release.repository = chartsMirror;
    else {
      release.chart = stub(path.join(work, "charts", chart), chart, String(release.version));
      delete release.repository;
      delete release.version;
    }
  }
  for (const { provisioner = [] } of Object.values(json.resource?.terraform_data ?? {}))
    for (const { "local-exec": program } of provisioner)
      program.command = program.command.replace(
        /^sleep (\d+)$/,
        (_: string, s: string) => `sleep ${Number(s) / speed}`,
      );
  json.terraform.backend = { local: { path: "terraform.tfstate" } };
  writeFileSync(path.join(folder, "cdk.tf.json"), JSON.stringify(json, null, 1));
}

function stub(folder: string, name: string, version: string): string {
  mkdirSync(path.join(folder, "templates"), { recursive: true });
  writeFileSync(path.join(folder, "Chart.yaml"), `apiVersion: v2\nname: ${name}\nversion: ${version}\n`);
  writeFileSync(
    path.join(folder, "templates", "values.yaml"),
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: '{{ .Release.Name }}-values'}\ndata:\n  values: {{ toYaml .Values | quote }}\n",
  );
  return folder;
}

/** Whether the stack's providers get another token for the cluster when one ends. */
export const renewsTokens = ({ provider = {} }: StackJson): boolean => Boolean(provider.kubernetes?.[0]?.exec);

/** What a person makes before the first deploy: the secrets that the stack reads, and the zone of its records. */
export interface MadeByHand {
  readonly secrets: readonly { readonly project: string; readonly secret: string; readonly version: number }[];
  /** Locations that organizations chose for their projects' logs. */
  readonly logs: readonly { readonly project: string; readonly location: string }[];
  readonly zones: readonly { readonly project: string; readonly zone: string; readonly dnsName: string }[];
}

const REFERENCE = "${";

export function madeByHand({ resource = {}, ephemeral = {}, provider = {} }: StackJson): MadeByHand {
  const project = String(provider.google?.[0]?.project);
  const given = (value: unknown) => value !== undefined && !String(value).includes(REFERENCE);
  return {
    secrets: Object.values(ephemeral.google_secret_manager_secret_version ?? {})
      .filter(({ secret }) => given(secret))
      .map(({ secret, version = 1 }) => ({ project, secret: String(secret), version: Number(version) })),
    logs: Object.values(resource.google_logging_project_bucket_config ?? {}).map(({ location }) => ({
      project,
      location: String(location),
    })),
    zones: Object.values(resource.google_dns_record_set ?? {})
      .filter(({ managed_zone }) => given(managed_zone))
      .map(({ managed_zone, name }) => ({
        project,
        zone: String(managed_zone),
        dnsName: String(name).split(".").slice(-3).join("."),
      })),
  };
}

/** A node pool, as far as the scheduler looks at it. */
export interface Pool {
  readonly name: string;
  readonly taints: readonly { readonly key: string; readonly value: string; readonly effect: string }[];
}

/** The effects of taints in Kubernetes' words. */
const EFFECTS: Readonly<Record<string, string>> = {
  NO_SCHEDULE: "NoSchedule",
  PREFER_NO_SCHEDULE: "PreferNoSchedule",
  NO_EXECUTE: "NoExecute",
};

/** The node pools of a stack and its next versions. Where Google chooses the nodes, there are as many as for three. */
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
 * Which of Secret Manager's secrets each key of the stack's Secrets is a copy of, as `<name in the stack> <key>`. Those
 * that are made of several things, such as URLs, are not among them.
 */
export function secretCopies({ resource = {}, ephemeral = {} }: StackJson): Map<string, string> {
  /** What a reference to an attribute leads to; text is what it says. */
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
