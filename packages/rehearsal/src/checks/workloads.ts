import { eventually, type Finding } from "../finding";
import { type KubernetesObject, list, type Metadata, nameOf } from "../kubernetes";
import type { Machine } from "../machine/machine";
import type { Selected } from "./single";
import { attributesOf, stateOf } from "./state";

/** Bounds of a workload's replicas. */
export interface Bounds {
  readonly min: number;
  readonly max: number;
}

/** Spec of a ScaledObject of KEDA. {@link https://keda.sh/docs/2.20/reference/scaledobject-spec/} */
interface Scaled {
  readonly scaleTargetRef: { readonly name: string };
  readonly minReplicaCount: number;
  readonly maxReplicaCount: number;
}

/** Kinds whose pods keep running. */
const RUNNING = "deployments,statefulsets,daemonsets";

/** The numbers of ready and of wanted pods. */
const ready = ({ kind, spec, status = {} }: KubernetesObject): readonly [number, number] =>
  kind === "DaemonSet"
    ? [Number(status.numberReady ?? 0), Number(status.desiredNumberScheduled ?? 1)]
    : [Number(status.readyReplicas ?? 0), Number(spec.replicas)];

/** A workload that keeps running, by its kind, namespace and name. */
export const keyOf = ({ kind, metadata }: Pick<KubernetesObject, "kind" | "metadata">): string =>
  `${kind} ${nameOf(metadata)}`;

/** Workloads in the state that keep running: Deployments as resources, Deployments and StatefulSets of Helm releases. */
function declaredRunning(machine: Pick<Machine, "work" | "objectsOf">): KubernetesObject[] {
  const state = stateOf(machine);
  const typed = attributesOf(state, "kubernetes_deployment", "kubernetes_deployment_v1").map(
    (attributes): KubernetesObject => {
      const [metadata] = attributes.metadata as [Metadata];
      const [{ replicas, selector }] = attributes.spec as [
        { replicas: string; selector: [{ match_labels: Record<string, string> }] },
      ];
      return { kind: "Deployment", metadata, spec: { replicas, selector: { matchLabels: selector[0].match_labels } } };
    },
  );
  return [...typed, ...released(machine).filter(({ kind }) => kind === "Deployment" || kind === "StatefulSet")];
}

/** The objects of all Helm releases in the state. */
const released = (machine: Pick<Machine, "work" | "objectsOf">): KubernetesObject[] =>
  attributesOf(stateOf(machine), "helm_release")
    .flatMap(({ values }) => (values ?? []) as string[])
    .flatMap((values) => machine.objectsOf(values));

/**
 * The workloads in the state. Those that keep running are by {@link keyOf}, with the bounds of their autoscaler, or their
 * number of replicas; without either, their bounds are undefined. Jobs and CronJobs are by `<namespace>/<name>`.
 */
export function declaredWorkloads(machine: Pick<Machine, "work" | "objectsOf">) {
  const state = stateOf(machine);
  const metadataOf = ({ metadata }: Readonly<Record<string, unknown>>) => nameOf((metadata as [Metadata])[0]);
  const autoscalers = new Map<string, Bounds>(
    attributesOf(state, "kubernetes_horizontal_pod_autoscaler_v2").map((attributes) => {
      const [{ min_replicas: min, max_replicas: max }] = attributes.spec as [
        { min_replicas: number; max_replicas: number },
      ];
      return [`Deployment ${metadataOf(attributes)}`, { min, max }] as const;
    }),
  );
  // KEDA makes their autoscalers.
  for (const { kind, metadata, spec } of released(machine))
    if (kind === "ScaledObject") {
      const { scaleTargetRef: target, minReplicaCount: min, maxReplicaCount: max } = spec as unknown as Scaled;
      autoscalers.set(`Deployment ${nameOf({ ...metadata, name: target.name })}`, { min, max });
    }
  const running = new Map(
    declaredRunning(machine).map((workload): [string, Bounds | undefined] => {
      const { replicas } = workload.spec;
      const fixed = replicas === undefined ? undefined : { min: Number(replicas), max: Number(replicas) };
      return [keyOf(workload), autoscalers.get(keyOf(workload)) ?? fixed];
    }),
  );
  // Kubernetes may have completed a name, which the state does not have before it is refreshed.
  const namesOf = (...types: readonly string[]) => new Set(attributesOf(state, ...types).map(({ id }) => String(id)));
  return {
    running,
    jobs: namesOf("kubernetes_job", "kubernetes_job_v1"),
    cronJobs: namesOf("kubernetes_cron_job", "kubernetes_cron_job_v1"),
  };
}

/**
 * Checks that the cluster runs exactly the workloads in the state, each within its bounds and with all replicas ready, and
 * that the workloads of charts are ready too.
 */
