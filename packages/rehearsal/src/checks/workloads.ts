import { eventually, type Finding } from "../finding";
import { type KubernetesObject, list, type Metadata, nameOf } from "../kubernetes";
import type { Machine } from "../machine/machine";
import { attributesOf, stateOf } from "./state";

/** Bounds of a Deployment's replicas. */
export interface Bounds {
  readonly min: number;
  readonly max: number;
}

/** Kinds whose pods keep running. */
const RUNNING = "deployments,statefulsets,daemonsets";

/** The numbers of ready and of wanted pods. */
const ready = ({ kind, spec, status = {} }: KubernetesObject): readonly [number, number] =>
  kind === "DaemonSet"
    ? [Number(status.numberReady ?? 0), Number(status.desiredNumberScheduled ?? 1)]
    : [Number(status.readyReplicas ?? 0), Number(spec.replicas)];

/** Deployments in the state: resources of this type, and objects of Helm releases. */
function declaredDeployments(machine: Pick<Machine, "work" | "objectsOf">): KubernetesObject[] {
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
  const released = attributesOf(state, "helm_release")
    .flatMap(({ values }) => (values ?? []) as string[])
    .flatMap((values) => machine.objectsOf(values))
    .filter(({ kind }) => kind === "Deployment");
  return [...typed, ...released];
}

/**
 * The Deployments, Jobs and CronJobs in the state, by `<namespace>/<name>`. Deployments have the bounds of their autoscaler, or their
 * number of replicas; without either, their bounds are undefined.
 */
export function declaredWorkloads(machine: Pick<Machine, "work" | "objectsOf">) {
  const state = stateOf(machine);
  const metadataOf = ({ metadata }: Readonly<Record<string, unknown>>) => nameOf((metadata as [Metadata])[0]);
  const autoscalers = new Map(
    attributesOf(state, "kubernetes_horizontal_pod_autoscaler_v2").map((attributes) => {
      const [{ min_replicas: min, max_replicas: max }] = attributes.spec as [
        { min_replicas: number; max_replicas: number },
      ];
      return [metadataOf(attributes), { min, max }] as const;
    }),
  );
  const deployments = new Map(
    declaredDeployments(machine).map(({ metadata, spec: { replicas } }): [string, Bounds | undefined] => {
      const fixed = replicas === undefined ? undefined : { min: Number(replicas), max: Number(replicas) };
      return [nameOf(metadata), autoscalers.get(nameOf(metadata)) ?? fixed];
    }),
  );
  // Kubernetes may have completed a name, which the state does not have before it is refreshed.
  const namesOf = (...types: readonly string[]) => new Set(attributesOf(state, ...types).map(({ id }) => String(id)));
  return {
    deployments,
    jobs: namesOf("kubernetes_job", "kubernetes_job_v1"),
    cronJobs: namesOf("kubernetes_cron_job", "kubernetes_cron_job_v1"),
  };
}

/**
 * Checks that the cluster runs exactly the workloads in the state, each within its bounds and with all replicas ready, and
 * that the workloads of charts are ready too.
 */
export async function workloads(machine: Machine, seconds = 60): Promise<Finding> {
  const { deployments, jobs, cronJobs } = declaredWorkloads(machine);
  const namespaces = new Set([...deployments.keys(), ...jobs, ...cronJobs].map((name) => name.split("/")[0]));
  const isIncluded = ({ metadata }: KubernetesObject) => namespaces.has(metadata.namespace);

  const look = async (): Promise<string[]> => {
    const wrong: string[] = [];
    const running = await list(machine, RUNNING);
    const found = running.filter((o) => isIncluded(o) && o.kind === "Deployment");
    for (const [name, bounds] of deployments) {
      const replicas = Number(found.find(({ metadata }) => nameOf(metadata) === name)?.spec.replicas);
      if (Number.isNaN(replicas)) wrong.push(`${name} is missing`);
      else if (!bounds) wrong.push(`${name} has neither replicas nor an autoscaler`);
      else if (replicas < bounds.min || replicas > bounds.max)
        wrong.push(`${name} has ${replicas} replicas, declared ${bounds.min} to ${bounds.max}`);
    }
    for (const o of running) {
      const [is, wanted] = ready(o);
      if (is !== wanted) wrong.push(`${o.kind} ${nameOf(o.metadata)} has ${is} ready of ${wanted}`);
    }
    for (const { metadata } of found)
      if (!deployments.has(nameOf(metadata))) wrong.push(`${nameOf(metadata)} is not declared`);
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
    .filter(({ metadata }) => deployments.has(nameOf(metadata)))
    .map(({ metadata, spec }) => `${nameOf(metadata)} ${spec.replicas}`);
  return {
    wrong,
    note: `${counts.join(", ")}, ${jobs.size} jobs, ${cronJobs.size} cron jobs, ${running.length - counts.length} of charts`,
  };
}

/**
 * Deletes every pod of the Deployments in the state at once, and checks that as many healthy pods replace them, so that
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
  const deployments = declaredDeployments(machine).map((deployment) => ({
    deployment,
    name: nameOf(deployment.metadata),
    old: of(before, deployment).map(({ metadata }) => metadata.name),
  }));
  for (const { deployment, old } of deployments)
    await machine.kubectl("delete", "pods", "-n", deployment.metadata.namespace, ...old);
  const look = async () => {
    const pods = await list(machine, "pods");
    return deployments.flatMap(({ deployment, name, old }) => {
      const fresh = of(pods, deployment).filter(({ metadata }) => !old.includes(metadata.name));
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
  return { wrong, note: deployments.map(({ name, old }) => `${name} ${old.length}`).join(", ") };
}
