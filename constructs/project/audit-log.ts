import { LoggingProjectBucketConfig } from "@cdktf/provider-google/lib/logging-project-bucket-config";
import { ProjectIamAuditConfig } from "@cdktf/provider-google/lib/project-iam-audit-config";
import { Construct } from "constructs";
import type { AuditedService } from "../../facts/audited-services";
import type { Project } from "./project";

export interface AuditLogProps {
  readonly project: Project;
  /** Services whose data access is logged. */
  readonly services: readonly AuditedService[];
  /**
   * Location of the project's log bucket `_Default`: `global`, or the location that the organization or folder sets.
   * {@link https://cloud.google.com/logging/docs/default-settings}
   */
  readonly location: string;
  /** Days for which the bucket keeps logs, 1 to 3650. A smaller number deletes older logs. */
  readonly retentionDays: number;
  /** Whether Terraform refuses to destroy the bucket's configuration. */
  readonly deletionProtection: boolean;
}

/**
 * Data access audit logs, which record who reads or writes data. Google always logs changes of configuration and keeps
 * these logs for 400 days, without charge. The logs of Cloud SQL include those of pgAudit. Google does not log the
 * commands that Redis receives.
 *
 * Data access logs cost as much as other logs: for each GiB, and for each GiB and month after 30 days. Secret Manager,
 * Cloud KMS, IAM and Memorystore write a few lines for each deploy. The largest logs are those of `container`, which
 * include every call of the Kubernetes API, and those of `storage`, which include every object that is read or written.
 *
 * The logs are in the project's log bucket `_Default`, so the retention applies to all other logs in it too. The bucket
 * exists before the stack. When Terraform destroys the stack, the bucket and its retention remain, and data access logs
 * end.
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
      lifecycle: { preventDestroy: props.deletionProtection }, // the bucket cannot move to another location
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
