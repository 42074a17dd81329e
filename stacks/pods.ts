import type { ITerraformDependable } from "cdktf";
import type { Construct } from "constructs";
import { GOOGLE_APIS } from "../constructs/identity/google-apis";
import { serviceAccount } from "../constructs/identity/service-account";
import { WorkloadIdentity } from "../constructs/identity/workload-identity";
import { type Allowance, HOST_AGENT, INTERNET } from "../constructs/kubernetes/network-policy";
import type { PodProps } from "../constructs/workloads/pod";
import { accountId } from "../facts/names";
import { imageOf, type Release } from "../schema/release";
import { DATASTORES, isDatastore } from "../schema/variable";
import type { Service } from "../schema/workload";
import type { Variables } from "./variables";
import type { WorkloadsProps } from "./workloads";

/** A release that workloads run. */
export interface Running {
  readonly release: Release;
  readonly variables: Variables;
  /** Returns the name of the workload that runs it. */
  named(workload: string): string;
}

/** The fields of workloads that describe their pods. */
export type PodFields = Pick<Service, "image" | "command" | "pool" | "resources" | "variables"> & {
  readonly port?: number;
  /** Whether it must not connect to the database through a pooler. */
  readonly direct?: boolean;
};

/** A workload's Google service account. */
interface Identity extends Pick<WorkloadIdentity, "email" | "member" | "binding"> {
  /** What gives it access to its buckets. */
  readonly ready: readonly ITerraformDependable[];
}

/** What the pods of all kinds of workloads have: images, configuration, connections, and what must exist before them. */
export class Pods {
  /** Allowed connections to anything but the system's services. */
  private readonly outside: Readonly<Record<string, Allowance>>;
  /** Service accounts by the names of workloads. */
  private readonly serviceAccounts = new Map<string, string>();
  private readonly identities = new Map<string, Identity>();

  constructor(private readonly props: WorkloadsProps) {
    const { datastores } = props;
    this.outside = {
      ...Object.fromEntries(
        DATASTORES.flatMap((name) => {
          const store = datastores[name];
          if (!store) return [];
          const ports = new Set([store, ...(store.pooler ? [store.pooler] : [])].map(({ port }) => port));
          return [[name, { peers: store.peers, ports: [...ports].map((port) => ({ port })) }]];
        }),
      ),
      "internet:443": { peers: [INTERNET], ports: [{ port: 443 }] },
      "host-agent": HOST_AGENT,
    };
  }

  /**
   * Returns the Google service account of a workload, with access to its buckets. The first call creates it: both releases
   * of a workload have the same one.
   */
  identify(scope: Construct, workload: string, access: Pick<Service, "buckets" | "signsUrls">): Identity {
    const { platform, system } = this.props;
    const known = this.identities.get(workload);
    if (known) return known;
    const { email, member, binding, signer } = new WorkloadIdentity(scope, "identity", {
      platform,
      accountId: accountId(platform.names.system, workload),
      namespace: system.namespace,
      serviceAccount: workload,
      signs: access.signsUrls,
    });
    const grants = this.props.buckets.grant(scope, access.buckets, member);
    const identity = { email, member, binding, ready: signer ? [...grants, signer] : grants };
    this.identities.set(workload, identity);
    return identity;
  }

  /** Returns the pod of a workload that runs a release. It acts as the Google service account that the workload has. */
  of(
    scope: Construct,
    workload: string,
    { image, command, pool, resources, variables, port, direct = false }: PodFields,
    running: Running,
  ): PodProps {
    const { system, environment } = this.props;
    const namespace = this.props.namespace.name;
    const name = running.named(workload);
    // Both releases of a workload have one service account.
    const account =
      this.serviceAccounts.get(workload) ??
      serviceAccount(scope, "service-account", {
        namespace,
        name: workload,
        actsAs: this.identities.get(workload)?.email,
      });
    this.serviceAccounts.set(workload, account);
    return {
      name,
      container: workload,
      image: imageOf(environment, running.release, image),
      runAs: system.images[image],
      command,
      place: this.props.platform.cluster.place(pool),
      resources,
      serviceAccount: account,
      ...running.variables.of(scope, namespace, name, variables, { port, direct }),
      certificates: this.props.certificates,
    };
  }

  egress({ connects, buckets }: Pick<Service, "connects" | "buckets">): Record<string, Allowance> {
    const { environment, datastores } = this.props;
    const absent = (to: string) => (to === "host-agent" ? !environment.datadog : isDatastore(to) && !datastores[to]); // an optional cache
    const there = connects.filter((to) => !absent(to));
    return {
      ...Object.fromEntries(
        there.map((to) => {
          const port = this.props.system.services[to]?.port as number;
          return [to, this.outside[to] ?? { peers: [{ workload: to }], ports: [{ port }] }];
        }),
      ),
      ...(Object.keys(buckets).length && GOOGLE_APIS),
    };
  }

  /**
   * Returns what must exist before a pod runs: its nodes, the policy for images, and the datastores that it connects
   * to.
   */
  needs({ pool, connects }: Pick<Service, "pool" | "connects">): ITerraformDependable[] {
    return [
      this.props.platform.cluster.place(pool).ready,
      this.props.platform.admission,
      ...DATASTORES.flatMap((name) => (connects.includes(name) ? (this.props.datastores[name]?.ready ?? []) : [])),
    ];
  }
}
