import type { StorageBucket } from "@cdktf/provider-google/lib/storage-bucket";
import { StorageBucketIamMember } from "@cdktf/provider-google/lib/storage-bucket-iam-member";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { Platform } from "../constructs/platform";
import { bucket } from "../constructs/storage/bucket";
import { ContentDelivery } from "../constructs/storage/content-delivery";
import { bucketName } from "../facts/names";
import { bucketsWith, keepDaysOf, type Use } from "../schema/buckets";
import type { Environment } from "../schema/environment";
import type { System } from "../schema/system";
import { workloads } from "../schema/workloads";

export interface BucketsProps {
  readonly platform: Platform;
  readonly system: System;
  readonly environment: Environment;
}

/** Predefined roles, on the bucket. {@link https://cloud.google.com/storage/docs/access-control/iam-roles} */
const ROLES: Readonly<Record<Use, string>> = {
  read: "roles/storage.objectViewer",
  write: "roles/storage.objectUser",
};

/** The system's buckets. Those that are public have a load balancer with Cloud CDN. */
export class Buckets extends Construct {
  /** Outputs of the stack, by name. */
  readonly outputs: Readonly<Record<string, unknown>>;
  private readonly buckets: ReadonlyMap<string, StorageBucket>;

  constructor(scope: Construct, id: string, props: BucketsProps) {
    super(scope, id);
    const { platform, system, environment } = props;
    this.buckets = new Map(
      Object.keys(system.buckets).map((name) => [
        name,
        bucket(this, name, {
          platform,
          name: bucketName(environment.project, platform.names.full, name),
          logicalId: `bucket_${name.replace(/-/g, "_")}`,
          softDeleteDays: keepDaysOf(environment.buckets[name]),
          cors: corsOf(props, name),
        }),
      ]),
    );
    const sites = bucketsWith(system, "public").map((name) => ({
      name,
      bucket: this.bucket(name),
      host: environment.buckets[name]?.host as string, // validation has checked that there is one
    }));
    const cdn = sites.length
      ? new ContentDelivery(this, "cdn", { platform, sites, dnsZone: environment.edge.dnsZone })
      : undefined;
    this.outputs = {
      ...(this.buckets.size && { buckets: [...this.buckets.values()].map((created) => created.name) }),
      ...(cdn && { cdn_address: cdn.address.address }),
    };
  }

  /** Lets a workload use its buckets. Its pods wait for what this returns. */
  grant(scope: Construct, uses: Readonly<Record<string, Use>>, member: string): ITerraformDependable[] {
    return Object.entries(uses).map(
      ([name, use]) =>
        new StorageBucketIamMember(scope, `bucket-${name}`, {
          bucket: this.bucket(name).name,
          role: ROLES[use],
          member,
        }),
    );
  }

  private bucket(name: string): StorageBucket {
    return this.buckets.get(name) as StorageBucket; // validation has checked the name
  }
}

/**
 * Pages of the system's hosts can read and write files with signed URLs.
 * {@link https://cloud.google.com/storage/docs/cross-origin}
 */
function corsOf({ system, environment }: BucketsProps, name: string) {
  const signed = workloads(system).some(({ buckets, signsUrls }) => signsUrls && Object.hasOwn(buckets, name));
  const hosts = [
    ...Object.values(environment.services).flatMap((service) => service.hosts),
    ...Object.values(environment.frontends).flat(),
  ];
  return signed && system.buckets[name]?.access === "private" && hosts.length
    ? [
        {
          origin: [...new Set(hosts)].map((host) => `https://${host}`),
          method: ["GET", "HEAD", "PUT"],
          responseHeader: ["Content-Type"],
          maxAgeSeconds: 3600,
        },
      ]
    : undefined;
}
