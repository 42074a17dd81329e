import {
  CronJobV1,
  type CronJobV1SpecJobTemplateSpecTemplateSpecContainerEnv,
} from "@cdktf/provider-kubernetes/lib/cron-job-v1";
import type { ITerraformDependable } from "cdktf";
import type { Construct } from "constructs";
import type { Resources } from "../../facts/resources";
import { CONTAINER_SECURITY, podSecurity, requestsAndLimits } from "../kubernetes/container";
import { NAME_LABEL } from "../kubernetes/labels";
import type { Placement } from "../kubernetes/placement";
import { NOT_EVICTED } from "../workloads/pod";

/** GKE's class of balanced disks, which go with their claims. */
const STORAGE_CLASS = "standard-rwo";
/** Folder of the scratch disk, where the scripts run. */
const SCRATCH = "/dumps";
/** Any but root; Bitnami's images expect this one. */
const USER = "1001";
/** Seconds that dumping or restoring may take. */
const DEADLINE = 6 * 3600;
/** Seconds that a finished job can be looked at; its scratch disk stays as long. */
const LOOKED_AT = 24 * 3600;

/** What Autopilot writes into a CronJob's pods. */
const AUTOPILOTS_OWN = [
  ...["resource-adjustment", "warden-version"].map(
    (key) => `spec[0].job_template[0].spec[0].template[0].metadata[0].annotations["autopilot.gke.io/${key}"]`,
  ),
  "spec[0].job_template[0].spec[0].template[0].spec[0].toleration",
];

/** A container that runs a script and ends. */
export interface Step {
  readonly name: string;
  readonly image: string;
  readonly script: string;
  readonly resources: Resources;
  readonly env: readonly CronJobV1SpecJobTemplateSpecTemplateSpecContainerEnv[];
}

export interface BackupJobProps {
  readonly name: string;
  /** Label that network policies select its pods by. */
  readonly workload: string;
  readonly namespace: string;
  readonly serviceAccountName: string;
  readonly diskGb: number;
  readonly place: Placement;
  /** The second runs when the first has succeeded, on the same scratch disk. */
  readonly steps: readonly [Step, Step];
  /** In UTC. */
  readonly schedule: string;
  readonly suspend: boolean;
  readonly retries: number;
  /**
   * Whether the job starts again after it lost its node, which does not count as a failure.
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
    env: [...env, { name: "HOME", value: "/tmp" }], // the root is read-only
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
              automountServiceAccountToken: false, // the metadata server wants none
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
    ...(place.autopilot && { lifecycle: { ignoreChanges: AUTOPILOTS_OWN } }),
    dependsOn: [...config.dependsOn],
  });
}
