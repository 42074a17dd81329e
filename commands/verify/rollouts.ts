import { candidateOf } from "../../facts/candidate";
import { shiftedServices } from "../../schema/candidate";
import { imageOf, type Release } from "../../schema/release";
import type { Context } from "../context";
import { type Checked, type Outside, tried } from "./check";

/**
 * Part of a Deployment or a StatefulSet.
 * {@link https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#complete-deployment}
 */
interface Workload {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly generation: number };
  readonly spec: {
    readonly replicas: number;
    readonly template: { readonly spec: { readonly containers: readonly { readonly image: string }[] } };
  };
  readonly status: {
    readonly observedGeneration?: number;
    readonly replicas?: number;
    readonly updatedReplicas?: number;
    readonly readyReplicas?: number;
  };
}

/**
 * Checks that each Deployment and StatefulSet of the system runs the image of its release in all of its pods, and that each
 * Helm release is deployed.
 */
export async function* rolloutsChecked(context: Context, { kubectl }: Outside): AsyncGenerator<Checked> {
  const namespace = `--namespace=${context.system.namespace}`;
  const there = new Map<string, Workload>();
  const looked = await tried("rollouts", async () => {
    const printed = await kubectl("get", "deployments,statefulsets", namespace, "--output=json");
    for (const it of JSON.parse(printed).items as Workload[]) there.set(it.metadata.name, it);
    return `${there.size} are there`;
  });
  if (looked.result === "FAIL") return yield looked;
  const expected = releasesOf(context);
  for (const [name, { image, release }] of expected)
    yield {
      ...(await tried(`rollout of ${name}`, async () =>
        rolledOut(there.get(name), imageOf(context.environment, release, image), release.version),
      )),
      ...(release === context.candidate?.release && { ofCandidate: true }),
    };
  for (const [name, { kind }] of there)
    if (!expected.has(name))
      yield await tried(`rollout of ${name}`, async () => {
        throw new Error(`a ${kind} of this name runs, but no file of the system or the release declares it`);
      });
  yield await tried("Helm releases", () => helmReleases(kubectl, namespace));
}

/** The image and the release of each workload, by its name. */
function releasesOf({ system, release, candidate }: Context): Map<string, { image: string; release: Release }> {
  const stable = Object.entries(system.services).map(([name, { image }]) => [name, { image, release }] as const);
  const beside = candidate ? shiftedServices(system) : [];
  return new Map([
    ...stable,
    ...stable.flatMap(([name, { image }]) =>
      candidate && beside.includes(name) ? [[candidateOf(name), { image, release: candidate.release }] as const] : [],
    ),
  ]);
}

/** @throws if a workload runs another image, or has pods that are not new and ready */
function rolledOut(workload: Workload | undefined, image: string, version: string): string {
  if (!workload) throw new Error("neither a Deployment nor a StatefulSet of this name runs");
  const { metadata, spec, status } = workload;
  const other = spec.template.spec.containers.find((container) => container.image !== image);
  if (other)
    throw new Error(
      `runs ${other.image}, not ${image} of ${version}: the release is not deployed, or its rollout was rolled back`,
    );
  const { observedGeneration = 0, replicas = 0, updatedReplicas = 0, readyReplicas = 0 } = status;
  if (observedGeneration < metadata.generation) throw new Error("has changed, and Kubernetes has not acted yet");
  const all = spec.replicas;
  if (updatedReplicas < all || readyReplicas < all || replicas > all)
    throw new Error(
      `has ${updatedReplicas} new and ${readyReplicas} ready pods of ${all}${replicas > all ? `, and ${replicas - all} old ones` : ""}`,
    );
  return `${all} pods run ${image.slice(image.lastIndexOf("/") + 1)} of ${version}`;
}

/**
 * Checks that the last revision of each Helm release is deployed. One that Helm rolled back is deployed, too: the deploy that it
 * belongs to has failed, and its record says so.
 * @throws with what is wrong of each one that is not
 */
async function helmReleases(kubectl: Outside["kubectl"], namespace: string): Promise<string> {
  const labels = ["name", "version", "status"].map((label) => `{.metadata.labels.${label}}`).join("/");
  const output = `--output=jsonpath={range .items[*]}${labels}{"\\n"}{end}`;
  const printed = await kubectl("get", "secrets", namespace, "--selector=owner=helm", output);
  const last = new Map<string, { version: number; status: string }>();
  for (const line of printed.split("\n").filter(Boolean)) {
    // {@link https://helm.sh/docs/topics/kubernetes_apis/}
    const [name = "", version = "", status = ""] = line.split("/");
    if (Number(version) > (last.get(name)?.version ?? 0)) last.set(name, { version: Number(version), status });
  }
  const wrong = [...last]
    .filter(([, { status }]) => status !== "deployed")
    .map(([name, { version, status }]) => `revision ${version} of ${name} is ${status}`);
  if (wrong.length) throw new Error(wrong.join("; "));
  return `${last.size} are deployed`;
}
