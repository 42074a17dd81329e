import { JobV1, type JobV1SpecTemplateSpec } from "@cdktf/provider-kubernetes/lib/job-v1";
import { Fn, type ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { NAME_LABEL } from "../kubernetes/labels";
import type { Namespace } from "../kubernetes/namespace";
import { type Allowance, connectionPolicy } from "../kubernetes/network-policy";
import { digest } from "../terraform/json";
import { configurationOf, NOT_EVICTED, type PodProps, podTemplate } from "./pod";

export interface MigrationProps {
  readonly namespace: Namespace;
  readonly pod: PodProps;
  /** Seconds after which the job is stopped and has failed. */
  readonly deadline: number;
  /** Connections by name, each a network policy of its own. */
  readonly egress: Readonly<Record<string, Allowance>>;
  readonly dependsOn: readonly ITerraformDependable[];
}

/** Values that Autopilot writes into a Job's pods. A difference would replace the Job and run the migration again. */
const AUTOPILOTS_OWN = [
  ...["resource-adjustment", "warden-version"].map(
    (key) => `spec[0].template[0].metadata[0].annotations["autopilot.gke.io/${key}"]`,
  ),
  "spec[0].template[0].spec[0].toleration",
  "spec[0].template[0].spec[0].container[0].resources",
];

/**
 * A Job that runs once for each image, command and configuration, and that rollouts wait for.
 *
 * Its name is a digest of the three, for a Job cannot be changed. It is never retried, even if it loses its node: only the
 * person who starts the next deploy can decide whether half a migration may run again. Its deadline ends before Terraform's
 * patience does: a Job that Terraform had given up would run on while the next apply deletes it.
 */
export class Migration extends Construct {
  /** Done when it has succeeded. */
  readonly job: JobV1;

  constructor(scope: Construct, id: string, props: MigrationProps) {
    super(scope, id);
    const { pod } = props;
    const namespace = props.namespace.name;
    const policies = Object.entries(props.egress).map(([to, allowance]) =>
      connectionPolicy(this, { workload: pod.name, namespace }, "to", to, allowance),
    );
    const template = podTemplate(pod);
    const key = Fn.substr(
      digest([pod.image, pod.command, pod.variables, configurationOf(pod).map(({ name }) => name)]),
      0,
      8,
    );
    this.job = new JobV1(this, "job", {
      metadata: { name: `${pod.name}-${key}`, namespace, labels: { [NAME_LABEL]: pod.name } },
      spec: {
        backoffLimit: 0,
        activeDeadlineSeconds: props.deadline,
        template: {
          metadata: { ...template.metadata, annotations: { ...template.metadata.annotations, ...NOT_EVICTED } },
          spec: { ...typed(template.spec), restartPolicy: "Never" },
        },
      },
      waitForCompletion: true,
      ...(pod.place.autopilot && { lifecycle: { ignoreChanges: AUTOPILOTS_OWN } }),
      timeouts: { create: `${props.deadline + 120}s`, update: `${props.deadline + 120}s` },
      dependsOn: [...props.dependsOn, ...props.namespace.ready, ...policies],
    });
  }
}

/** A pod's spec as the typed resource wants it: lists named in the singular, users as text. */
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
