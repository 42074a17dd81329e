import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { Route } from "../constructs/edge/ingress";
import { serviceAccount } from "../constructs/identity/service-account";
import { WorkloadIdentity } from "../constructs/identity/workload-identity";
import type { ConfigMap } from "../constructs/kubernetes/config-map";
import type { Namespace } from "../constructs/kubernetes/namespace";
import { type Allowance, HOST_AGENT, INTERNET } from "../constructs/kubernetes/network-policy";
import { PrometheusStack } from "../constructs/monitoring/prometheus-stack";
import type { Platform } from "../constructs/platform";
import type { PodProps } from "../constructs/workloads/pod";
import { ScheduledTask } from "../constructs/workloads/scheduled-task";
import { SmokeJob } from "../constructs/workloads/smoke-job";
import { Task } from "../constructs/workloads/task";
import { WebService } from "../constructs/workloads/web-service";
import { Workload } from "../constructs/workloads/workload";
import { accountId } from "../facts/names";
import type { Environment } from "../schema/environment";
import { inOrder } from "../schema/order";
import { imageOf, type Release } from "../schema/release";
import type { ScheduledTask as Scheduled } from "../schema/scheduled-task";
import { type SmokeJob as SmokeJobCheck, smokeJobs } from "../schema/smoke-check";
import type { System } from "../schema/system";
import { DATASTORES, isDatastore } from "../schema/variable";
import { isName } from "../schema/web";
import type { Service } from "../schema/workload";
import { clientsOf } from "./connections";
import type { Datastores } from "./datastores";
import { edgeOf } from "./edge";
import type { Secrets } from "./secrets";
import { originsOf, Variables } from "./variables";

export interface WorkloadsProps {
  readonly platform: Platform;
  readonly system: System;
  readonly environment: Environment;
  readonly release: Release;
  readonly secrets: Secrets;
  readonly datastores: Datastores;
  readonly namespace: Namespace;
  /** Certificate authorities of the datastores, if they have any. */
  readonly certificates?: ConfigMap;
}

/** A service that has hosts. */
interface PublicService {
  readonly workload: string;
  readonly port: number;
  readonly service: Service;
  readonly timeoutSeconds: number;
  /** Origins whose pages can call it from browsers. */
  readonly corsOrigins: readonly string[];
}

/** Default timeout of a service, in seconds. */
const TIMEOUT = 60;

/** The system's tasks and services, with their configuration, identities and connections. */
export class Workloads extends Construct {
  /** The routes of the public hosts. */
  readonly routes: Route[] = [];
  /** The services that have hosts, by the name of their Service. */
  readonly publicServices: Record<string, PublicService> = {};
  private readonly variables: Variables;
  /** Allowed connections to anything but the system's services. */
  private readonly outside: Readonly<Record<string, Allowance>>;
  private readonly tasks = new Map<string, ITerraformDependable>();

  constructor(
    scope: Construct,
    id: string,
    private readonly props: WorkloadsProps,
  ) {
    super(scope, id);
    const { system, datastores } = props;
    this.variables = new Variables(props);
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
    for (const task of inOrder(system.tasks)) this.run(task);
    for (const service of Object.keys(system.services)) this.serve(service);
    for (const [name, task] of Object.entries(system.scheduled)) this.schedule(name, task);
    for (const [name, job] of Object.entries(smokeJobs(system.smokeChecks))) this.check(name, job);
  }

  private check(name: string, job: SmokeJobCheck): void {
    const scope = new Construct(this, name);
    new SmokeJob(scope, "smoke-job", {
      namespace: this.props.namespace,
      pod: this.pod(scope, name, job),
      deadline: job.deadlineSeconds,
      egress: this.egress(job.connects),
      dependsOn: [this.props.platform.admission],
    });
  }

  private schedule(name: string, task: Scheduled): void {
    const scope = new Construct(this, name);
    new ScheduledTask(scope, "scheduled-task", {
      namespace: this.props.namespace,
      pod: this.pod(scope, name, task),
      schedule: task.schedule,
      timeZone: task.timeZone,
      deadline: task.deadlineSeconds,
      egress: this.egress(task.connects),
      dependsOn: [...this.needs(task), ...this.jobs(task.after)],
    });
  }

