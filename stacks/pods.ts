import type { ITerraformDependable } from "cdktf";
import type { Construct } from "constructs";
import { serviceAccount } from "../constructs/identity/service-account";
import { type Allowance, HOST_AGENT, INTERNET } from "../constructs/kubernetes/network-policy";
import type { PodProps } from "../constructs/workloads/pod";
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

/** What the pods of all kinds of workloads have: images, configuration, connections, and what must exist before them. */
export class Pods {
  /** Allowed connections to anything but the system's services. */
  private readonly outside: Readonly<Record<string, Allowance>>;
  /** Service accounts by the names of workloads. */
  private readonly serviceAccounts = new Map<string, string>();

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
   * Returns the pod of a workload that runs a release.
   * @param actsAs the Google service account of a service
   */
  of(
    scope: Construct,
    workload: string,
    {
      image,
      command,
      pool,
      resources,
      variables,
      port,
      direct = false,
    }: Pick<Service, "image" | "command" | "pool" | "resources" | "variables"> & { port?: number; direct?: boolean },
    running: Running,
    actsAs?: string,
  ): PodProps {
    const { system, environment } = this.props;
    const namespace = this.props.namespace.name;
    const name = running.named(workload);
    // Both releases of a workload have one service account.
    const account =
      this.serviceAccounts.get(workload) ??
      serviceAccount(scope, "service-account", { namespace, name: workload, actsAs });
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

  egress(connects: readonly string[]): Record<string, Allowance> {
    const { environment, datastores } = this.props;
    const absent = (to: string) => (to === "host-agent" ? !environment.datadog : isDatastore(to) && !datastores[to]); // an optional cache
    const there = connects.filter((to) => !absent(to));
    return Object.fromEntries(
      there.map((to) => {
        const port = this.props.system.services[to]?.port as number;
        return [to, this.outside[to] ?? { peers: [{ workload: to }], ports: [{ port }] }];
      }),
    );
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
