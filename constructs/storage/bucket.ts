import { StorageBucket, type StorageBucketConfig } from "@cdktf/provider-google/lib/storage-bucket";
import type { Construct } from "constructs";
import { type DualRegion, dualRegionOf } from "../../facts/dual-regions";
import type { Platform } from "../platform";

export interface BucketProps
  extends Pick<
    StorageBucketConfig,
    "name" | "retentionPolicy" | "lifecycleRule" | "cors" | "versioning" | "dependsOn"
  > {
  readonly platform: Pick<Platform, "project" | "region" | "secondRegion" | "labels" | "deletionProtection">;
  /** ID in the bucket's Terraform address. */
  readonly logicalId: string;
  /** Days for which Google keeps deleted and replaced objects: 7 to 90. */
  readonly softDeleteDays: number;
}

/**
 * Creates a bucket in the platform's region, or in both if there is a second one. Only IAM grants access to it, and never
 * to everybody. Deleted and replaced objects can be restored for some days (soft delete), so a bucket needs no object
 * versions.
 *
 * Terraform never destroys the bucket while it contains objects. Delete them yourself first.
 * {@link https://cloud.google.com/storage/docs/uniform-bucket-level-access}
 * {@link https://cloud.google.com/storage/docs/public-access-prevention}
 * {@link https://cloud.google.com/storage/docs/soft-delete}
 */
export function bucket(
  scope: Construct,
  id: string,
  { platform, logicalId, softDeleteDays, ...config }: BucketProps,
): StorageBucket {
  const { project, region, secondRegion, labels, deletionProtection } = platform;
  const created = new StorageBucket(scope, id, {
    ...config,
    project: project.id,
    ...(secondRegion ? inBoth(region, secondRegion) : { location: region }),
    storageClass: "STANDARD",
    uniformBucketLevelAccess: true,
    publicAccessPrevention: "enforced",
    softDeletePolicy: { retentionDurationSeconds: softDeleteDays * 86400 },
    forceDestroy: false,
    labels: { ...labels },
    lifecycle: { preventDestroy: deletionProtection },
  });
  created.overrideLogicalId(logicalId);
  return created;
}

function inBoth(first: string, second: string): Pick<StorageBucketConfig, "location" | "customPlacementConfig"> {
  const { location, predefined } = dualRegionOf(first, second) as DualRegion; // validation has checked that there is one
  const dataLocations = [first, second].map((it) => it.toUpperCase());
  return { location, customPlacementConfig: predefined ? undefined : { dataLocations } };
}
