import { RedisInstance } from "@cdktf/provider-google/lib/redis-instance";
import { ref, TerraformStack, Token } from "cdktf";
import { Construct } from "constructs";
import type { Day } from "../../facts/days";
import type { Platform } from "../platform";

export interface MemorystoreProps {
  readonly platform: Platform;
  /** The Redis version, such as REDIS_7_2. */
  readonly version: string;
  /** STANDARD_HA has a standby in another zone, to which Google fails over automatically. BASIC has no standby. */
  readonly tier: "BASIC" | "STANDARD_HA";
  /** Size in GB. You can change it later. */
  readonly memoryGb: number;
  /** Start of the weekly maintenance window. The hour is in UTC. */
  readonly maintenance: { readonly day: Day; readonly hour: number };
}

/**
 * A Memorystore for Redis instance with AUTH, TLS and a snapshot every twelve hours.
 *
 * Its AUTH string is the only secret in the Terraform state, because the provider always reads it. Everyone who can
 * read the state's bucket can read it.
 * {@link https://github.com/hashicorp/terraform-provider-google/blob/main/website/docs/r/redis_instance.html.markdown}
 */
export class Memorystore extends Construct {
  readonly instance: RedisInstance;
  /** The instance's private address. */
  readonly host: string;
  /**
   * The port of TLS connections.
   * {@link https://cloud.google.com/memorystore/docs/redis/about-in-transit-encryption}
   */
  readonly port = 6378;
  /** The AUTH string, which the state contains. */
  readonly password: string;
  /** The server's certificate authorities, in PEM format. */
  readonly certificateAuthority: string;

  constructor(scope: Construct, id: string, props: MemorystoreProps) {
    super(scope, id);
    const { names, region, project, network, labels, deletionProtection } = props.platform;
    this.instance = new RedisInstance(this, "instance", {
      project: project.id,
      name: names.full,
      region,
      redisVersion: props.version,
      tier: props.tier,
      memorySizeGb: props.memoryGb,
      authorizedNetwork: network.network.id,
      connectMode: "PRIVATE_SERVICE_ACCESS",
      authEnabled: true,
      transitEncryptionMode: "SERVER_AUTHENTICATION",
      persistenceConfig: { persistenceMode: "RDB", rdbSnapshotPeriod: "TWELVE_HOURS" },
      maintenancePolicy: {
        weeklyMaintenanceWindow: [
          {
            day: props.maintenance.day,
            startTime: { hours: props.maintenance.hour, minutes: 0, seconds: 0, nanos: 0 },
          },
        ],
      },
      labels: { ...labels },
      timeouts: { create: "60m", update: "60m", delete: "60m" },
      lifecycle: { preventDestroy: deletionProtection },
      dependsOn: [project.api("redis"), network.privateServices],
    });
    this.instance.overrideLogicalId("cache");
    this.instance.addOverride("deletion_protection", deletionProtection); // the bindings do not have it

    this.host = this.instance.host;
    this.password = this.instance.authString;
    // The server has two certificate authorities while Google rotates them.
    const all = `join("\\n", ${this.instance.terraformResourceType}.${this.instance.friendlyUniqueId}.server_ca_certs[*].cert)`;
    this.certificateAuthority = Token.asString(ref(all, TerraformStack.of(this)));
  }
}
