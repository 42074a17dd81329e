import { LoggingProjectBucketConfig } from "@cdktf/provider-google/lib/logging-project-bucket-config";
import { ProjectIamAuditConfig } from "@cdktf/provider-google/lib/project-iam-audit-config";
import { Construct } from "constructs";
import type { AuditedService } from "../../facts/audited-services";
import type { Project } from "./project";

export interface AuditLogProps {
  readonly project: Project;
  /** Whose reads and writes are logged. */
  readonly services: readonly AuditedService[];
  /**
   * Location of the project's log bucket `_Default`: `global`, or the one that the organization or folder sets.
   * {@link https://cloud.google.com/logging/docs/default-settings}
   */
  readonly location: string;
  /** Days that logs are kept, 1 to 3650. Fewer than before deletes the older ones. */
  readonly retentionDays: number;
  /** Whether Terraform refuses to destroy the bucket's configuration; no default: an environment decides. */
  readonly deletionProtection: boolean;
}

/**
 * Data access audit logs: who read or wrote what. Changes of configuration Google logs anyway, for 400 days and free.
 * The lines of pgAudit are among those of Cloud SQL. No API sees the commands that Redis gets.
 *
 * They cost as other logs do: for each GiB that comes in, and for each GiB and month beyond 30 days. Secrets, keys, IAM
 * and Redis are a few lines for each deploy and rollout. The loud ones are `container`, which logs what asks the
 * Kubernetes API, from listing pods to updating their status, and `storage`, which logs each object that is read or
 * written.
 *
 * They go to the project's log bucket `_Default`, with the logs of everything else: the retention is for all of them.
 * The bucket is there before the stack and stays after it, with its retention; only the data access logs end with the
 * stack.
 * {@link https://cloud.google.com/logging/docs/audit/configure-data-access}
 */
export class AuditLog extends Construct {
  constructor(scope: Construct, id: string, props: AuditLogProps) {
    super(scope, id);
    const { project } = props;
    new LoggingProjectBucketConfig(this, "bucket", {
      project: project.id,
      location: props.location,
      bucketId: "_Default",
      retentionDays: props.retentionDays,
      lifecycle: { preventDestroy: props.deletionProtection }, // the bucket does not move
      dependsOn: [project.api("logging")],
    });
    for (const service of props.services)
      new ProjectIamAuditConfig(this, service, {
        project: project.id,
        service: `${service}.googleapis.com`,
        auditLogConfig: [{ logType: "ADMIN_READ" }, { logType: "DATA_READ" }, { logType: "DATA_WRITE" }],
      });
  }
}