export async function workloads(machine: Machine, seconds = 60): Promise<Finding> {
  const { running: declared, jobs, cronJobs } = declaredWorkloads(machine);
  const namespaces = new Set([...declared.keys(), ...jobs, ...cronJobs].map((name) => name.replace(/^.* |\/.*/g, "")));
  const isIncluded = ({ metadata }: KubernetesObject) => namespaces.has(metadata.namespace);

  const look = async (): Promise<string[]> => {
    const wrong: string[] = [];
    const running = await list(machine, RUNNING);
    const found = running.filter((o) => isIncluded(o) && o.kind !== "DaemonSet");
    for (const [name, bounds] of declared) {
      const replicas = Number(found.find((o) => keyOf(o) === name)?.spec.replicas);
      if (Number.isNaN(replicas)) wrong.push(`${name} is missing`);
      else if (!bounds) wrong.push(`${name} has neither replicas nor an autoscaler`);
      else if (replicas < bounds.min || replicas > bounds.max)
        wrong.push(`${name} has ${replicas} replicas, declared ${bounds.min} to ${bounds.max}`);
    }
    for (const o of running) {
      const [is, wanted] = ready(o);
      if (is !== wanted) wrong.push(`${keyOf(o)} has ${is} ready of ${wanted}`);
    }
    for (const o of found) if (!declared.has(keyOf(o))) wrong.push(`${keyOf(o)} is not declared`);
    const finished = (await list(machine, "jobs")).filter(isIncluded);
    for (const name of jobs)
      if (!finished.some(({ metadata, status }) => nameOf(metadata) === name && status?.succeeded))
        wrong.push(`${name} has not succeeded`);
    for (const { metadata } of finished)
      if (!jobs.has(nameOf(metadata)) && !metadata.ownerReferences?.some(({ kind }) => kind === "CronJob"))
        wrong.push(`${nameOf(metadata)} is not declared`);
    const scheduled = (await list(machine, "cronjobs")).filter(isIncluded).map(({ metadata }) => nameOf(metadata));
    wrong.push(
      ...[...cronJobs].filter((name) => !scheduled.includes(name)).map((name) => `${name} is missing`),
      ...scheduled.filter((name) => !cronJobs.has(name)).map((name) => `${name} is not declared`),
    );
    for (const { metadata, status } of await list(machine, "pods"))
      if (!/^(Running|Succeeded)$/.test(String(status?.phase)))
        wrong.push(`pod ${nameOf(metadata)} is ${status?.phase}`);
    return wrong;
  };
  const wrong = await eventually(look, seconds);
  const running = await list(machine, RUNNING);
  const counts = running
    .filter((o) => declared.has(keyOf(o)))
    .map(({ metadata, spec }) => `${nameOf(metadata)} ${spec.replicas}`);
  return {
    wrong,
    note: `${counts.join(", ")}, ${jobs.size} jobs, ${cronJobs.size} cron jobs, ${running.length - counts.length} of charts`,
  };
}

/**
 * Deletes every pod of the workloads in the state at once, and checks that as many healthy pods replace them, so that
 * running workloads can start again.
 */
export async function restart(machine: Machine, seconds = 60): Promise<Finding> {
  const of = (pods: readonly KubernetesObject[], { metadata: { namespace }, spec }: KubernetesObject) => {
    const { matchLabels } = spec.selector as { matchLabels: Record<string, string> };
    return pods.filter(
      ({ metadata }) =>
        metadata.namespace === namespace &&
        Object.entries(matchLabels).every(([key, value]) => metadata.labels?.[key] === value),
    );
  };
  const before = (await list(machine, "pods")).filter(({ metadata }) => !metadata.deletionTimestamp);
  const workloads = declaredRunning(machine).map((workload) => ({
    workload,
    name: nameOf(workload.metadata),
    old: of(before, workload).map(({ metadata }) => metadata),
  }));
  for (const { workload, old } of workloads)
    await machine.kubectl("delete", "pods", "-n", workload.metadata.namespace, ...old.map(({ name }) => name));
  const look = async () => {
    const pods = await list(machine, "pods");
    return workloads.flatMap(({ workload, name, old }) => {
      // A pod of a StatefulSet has the name of the earlier one.
      const fresh = of(pods, workload).filter(({ metadata }) => !old.some(({ uid }) => uid === metadata.uid));
      const healthy = fresh.filter(({ status }) =>
        ((status?.conditions ?? []) as { type: string; status: string }[]).some(
          (condition) => condition.type === "Ready" && condition.status === "True",
        ),
      );
      return healthy.length === old.length && fresh.length === old.length
        ? []
        : [`${name} has ${healthy.length} healthy pods of ${fresh.length}, and had ${old.length}`];
    });
  };
  const wrong = await eventually(look, seconds);
  return { wrong, note: workloads.map(({ name, old }) => `${name} ${old.length}`).join(", ") };
}

/** The StatefulSets of one pod in the state, of which two must never run, by {@link keyOf}. */
export const declaredSingle = (machine: Pick<Machine, "work" | "objectsOf">): Map<string, Selected> =>
  new Map(
    declaredRunning(machine)
      .filter(({ kind, spec }) => kind === "StatefulSet" && spec.replicas === 1)
      .map((workload) => {
        const { matchLabels: labels } = workload.spec.selector as { matchLabels: Record<string, string> };
        return [keyOf(workload), { namespace: workload.metadata.namespace, labels }];
      }),
  );
