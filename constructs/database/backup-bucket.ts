import { StorageBucket } from "@cdktf/provider-google/lib/storage-bucket";
import { Construct } from "constructs";
import type { Platform } from "../platform";

export interface BackupBucketProps {
  readonly platform: Platform;
  /** Unlike any other bucket's in the world. */
  readonly name: string;
  /** Days that a backup cannot be deleted, and after which it is. */
  readonly keepDays: number;
}

/** Seconds that Google keeps what was deleted: seven days, its own default. */
const SOFT_DELETE = 7 * 86400;

/**
 * A bucket whose objects nobody can delete or overwrite before their time, its owner included, unless they take the
 * retention policy away first: it is not locked, so that a mistake in `keepDays` can be mended. Then they are deleted
 * by themselves; where both are due at once, the lifecycle waits for the retention. Nothing is overwritten, so there
 * are no versions.
 *
 * A bucket that is not empty is not destroyed, protected or not: the dumps go first, by hand.
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
