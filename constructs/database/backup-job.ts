import {
  CronJobV1,
  type CronJobV1SpecJobTemplateSpecTemplateSpecContainerEnv,
} from "@cdktf/provider-kubernetes/lib/cron-job-v1";
import type { ITerraformDependable } from "cdktf";
import type { Construct } from "constructs";
import type { Resources } from "../../facts/resources";
import { setByAutopilot } from "../kubernetes/autopilot";
import { CONTAINER_SECURITY, podSecurity, requestsAndLimits } from "../kubernetes/container";
import { NAME_LABEL } from "../kubernetes/labels";
import type { Placement } from "../kubernetes/placement";
import { NOT_EVICTED } from "../workloads/pod";

/** GKE's storage class for balanced disks. It deletes a disk with its claim. */
const STORAGE_CLASS = "standard-rwo";
/** The mount path of the scratch disk, where the scripts run. */
const SCRATCH = "/dumps";
/** The non-root user that Bitnami's images expect. */
const USER = "1001";
/** Seconds after which Kubernetes stops a backup or a restore. */
const DEADLINE = 6 * 3600;
/** Seconds for which Kubernetes keeps a finished Job, its logs and its scratch disk. */
const LOOKED_AT = 24 * 3600;

/** A container that runs a script. */
export interface Step {
  readonly name: string;
  readonly image: string;
  readonly script: string;
  readonly resources: Resources;
  readonly env: readonly CronJobV1SpecJobTemplateSpecTemplateSpecContainerEnv[];
}

export interface BackupJobProps {
  readonly name: string;
  /** Value of the label by which network policies select the pods. */
  readonly workload: string;
  readonly namespace: string;
  readonly serviceAccountName: string;
  readonly diskGb: number;
  readonly place: Placement;
  /** The second step runs after the first one succeeds. Both use the same scratch disk. */
  readonly steps: readonly [Step, Step];
  /** A cron expression, in UTC. */
  readonly schedule: string;
  readonly suspend: boolean;
  readonly retries: number;
  /**
   * Whether the Job starts a new pod after a disruption, such as the loss of its node, without counting it as a
   * failure.
   * {@link https://kubernetes.io/docs/concepts/workloads/controllers/job/#pod-failure-policy}
   */
  readonly againAfterDisruption: boolean;
  readonly dependsOn: readonly ITerraformDependable[];
}

export function backupJob(
  scope: Construct,
  id: string,
  { name, workload, namespace, place, ...config }: BackupJobProps,
): CronJobV1 {
  const [first, second] = config.steps.map(({ name, image, script, resources, env }) => ({
    name,
    image,
    imagePullPolicy: "IfNotPresent",
    command: ["bash", "-c", script],
    workingDir: SCRATCH,
    env: [...env, { name: "HOME", value: "/tmp" }], // the root file system is read-only
    resources: requestsAndLimits(place.resources(resources)),
    securityContext: CONTAINER_SECURITY,
    volumeMount: [
      { name: "dumps", mountPath: SCRATCH },
      { name: "tmp", mountPath: "/tmp" },
    ],
  }));
  const labels = { [NAME_LABEL]: workload };
  return new CronJobV1(scope, id, {
    metadata: { name, namespace, labels },
    spec: {
      schedule: config.schedule,
      timezone: "Etc/UTC",
      suspend: config.suspend,
      concurrencyPolicy: "Forbid",
      startingDeadlineSeconds: 3600,
      successfulJobsHistoryLimit: 1,
      failedJobsHistoryLimit: 1,
      jobTemplate: {
        metadata: { labels },
        spec: {
          backoffLimit: config.retries,
          podFailurePolicy: config.againAfterDisruption
            ? { rule: [{ action: "Ignore", onPodCondition: [{ type: "DisruptionTarget", status: "True" }] }] }
            : undefined,
          activeDeadlineSeconds: DEADLINE,
          ttlSecondsAfterFinished: String(LOOKED_AT),
          template: {
            metadata: { labels, annotations: NOT_EVICTED },
            spec: {
              restartPolicy: "Never",
              serviceAccountName: config.serviceAccountName,
              automountServiceAccountToken: false, // the metadata server does not need one
              enableServiceLinks: false,
              nodeSelector: place.pod.nodeSelector,
              toleration: place.pod.tolerations,
              securityContext: podSecurity(USER),
              initContainer: first && [first],
              container: second && [second],
              volume: [
                {
                  name: "dumps",
                  ephemeral: {
                    volumeClaimTemplate: {
                      spec: {
                        accessModes: ["ReadWriteOnce"],
                        storageClassName: STORAGE_CLASS,
                        resources: { requests: { storage: `${config.diskGb}Gi` } },
                      },
                    },
                  },
                },
                { name: "tmp", emptyDir: { sizeLimit: "256Mi" } },
              ],
            },
          },
        },
      },
    },
    ...(place.autopilot && {
      lifecycle: { ignoreChanges: setByAutopilot("spec[0].job_template[0].spec[0].template[0]") },
    }),
    dependsOn: [...config.dependsOn],
  });
}
