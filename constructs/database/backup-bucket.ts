import { StorageBucket } from "@cdktf/provider-google/lib/storage-bucket";
import { Construct } from "constructs";
import type { Platform } from "../platform";

export interface BackupBucketProps {
  readonly platform: Platform;
  /** The bucket's name. It must be unique among all buckets of Cloud Storage. */
  readonly name: string;
  /** Days for which nobody can delete a backup. After that, the bucket deletes it. */
  readonly keepDays: number;
}

/**
 * Seconds for which Google keeps deleted objects. Seven days is Google's default.
 * {@link https://cloud.google.com/storage/docs/soft-delete}
 */
const SOFT_DELETE = 7 * 86400;

/**
 * A bucket for backups. Nobody, including the bucket's owner, can delete or overwrite an object before its retention
 * period ends, unless they remove the retention policy first. The policy is not locked, so that you can correct a wrong
 * `keepDays`. After the retention period, the bucket deletes the object. The bucket has no object versions, because
 * objects are never overwritten.
 *
 * Terraform never destroys the bucket while it contains objects. Delete the backups yourself first.
 * {@link https://cloud.google.com/storage/docs/bucket-lock}
 */
export class BackupBucket extends Construct {
  readonly name: string;

  constructor(scope: Construct, id: string, props: BackupBucketProps) {
    super(scope, id);
    const { project, region, labels, deletionProtection } = props.platform;
    const bucket = new StorageBucket(this, "bucket", {
      project: project.id,
      name: props.name,
      location: region,
      storageClass: "STANDARD",
      uniformBucketLevelAccess: true,
      publicAccessPrevention: "enforced",
      retentionPolicy: { retentionPeriod: props.keepDays * 86400, isLocked: false },
      lifecycleRule: [{ action: { type: "Delete" }, condition: { age: props.keepDays } }],
      softDeletePolicy: { retentionDurationSeconds: SOFT_DELETE },
      forceDestroy: false,
      labels: { ...labels },
      lifecycle: { preventDestroy: deletionProtection },
    });
    bucket.overrideLogicalId("backups");
    this.name = bucket.name;
  }
}
