import { Construct } from "constructs";
import type { Platform } from "../platform";
import { bucket } from "../storage/bucket";

export interface BackupBucketProps {
  readonly platform: Platform;
  /** The bucket's name. It must be unique among all buckets of Cloud Storage. */
  readonly name: string;
  /** Days for which nobody can delete a backup. After that, the bucket deletes it. */
  readonly keepDays: number;
}

/** Days for which Google keeps deleted objects. This is Google's default. */
const SOFT_DELETE = 7;

/**
 * A bucket for backups. Nobody, including the bucket's owner, can delete or overwrite an object before its retention
 * period ends, unless they remove the retention policy first. The policy is not locked, so that you can correct a wrong
 * `keepDays`. After the retention period, the bucket deletes the object.
 * {@link https://cloud.google.com/storage/docs/bucket-lock}
 */
export class BackupBucket extends Construct {
  readonly name: string;

  constructor(scope: Construct, id: string, props: BackupBucketProps) {
    super(scope, id);
    const { platform, name, keepDays } = props;
    this.name = bucket(this, "bucket", {
      platform,
      name,
      logicalId: "backups",
      softDeleteDays: SOFT_DELETE,
      retentionPolicy: { retentionPeriod: keepDays * 86400, isLocked: false },
      lifecycleRule: [{ action: { type: "Delete" }, condition: { age: keepDays } }],
    }).name;
  }
}
