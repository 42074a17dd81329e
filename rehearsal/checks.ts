import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { ACCESS_TOKEN } from "@slipway/fake-google-cloud";
import { type Machine, SUPPLIED } from "./machine";
import { readStack, secretCopies } from "./stack";
import { complaints, type Run } from "./terraform";

/** What a check found: nothing to complain about when `wrong` is empty. */
export interface Finding {
  readonly wrong: readonly string[];
  readonly note: string;
  /** It could not be looked at, so that it neither held nor did not. */
  readonly inconclusive?: boolean;
}

/** What is wrong where nothing should be left to do, from a plan that was made with `-detailed-exitcode`. */
export function leftToDo(plan: Run): string[] {
  if (plan.status === 0) return [];
  const differences = plan.stdout.split("\n").filter((line) => /^\s+# |^\s+[~+-]/.test(line));
  return [
    plan.status === 2 ? "the plan is not empty" : `exit ${plan.status}`,
    ...differences.slice(0, 60),
    ...complaints(plan),
  ];
}

interface State {
  readonly resources: readonly {
    mode: string;
    type: string;
    name: string;
    instances: readonly { status?: "tainted"; deposed?: string; attributes?: Record<string, unknown> }[];
  }[];
}

/** The state; there is none where an apply failed before it made anything. */
function stateOf({ work }: Machine): State {
  const file = path.join(work, "tf", "terraform.tfstate");
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : { resources: [] };
}

/** What is random in names, and another in every run. */
export const randomParts = (machine: Machine): string[] =>
  stateOf(machine)
    .resources.filter(({ type }) => type === "random_id")
    .flatMap(({ instances }) => instances.map(({ attributes }) => String(attributes?.hex)));

/** What was made, although a step after that failed; Terraform would make it anew. */
export const tainted = (machine: Machine): string[] =>
  stateOf(machine)
    .resources.filter(({ instances }) => instances.some(({ status }) => status === "tainted"))
    .map(({ type, name }) => `${type}.${name}`);

/** Versions that Secret Manager holds: secret's name, version's number, value. */
function versions({ google }: Machine) {
  return google.cloud.store.entries().flatMap(([key, { payload }]) => {
    const [, secret, version] = /^secretmanager\/projects\/[^/]+\/secrets\/([^/]+)\/versions\/(\d+)$/.exec(key) ?? [];
    return secret && version && payload?.data
      ? [{ secret, version: Number(version), value: Buffer.from(payload.data, "base64").toString() }]
      : [];
  });
}

/** Attributes that hold a secret whatever its value. */
const SECRET_ATTRIBUTE = /^(result|bcrypt_hash|password|root_password|auth_string|secret_data|private_key)$/;

/** A text as it may be written: plain, in JSON, in a URL, in base64 of whatever stands before it. */
export function spellings(text: string): string[] {
  const base64 = [0, 1, 2].map((before) => {
    const encoded = Buffer.from(" ".repeat(before) + text).toString("base64");
    // Without the characters that what is before and behind has a part in.
    return encoded.slice(before && before + 1, Math.floor(((before + Buffer.byteLength(text)) * 8) / 6));
  });
  return [text, JSON.stringify(text).slice(1, -1), encodeURIComponent(text), ...base64];
}

/**
 * No value of Secret Manager nor the access token in the state, or in the plans and logs whose names begin with the id,
 * however it is written.
 */
export function leaks(machine: Machine, id: string): Finding {
  const values = new Map([
    ["the access token", ACCESS_TOKEN],
    ["a supplied secret", SUPPLIED],
  ]);
  for (const v of versions(machine)) values.set(`${v.secret} version ${v.version}`, v.value);
  const files = [
    path.join("tf", "terraform.tfstate"),
    "cloud.log",
    ...readdirSync(machine.work).filter((file) => file.startsWith(`${id}-`)),
  ];
  const wrong: string[] = [];
  for (const file of files) {
    const text = readFileSync(path.join(machine.work, file), "utf8");
    for (const [name, value] of values)
      if (spellings(value).some((v) => v.length > 7 && text.includes(v))) wrong.push(`${name} in ${file}`);
  }
  const state = stateOf(machine);
  const known: string[] = [];
  for (const { type, name, instances } of state.resources)
    for (const { attributes } of instances)
      for (const [key, value] of Object.entries(attributes ?? {}))
        if (SECRET_ATTRIBUTE.test(key) && value)
          (type === "google_redis_instance" ? known : wrong).push(`${type}.${name}.${key}`);
  const count = state.resources.filter((r) => r.mode === "managed").reduce((n, r) => n + r.instances.length, 0);
  return {
    wrong,
    note: `${count} resources, ${values.size} values${known.map((k) => `; known: ${k}, which the provider always reads`).join("")}`,
  };
}

interface Named {
  readonly name: string;
  readonly namespace: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly deletionTimestamp?: string;
}
interface KubernetesObject {
  readonly kind: string;
  readonly metadata: Named;
  readonly spec: Record<string, unknown>;
  readonly status?: Record<string, unknown>;
}
/** What keeps pods running: how many are ready, and how many there should be. */
const ready = ({ kind, spec, status = {} }: KubernetesObject): readonly [number, number] =>
  kind === "DaemonSet"
    ? [Number(status.numberReady ?? 0), Number(status.desiredNumberScheduled ?? 1)]
    : [Number(status.readyReplicas ?? 0), Number(spec.replicas)];
const list = async (machine: Machine, kind: string): Promise<KubernetesObject[]> =>
  JSON.parse(await machine.kubectl("get", kind, "-A", "-o", "json")).items;

/** The Deployments of the state's releases of the project's own chart. */
const declaredDeployments = (machine: Machine): KubernetesObject[] =>
  stateOf(machine)
    .resources.filter(({ type }) => type === "helm_release")
    .flatMap(({ instances }) => instances.flatMap(({ attributes }) => (attributes?.values ?? []) as string[]))
    .flatMap((text) => (JSON.parse(text).objects ?? []) as KubernetesObject[])
    .filter(({ kind }) => kind === "Deployment");

/** The Deployments that the state declares, with the bounds of the autoscalers that they have, and the Jobs. */
export function declaredWorkloads(machine: Machine) {
  const { resources } = stateOf(machine);
  const attributesOf = (type: string) =>
    resources
      .filter((r) => r.type === type)
      .flatMap(({ instances }) => instances.flatMap(({ attributes }) => (attributes ? [attributes] : [])));
  const nameOf = ([metadata]: readonly Named[]) => `${metadata?.namespace}/${metadata?.name}`;
  const bounds = new Map(
    attributesOf("kubernetes_horizontal_pod_autoscaler_v2").map(({ metadata, spec }) => {
      const [{ min_replicas: min, max_replicas: max }] = spec as [{ min_replicas: number; max_replicas: number }];
      return [nameOf(metadata as Named[]), { min, max }] as const;
    }),
  );
  const declared = new Map(
    declaredDeployments(machine).map(({ metadata }) => {
      const name = nameOf([metadata]);
      return [name, bounds.get(name)] as const;
    }),
  );
  const jobs = new Set(attributesOf("kubernetes_job_v1").map(({ metadata }) => nameOf(metadata as Named[])));
  return { declared, jobs };
}

/**
 * The cluster runs exactly the workloads that the state declares, each within its autoscaler's bounds and with its replicas
 * ready. Workloads from charts are ready too.
 */
export async function workloads(machine: Machine, seconds = 60): Promise<Finding> {
  const { declared, jobs } = declaredWorkloads(machine);
  const namespaces = new Set([...declared.keys(), ...jobs].map((key) => key.split("/")[0]));
  const ours = (o: KubernetesObject) => namespaces.has(o.metadata.namespace);
  const key = (o: KubernetesObject) => `${o.metadata.namespace}/${o.metadata.name}`;

  const look = async (): Promise<string[]> => {
    const wrong: string[] = [];
    const running = await list(machine, "deployments,statefulsets,daemonsets");
    const deployments = running.filter((o) => ours(o) && o.kind === "Deployment");
    for (const [name, bounds] of declared) {
      const found = deployments.find((d) => key(d) === name);
      if (!found) wrong.push(`${name} is missing`);
      else if (!bounds) wrong.push(`${name} has no autoscaler`);
      else if (Number(found.spec.replicas) < bounds.min || Number(found.spec.replicas) > bounds.max)
        wrong.push(`${name} has ${found.spec.replicas} replicas, declared ${bounds.min} to ${bounds.max}`);
    }
    for (const o of running) {
      const [is, shall] = ready(o);
      if (is !== shall) wrong.push(`${o.kind} ${key(o)} has ${is} ready of ${shall}`);
    }
    for (const d of deployments) if (!declared.has(key(d))) wrong.push(`${key(d)} is not declared`);
    const finished = (await list(machine, "jobs")).filter(ours);
    for (const name of jobs)
      if (!finished.some((j) => key(j) === name && j.status?.succeeded)) wrong.push(`${name} has not succeeded`);
    for (const j of finished) if (!jobs.has(key(j))) wrong.push(`${key(j)} is not declared`);
    return wrong;
  };
  let wrong = await look();
  for (const end = Date.now() + seconds * 1000; wrong.length && Date.now() < end; wrong = await look())
    await new Promise((resolve) => setTimeout(resolve, 1000));
  const pods = (await list(machine, "pods")).filter((p) => !/^(Running|Succeeded)$/.test(String(p.status?.phase)));
  const running = await list(machine, "deployments,statefulsets,daemonsets");
  const counts = running.filter((o) => declared.has(key(o))).map((o) => `${key(o)} ${o.spec.replicas}`);
  return {
    wrong: [...wrong, ...pods.map((p) => `pod ${key(p)} is ${p.status?.phase}`)],
    note: `${counts.join(", ")}, ${jobs.size} jobs, ${running.length - counts.length} of charts`,
  };
}

// biome-ignore lint/suspicious/noExplicitAny: a claim of a volume, or a server of Prometheus's operator, as the cluster has it
type Part = any;

/** GiB of a Kubernetes quantity or a Prometheus size, whose units are binary too. */
function gibibytes(size: string): number {
  const [, number, unit = ""] = /^(\d+)(Gi|GB|Mi|MB)$/.exec(size) ?? [];
  if (!number) throw new Error(`"${size}" is not a size that this check can read`);
  return Number(number) / (unit.startsWith("G") ? 1 : 1024);
}

/**
 * What is wrong with disks: those smaller than their claims request, and servers of Prometheus's operator that request more
 * than their disk has, or keep more data than fits.
 */
export function smallDisks(claims: readonly Part[], servers: readonly Part[]): string[] {
  const wrong: string[] = [];
  const sizes = new Map<string, string>();
  for (const { metadata, spec, status } of claims) {
    const [asked, has] = [spec.resources.requests.storage, status?.capacity?.storage];
    if (!has) continue; // not mounted yet
    sizes.set(`${metadata.namespace}/${metadata.name}`, has);
    if (gibibytes(has) < gibibytes(asked)) wrong.push(`${metadata.name} has ${has} of ${asked}`);
  }
  for (const { kind, metadata, spec } of servers) {
    const statefulSet = `${kind.toLowerCase()}-${metadata.name}`;
    const claim = `${spec.storage?.volumeClaimTemplate?.metadata?.name ?? `${statefulSet}-db`}-${statefulSet}-0`;
    const has = sizes.get(`${metadata.namespace}/${claim}`);
    const asked = spec.storage?.volumeClaimTemplate?.spec.resources.requests.storage;
    if (!asked) continue;
    if (!has) wrong.push(`${statefulSet} has no disk ${claim}`);
    for (const [what, size] of [
      ["asks for", asked],
      ["keeps", spec.retentionSize],
    ])
      if (has && size && gibibytes(size) > gibibytes(has))
        wrong.push(`${statefulSet} ${what} ${size} on a disk of ${has}`);
  }
  return wrong;
}

/** Every disk has the requested size, and room for the data that its server keeps. */
export async function disks(machine: Machine, seconds = 30): Promise<Finding> {
  const kinds = (await machine.kubectl("get", "customresourcedefinitions", "-o", "name"))
    .split("\n")
    .flatMap((name) => {
      const [, kind] = /\/((?:prometheuses|alertmanagers)\.monitoring\.coreos\.com)$/.exec(name) ?? [];
      return kind ?? [];
    });
  let claims: Part[] = [];
  const look = async () => {
    claims = await list(machine, "persistentvolumeclaims");
    return smallDisks(claims, kinds.length ? await list(machine, kinds.join(",")) : []);
  };
  let wrong = await look();
  for (const end = Date.now() + seconds * 1000; wrong.length && Date.now() < end; wrong = await look())
    await new Promise((resolve) => setTimeout(resolve, 1000));
  return { wrong, note: `${claims.length} claims` };
}

/**
 * Every copy of a secret in the cluster's Secrets is the value of its newest version, and the user in a URL of Cloud SQL
 * logs in with the password there. Other users, such as one of the generation before, have passwords that nobody reads.
 */
export async function copies(machine: Machine): Promise<Finding> {
  const newest = new Map<string, string>();
  for (const { secret, value } of versions(machine).sort((a, b) => a.version - b.version)) newest.set(secret, value);
  const { resources } = stateOf(machine);
  const cloudSql = resources.some(({ type }) => type === "google_sql_database_instance");
  const ids = new Map(
    resources
      .filter(({ type }) => type === "kubernetes_secret_v1")
      .flatMap(({ name, instances }) =>
        instances.map(({ attributes = {} }) => {
          const [metadata] = attributes.metadata as [Named];
          return [`${metadata.namespace}/${metadata.name}`, name];
        }),
      ),
  );
  const declared = secretCopies(readStack(path.join(machine.work, "tf")));
  const wrong: string[] = [];
  let compared = 0;
  const password = [...newest].find(([secret]) => secret.endsWith("-database-password"))?.[1];
  const users = [...machine.google.cloud.passwords];
  for (const o of (await list(machine, "secrets")) as (KubernetesObject & { data?: Record<string, string> })[])
    for (const [variable, encoded] of Object.entries(o.data ?? {})) {
      const value = Buffer.from(encoded, "base64").toString();
      const where = `${o.metadata.namespace}/${o.metadata.name} ${variable}`;
      if (value.startsWith("postgresql://")) {
        compared += 2;
        const url = new URL(value);
        if (decodeURIComponent(url.password) !== password)
          wrong.push(`${where} has another password than Secret Manager`);
        const same = users.filter(([user]) => user.endsWith(`/users/${decodeURIComponent(url.username)}`));
        if (cloudSql && !same.some(([, is]) => is === decodeURIComponent(url.password)))
          wrong.push(`${where}: ${url.username} cannot log in with its password`);
      }
      const copy = `${ids.get(`${o.metadata.namespace}/${o.metadata.name}`)} ${variable}`;
      const source = declared.get(copy);
      if (source === undefined) continue;
      declared.delete(copy);
      compared++;
      if (value !== newest.get(source)) wrong.push(`${where} differs from ${source} in Secret Manager`);
    }
  wrong.push(...[...declared.keys()].map((where) => `${where} is missing`));
  return { wrong, note: `${compared} copies` };
}

/**
 * The cluster's immutable ConfigMaps and Secrets, which configure pods, are those of the state: no older ones are left
 * over.
 */
export async function configuration(machine: Machine): Promise<Finding> {
  const state = stateOf(machine).resources.flatMap(({ type, name, instances }) =>
    instances
      .filter(({ attributes }) => attributes?.immutable)
      .map(({ attributes = {}, deposed }) => {
        const [metadata] = attributes.metadata as [Named];
        return { key: `${metadata.namespace}/${metadata.name}`, type, name, deposed };
      }),
  );
  const kept = new Set(Object.values(readStack(path.join(machine.work, "tf")).resource ?? {}).flatMap(Object.keys));
  const cluster = ((await list(machine, "configmaps,secrets")) as (KubernetesObject & { immutable?: boolean })[])
    .filter(({ immutable }) => immutable)
    .map(({ metadata: { namespace, name } }) => `${namespace}/${name}`);
  return {
    wrong: [
      ...cluster.filter((key) => !state.some((s) => s.key === key)).map((key) => `${key} is left over in the cluster`),
      ...state
        .filter(({ name, deposed }) => deposed || !kept.has(name))
        .map(({ key, type, name }) => `${key} is left over as ${type}.${name}`),
    ],
    note: `${cluster.length} objects`,
  };
}

/**
 * Deletes every pod of the state's Deployments at once, and waits for as many healthy replacements: running workloads can
 * start again.
 */
export async function restart(machine: Machine, seconds = 60): Promise<Finding> {
  const deployments = declaredDeployments(machine).map(({ metadata }) => metadata);
  const of = (pods: readonly KubernetesObject[], { namespace, name }: Named) =>
    pods.filter(
      ({ metadata }) => metadata.namespace === namespace && metadata.labels?.["app.kubernetes.io/name"] === name,
    );
  const before = (await list(machine, "pods")).filter(({ metadata }) => !metadata.deletionTimestamp);
  const wanted = deployments.map((d) => ({ d, old: of(before, d).map(({ metadata }) => metadata.name) }));
  for (const { d, old } of wanted) await machine.kubectl("delete", "pods", "-n", d.namespace, ...old);
  const look = async () => {
    const pods = await list(machine, "pods");
    return wanted.flatMap(({ d, old }) => {
      const fresh = of(pods, d).filter(({ metadata }) => !old.includes(metadata.name));
      const conditions = (pod: KubernetesObject) =>
        (pod.status?.conditions ?? []) as { type: string; status: string }[];
      const healthy = fresh.filter((p) => conditions(p).some((c) => c.type === "Ready" && c.status === "True"));
      return healthy.length === old.length && fresh.length === old.length
        ? []
        : [`${d.namespace}/${d.name} has ${healthy.length} healthy pods of ${fresh.length}, and had ${old.length}`];
    });
  };
  let wrong = await look();
  for (const end = Date.now() + seconds * 1000; wrong.length && Date.now() < end; wrong = await look())
    await new Promise((resolve) => setTimeout(resolve, 1000));
  return { wrong, note: wanted.map(({ d, old }) => `${d.namespace}/${d.name} ${old.length}`).join(", ") };
}

/**
 * Warnings of a volume that is just being made, of an autoscaler whose pods are starting or that is itself gone, and of a
 * budget whose last pods end after their Deployment. The others are of a control plane that is busy: of its own Service, of
 * its allocator of addresses.
 */
const NOT_OURS =
  /unbound immediate PersistentVolumeClaims|^HorizontalPodAutoscaler\/.*(deployments(\/scale)?\.apps "[^"]*" not found|horizontalpodautoscalers\.autoscaling "[^"]*" not found|no metrics returned|did not receive metrics for targeted pods)|^PodDisruptionBudget\/.*found no controllers for pod|^Service\/kubernetes: |is not allocated; repairing$/;

/** Kubernetes' warnings and calls that the fake does not know. */
export async function warnings(machine: Machine): Promise<Finding> {
  const events = (
    await machine.kubectl(
      "get",
      "events",
      "-A",
      "--field-selector",
      "type=Warning",
      "-o",
      'jsonpath={range .items[*]}{.involvedObject.kind}/{.involvedObject.name}: {.message}{"\\n"}{end}',
    )
  )
    .split("\n")
    .filter((line) => line && !NOT_OURS.test(line));
  const unknown = machine.google.calls.flatMap(({ code, message }) =>
    code === 501 || code === 500 ? [String(message)] : [],
  );
  return { wrong: [...new Set([...events, ...unknown])], note: "" };
}

/** Everything that the fake and the state hold, to tell whether something changed. */
export async function snapshot(machine: Machine): Promise<string> {
  const file = path.join(machine.work, "tf", "terraform.tfstate");
  return JSON.stringify([
    machine.google.cloud.store.entries(),
    machine.google.cloud.policies.entries(),
    await machine.kubectl("get", "deployments,secrets,namespaces", "-A", "-o", "name"),
    readFileSync(file, "utf8"),
  ]);
}