  private run(name: string): void {
    const task = this.props.system.tasks[name] as System["tasks"][string];
    const scope = new Construct(this, name);
    // The id is part of the addresses of Jobs that have been deployed. Another one would run them again.
    const { job } = new Task(scope, "migration", {
      namespace: this.props.namespace,
      pod: this.pod(scope, name, { ...task, direct: task.changesDatabase }),
      deadline: task.deadlineSeconds,
      egress: this.egress(task.connects),
      dependsOn: [...this.needs(task), ...this.jobs(task.after)],
    });
    this.tasks.set(name, job);
  }

  private serve(name: string): void {
    const { platform, system, environment, secrets, namespace } = this.props;
    const service = system.services[name] as Service;
    const { replicas, hosts } = environment.services[name] as Environment["services"][string];
    const scope = new Construct(this, name);
    const identity = new WorkloadIdentity(scope, "identity", {
      platform,
      accountId: accountId(platform.names.system, name),
      namespace: system.namespace,
      serviceAccount: name,
    });
    secrets.grantAccess(name, service.variables, identity.member);
    const workload = {
      namespace,
      pod: this.pod(scope, name, service, identity.email),
      serving: service,
      // Validation has checked that a range has a load.
      replicas:
        typeof replicas === "number"
          ? replicas
          : { ...replicas, ...(service.autoscale as NonNullable<Service["autoscale"]>) },
      egress: this.egress(service.connects),
      scrapers: PrometheusStack.SCRAPERS,
      dependsOn: [...this.needs(service), ...this.jobs(service.after)],
    };
    const { port, health, paths, timeoutSeconds = TIMEOUT } = service;
    if (!port || !("ready" in health)) {
      new Workload(scope, "workload", workload);
      return;
    }
    const web = new WebService(scope, "web-service", {
      ...workload,
      serving: { ...service, port, health, timeoutSeconds },
      public: hosts.length ? edgeOf(environment).front(scope, { platform, name, service }) : undefined,
      clients: clientsOf(system, name),
    });
    if (!hosts.length) return;
    const corsOrigins = (service.cors?.origins ?? []).flatMap((origin) =>
      isName(origin) ? originsOf(environment, origin) : origin,
    );
    this.publicServices[web.name] = { workload: name, port, service, timeoutSeconds, corsOrigins };
    for (const host of hosts) for (const path of paths) this.routes.push({ host, path, service: web.name });
  }

  private pod(
    scope: Construct,
    name: string,
    {
      image,
      command,
      pool,
      resources,
      variables,
      port,
      direct = false,
    }: Pick<Service, "image" | "command" | "pool" | "resources" | "variables"> & { port?: number; direct?: boolean },
    actsAs?: string,
  ): PodProps {
    const { system, environment, release } = this.props;
    const namespace = this.props.namespace.name;
    return {
      name,
      image: imageOf(environment, release, image),
      runAs: system.images[image],
      command,
      place: this.props.platform.cluster.place(pool),
      resources,
      serviceAccount: serviceAccount(scope, "service-account", { namespace, name, actsAs }),
      ...this.variables.of(scope, namespace, name, variables, { port, direct }),
      certificates: this.props.certificates,
    };
  }

  /** Returns the Jobs of tasks that were created before. */
  private jobs(tasks: readonly string[]): ITerraformDependable[] {
    return tasks.map((task) => this.tasks.get(task) as ITerraformDependable);
  }

  private egress(connects: readonly string[]): Record<string, Allowance> {
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
  private needs({ pool, connects }: Pick<Service, "pool" | "connects">): ITerraformDependable[] {
    return [
      this.props.platform.cluster.place(pool).ready,
      this.props.platform.admission,
      ...DATASTORES.flatMap((name) => (connects.includes(name) ? (this.props.datastores[name]?.ready ?? []) : [])),
    ];
  }
}
