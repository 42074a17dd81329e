import { ComputeBackendBucket } from "@cdktf/provider-google/lib/compute-backend-bucket";
import { ComputeGlobalAddress } from "@cdktf/provider-google/lib/compute-global-address";
import { ComputeGlobalForwardingRule } from "@cdktf/provider-google/lib/compute-global-forwarding-rule";
import { ComputeTargetHttpProxy } from "@cdktf/provider-google/lib/compute-target-http-proxy";
import { ComputeTargetHttpsProxy } from "@cdktf/provider-google/lib/compute-target-https-proxy";
import { ComputeUrlMap } from "@cdktf/provider-google/lib/compute-url-map";
import type { StorageBucket } from "@cdktf/provider-google/lib/storage-bucket";
import { StorageBucketIamMember } from "@cdktf/provider-google/lib/storage-bucket-iam-member";
import { Construct } from "constructs";
import { SECURITY_HEADERS } from "../../facts/http";
import { CertificateMap } from "../edge/certificate-map";
import { dnsRecords } from "../edge/dns-records";
import { sslPolicy } from "../edge/ssl-policy";
import type { Platform } from "../platform";
import { wait } from "../terraform/wait";

export interface ContentDeliveryProps {
  readonly platform: Platform;
  /** At least one bucket, each with a host of its own. */
  readonly sites: readonly Site[];
  /** Name of a Cloud DNS zone in the project for the hosts' records. By default, you create the records yourself. */
  readonly dnsZone?: string;
}

/** A bucket and the host that serves its objects. */
interface Site {
  /** The system's name of the bucket. */
  readonly name: string;
  readonly bucket: StorageBucket;
  readonly host: string;
}

/** Seconds for which Cloud CDN and browsers keep an object. They are also Google's default. */
const CACHED = 3600;
/** Seconds to wait until IAM knows the load balancers' agent. */
const SETTLING = 120;

/** Headers of all answers. Browsers need the last one for fonts and modules that a page of another origin loads. */
const HEADERS = { ...SECURITY_HEADERS, "Access-Control-Allow-Origin": "*" };

/**
 * A global load balancer with Cloud CDN that serves the objects of buckets, each at a host of its own, over HTTPS. HTTP
 * is redirected to HTTPS.
 *
 * The buckets stay private: only Google's agent for the project's load balancers reads them. Its role has no permission
 * to list objects. Cloud Storage marks the answers of such buckets as private, so Cloud CDN is told to keep all of them.
 * A file whose content changes needs a new name, because the old content is served for up to an hour.
 * {@link https://docs.cloud.google.com/cdn/docs/configure-private-bucket-access}
 */
export class ContentDelivery extends Construct {
  readonly address: ComputeGlobalAddress;

  constructor(scope: Construct, id: string, props: ContentDeliveryProps) {
    super(scope, id);
    const { sites, dnsZone } = props;
    const { project, deletionProtection, names } = props.platform;
    const name = `${names.full}-cdn`;
    const hosts = sites.map(({ host }) => host);
    const common = { project: project.id, dependsOn: [project.api("compute")] };
    this.address = new ComputeGlobalAddress(this, "address", {
      ...common,
      name,
      addressType: "EXTERNAL",
      lifecycle: { preventDestroy: deletionProtection },
    });
    this.address.overrideLogicalId("cdn");

    const backends = sites.map((site) => ({
      ...site,
      backend: new ComputeBackendBucket(this, `backend-${site.name}`, {
        ...common,
        name: `${names.full}-${site.name}`,
        bucketName: site.bucket.name,
        enableCdn: true,
        cdnPolicy: {
          cacheMode: "FORCE_CACHE_ALL",
          defaultTtl: CACHED,
          clientTtl: CACHED,
          negativeCaching: true,
          requestCoalescing: true, // Google's default, which the provider would plan to remove
        },
        compressionMode: "AUTOMATIC",
        customResponseHeaders: Object.entries(HEADERS).map(([header, value]) => `${header}: ${value}`),
        lifecycle: { createBeforeDestroy: true }, // a removed backend is deleted after the URL map has changed
      }),
    }));
    this.admit(props.platform, backends);

    const urlMap = new ComputeUrlMap(this, "url-map", {
      ...common,
      name,
      hostRule: backends.map(({ name, host }) => ({ hosts: [host], pathMatcher: name })),
      pathMatcher: backends.map(({ name, backend }) => ({ name, defaultService: backend.id })),
      // A default is required. Other hosts have no certificate here.
      defaultUrlRedirect: { hostRedirect: hosts[0], stripQuery: false, redirectResponseCode: "FOUND" },
    });
    const redirect = new ComputeUrlMap(this, "redirect", {
      ...common,
      name: `${name}-redirect`,
      defaultUrlRedirect: {
        httpsRedirect: true,
        stripQuery: false,
        redirectResponseCode: "MOVED_PERMANENTLY_DEFAULT",
      },
    });
    const { map } = new CertificateMap(this, "certificates", { project, name, hosts, dnsZone });
    const https = new ComputeTargetHttpsProxy(this, "https", {
      ...common,
      name,
      urlMap: urlMap.id,
      certificateMap: `//certificatemanager.googleapis.com/${map.id}`,
      sslPolicy: sslPolicy(this, { project, name }).id,
    });
    const http = new ComputeTargetHttpProxy(this, "http", { ...common, name, urlMap: redirect.id });
    for (const [port, target] of [
      [443, https.id],
      [80, http.id],
    ] as const)
      new ComputeGlobalForwardingRule(this, `port-${port}`, {
        ...common,
        name: `${name}-${port}`,
        loadBalancingScheme: "EXTERNAL_MANAGED",
        ipAddress: this.address.address,
        ipProtocol: "TCP",
        portRange: String(port),
        target,
      });
    dnsRecords(this, { project, zone: dnsZone, hosts, address: this.address.address });
  }

  /**
   * Lets Google's load balancers read the buckets' objects. Their agent is created with the project's first backend
   * bucket.
   */
  private admit({ project }: Platform, backends: readonly (Site & { readonly backend: ComputeBackendBucket })[]): void {
    const agent = wait(this, "agent", { seconds: SETTLING, dependsOn: backends.map(({ backend }) => backend) });
    for (const { name, bucket } of backends)
      new StorageBucketIamMember(this, `reader-${name}`, {
        bucket: bucket.name,
        role: "roles/storage.legacyObjectReader",
        member: `serviceAccount:service-${project.number}@https-lb.iam.gserviceaccount.com`,
        dependsOn: [agent],
      });
  }
}
