import type { JobV1SpecTemplate, JobV1SpecTemplateSpec } from "@cdktf/provider-kubernetes/lib/job-v1";
import type { ITerraformDependable } from "cdktf";
import type { Construct } from "constructs";
import { setByAutopilot } from "../kubernetes/autopilot";
import type { Namespace } from "../kubernetes/namespace";
import { type Allowance, connectionPolicy } from "../kubernetes/network-policy";
import { NOT_EVICTED, type PodProps, podTemplate } from "./pod";

/** What every workload that runs to its end has. */
export interface JobProps {
  readonly namespace: Namespace;
  readonly pod: PodProps;
  /** Seconds after which Kubernetes stops the Job, which then fails. */
  readonly deadline: number;
  /** Connections by name. Each has its own network policy. */
  readonly egress: Readonly<Record<string, Allowance>>;
  readonly dependsOn: readonly ITerraformDependable[];
}

/** Creates the network policies of a Job's pod, and returns what must exist before it runs. */
export function beforeJob(scope: Construct, { pod, namespace, egress, dependsOn }: JobProps): ITerraformDependable[] {
  const policies = Object.entries(egress).map(([to, allowance]) =>
    connectionPolicy(scope, { workload: pod.name, namespace: namespace.name }, "to", to, allowance),
  );
  return [...dependsOn, ...namespace.ready, ...policies];
}

/** The template of a pod that runs once, in the shape of the typed resources. */
export function jobTemplate(pod: PodProps): JobV1SpecTemplate {
  const { metadata, spec } = podTemplate(pod);
  return {
    metadata: { ...metadata, annotations: { ...metadata.annotations, ...NOT_EVICTED } },
    spec: { ...typed(spec), restartPolicy: "Never" },
  };
}

/** What Terraform ignores of a Job, whose template is at this path: Autopilot sets it. */
export const ignoredOfJob = ({ place }: PodProps, template: string) =>
  place.autopilot
    ? { ignoreChanges: [...setByAutopilot(template), `${template}.spec[0].container[0].resources`] }
    : undefined;

/** Converts a pod's spec to the shape of the typed resource, with singular names for lists and text for users. */
function typed(spec: ReturnType<typeof podTemplate>["spec"]): JobV1SpecTemplateSpec {
  const { containers, volumes, tolerations, securityContext, topologySpreadConstraints, ...rest } = spec;
  return {
    ...rest,
    toleration: tolerations,
    securityContext: {
      ...securityContext,
      runAsUser: String(securityContext.runAsUser),
      runAsGroup: String(securityContext.runAsGroup),
      fsGroup: String(securityContext.fsGroup),
    },
    volume: volumes,
    container: containers.map(({ volumeMounts, ...container }) => ({ ...container, volumeMount: volumeMounts })),
  } as JobV1SpecTemplateSpec;
}
