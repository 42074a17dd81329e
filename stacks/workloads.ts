import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { Keda } from "../constructs/autoscaling/keda";
import type { Shares } from "../constructs/edge/shares";
import type { ConfigMap } from "../constructs/kubernetes/config-map";
import type { Namespace } from "../constructs/kubernetes/namespace";
import { PrometheusStack } from "../constructs/monitoring/prometheus-stack";
import type { Platform } from "../constructs/platform";
import { wait } from "../constructs/terraform/wait";
import { ScheduledTask } from "../constructs/workloads/scheduled-task";
import { SmokeJob } from "../constructs/workloads/smoke-job";
import { Task } from "../constructs/workloads/task";
import { WebService, type WebServiceProps } from "../constructs/workloads/web-service";
import { Workload, type WorkloadProps } from "../constructs/workloads/workload";
import { candidateOf } from "../facts/candidate";
import type { Route } from "../facts/routes";
import { type Candidate, candidateTasks, hasStrategy, runnersOf, shareOf } from "../schema/candidate";
import type { Environment } from "../schema/environment";
import { inOrder } from "../schema/order";
import { type Release, withConfiguration } from "../schema/release";
import type { ScheduledTask as Scheduled } from "../schema/scheduled-task";
import { type SmokeJob as SmokeJobCheck, smokeJobs } from "../schema/smoke-check";
import type { System } from "../schema/system";
import { isName } from "../schema/web";
import type { Service } from "../schema/workload";
import type { Buckets } from "./buckets";
import { clientsOf } from "./connections";
import type { Datastores } from "./datastores";
import { edgeOf } from "./edge";
import { type PodFields, Pods, type Running } from "./pods";
import type { Secrets } from "./secrets";
import { originsOf, Variables } from "./variables";

export interface WorkloadsProps {
  readonly platform: Platform;
  readonly system: System;
  readonly environment: Environment;
  readonly release: Release;
  /** The release that services with a strategy run beside the stable one, if there is one. */
  readonly candidate?: Candidate;
  /** Whether the database is newer than the stable release. */
  readonly databaseAhead: boolean;
  readonly secrets: Secrets;
  readonly datastores: Datastores;
  readonly buckets: Buckets;
  readonly namespace: Namespace;
  /** Certificate authorities of the datastores, if they have any. */
  readonly certificates?: ConfigMap;
  /** Measures queues, if services are scaled by them. */
  readonly keda?: Keda;
}

/** A service that has hosts. */
interface PublicService {
  /** Names of the workloads that answer its requests, whether or not a candidate is there. */
  readonly workloads: readonly string[];
  readonly port: number;
  readonly service: Service;
  readonly timeoutSeconds: number;
  /** Origins whose pages can call it from browsers. */
  readonly corsOrigins: readonly string[];
  /** Which Services answer its requests. Without it, the one that it is named after answers all of them. */
  readonly shares?: Shares;
}

/** Default timeout of a service, in seconds. */
const TIMEOUT = 60;
/**
 * Seconds after which a change of access usually applies.
 * {@link https://cloud.google.com/iam/docs/access-change-propagation}
 */
const ACCESS = 120;

/** The system's tasks and services, with their configuration, identities and connections. */
export class Workloads extends Construct {
  /** The routes of the public hosts. */
  readonly routes: Route[] = [];
  /** The services that have hosts, by the name of their Service. */
  readonly publicServices: Record<string, PublicService> = {};
  private readonly stable: Running;
  private readonly candidate?: Running;
  private readonly pods: Pods;
  private readonly tasks = new Map<string, ITerraformDependable>();

  constructor(
    scope: Construct,
    id: string,
    private readonly props: WorkloadsProps,
  ) {
    super(scope, id);
    const { system, release, candidate, databaseAhead } = props;
    const running = (of: Release, named: Running["named"]): Running => {
      const variables = new Variables({ ...props, system: withConfiguration(system, of), release: of });
      return { release: of, variables, named };
    };
    this.pods = new Pods(props);
    this.stable = running(release, (workload) => workload);
    this.candidate = candidate && running(candidate.release, candidateOf);
    const beside = candidateTasks(system);
    for (const task of inOrder(system.tasks)) {
      const besides = this.candidate && beside.has(task);
      const isOlder = databaseAhead || besides; // the candidate's migrations are newer
      this.run(task, this.stable, !(isOlder && system.tasks[task]?.changesDatabase));
      if (this.candidate && besides) this.run(task, this.candidate);
    }
    for (const service of Object.keys(system.services)) this.serve(service);
    for (const [name, task] of Object.entries(system.scheduled)) this.schedule(name, task);
    for (const [name, job] of Object.entries(smokeJobs(system.smokeChecks))) this.check(name, job);
  }

  private check(name: string, job: SmokeJobCheck): void {
    const scope = new Construct(this, name);
    const { ready, ...props } = this.job(scope, name, job, this.stable);
    new SmokeJob(scope, "smoke-job", { ...props, dependsOn: [this.props.platform.admission, ...ready] });
  }

  private schedule(name: string, task: Scheduled): void {
    const scope = new Construct(this, name);
    const { ready, ...props } = this.job(scope, name, task, this.stable);
    new ScheduledTask(scope, "scheduled-task", {
      ...props,
      schedule: task.schedule,
      timeZone: task.timeZone,
      dependsOn: [...this.pods.needs(task), ...ready, ...this.jobs(task.after, this.stable)],
    });
  }

  /**
   * Declares a task of a release.
   * @param runs whether it runs: an older migration fails on a newer database, as with Alembic's "Can't locate revision"
   */
  private run(task: string, running: Running, runs = true): void {
    const config = this.props.system.tasks[task] as System["tasks"][string];
    const name = running.named(task);
    const scope = new Construct(this, name);
    const { ready, ...props } = this.job(scope, task, { ...config, direct: config.changesDatabase }, running);
    const { buckets, signsUrls } = config;
    // A Job that starts before its access applies fails, and is not repeated. A candidate's starts after the stable one.
    const access =
      ready.length && name === task
        ? [wait(scope, "access", { seconds: ACCESS, changesWith: { buckets, signsUrls }, dependsOn: ready })]
        : [];
    // The id is part of the addresses of Jobs that have been deployed. Another one would run them again.
    const { job } = new Task(scope, "migration", {
      ...props,
      runs,
      dependsOn: [
        ...this.pods.needs(config),
        ...access,
        ...this.jobs(config.after, running),
        ...(name === task ? [] : this.jobs([task], this.stable)), // two releases never migrate at the same time
      ],
    });
    if (job) this.tasks.set(name, job);
  }

  private serve(name: string): void {
    const { platform, system, environment, secrets } = this.props;
    const service = system.services[name] as Service;
    const { hosts } = environment.services[name] as Environment["services"][string];
    const scope = new Construct(this, name);
    const identity = this.pods.identify(scope, name, service);
    secrets.grantAccess(name, service.variables, identity.member);
    const front = hosts.length ? edgeOf(environment).front(scope, { platform, name, service }) : undefined;
    const stable = this.deploy(scope, name, this.stable, front);
    if (!(stable instanceof WebService) || !hosts.length) return;
    const { port, paths, timeoutSeconds = TIMEOUT } = service;
    const corsOrigins = (service.cors?.origins ?? []).flatMap((origin) =>
      isName(origin) ? originsOf(environment, origin) : origin,
    );
    this.publicServices[stable.name] = {
      workloads: runnersOf(system, name),
      port: port as number,
      service,
      timeoutSeconds,
      corsOrigins,
      shares: hasStrategy(service) ? this.shares(name, service, stable, front) : undefined,
    };
    for (const host of hosts) for (const path of paths) this.routes.push({ host, path, service: stable.name });
  }

  /** Deploys the candidate of a service, if there is one, and returns which share of the requests each of the two gets. */
  private shares(name: string, service: Service, stable: WebService, front: WebServiceProps["public"]): Shares {
    const { candidate } = this.props;
    if (!candidate || !this.candidate) return { of: { [stable.name]: 100 }, rollouts: [stable.rollout] };
    const scope = new Construct(this, candidateOf(name));
    const web = this.deploy(scope, name, this.candidate, front) as WebService;
    web.rollout.lifecycle = { createBeforeDestroy: true }; // deleted after no route leads to it
    const share = shareOf(service, candidate);
    const of = { [stable.name]: 100 - share, [web.name]: share };
    return { of, rollouts: [stable.rollout, web.rollout] };
  }

  /** Deploys one release of a service. */
  private deploy(
    scope: Construct,
    name: string,
    running: Running,
    front: WebServiceProps["public"],
  ): Workload | WebService {
    const { system, environment, namespace } = this.props;
    const service = system.services[name] as Service;
    const { replicas } = environment.services[name] as Environment["services"][string];
    const workload = {
      namespace,
      pod: this.pods.of(scope, name, service, running),
      serving: service,
      replicas: replicasOf(service, replicas, this.props.keda),
      egress: this.pods.egress(service),
      scrapers: PrometheusStack.SCRAPERS,
      dependsOn: [
        ...this.pods.needs(service),
        ...this.pods.identify(scope, name, service).ready,
        ...this.jobs(service.after, running),
      ],
    };
    const { port, health, timeoutSeconds = TIMEOUT } = service;
    if (!port || !("ready" in health)) return new Workload(scope, "workload", workload);
    return new WebService(scope, "web-service", {
      ...workload,
      serving: { ...service, port, health, timeoutSeconds },
      public: front,
      clients: running === this.stable ? clientsOf(system, name) : [],
    });
  }

  /** Returns the props of a Job of any kind. It has a Google service account if it uses buckets; `ready` is its access. */
  private job(
    scope: Construct,
    workload: string,
    job: PodFields & Pick<Service, "connects" | "buckets" | "signsUrls"> & { readonly deadlineSeconds: number },
    running: Running,
  ) {
    const identity = Object.keys(job.buckets).length ? this.pods.identify(scope, workload, job) : undefined;
    return {
      namespace: this.props.namespace,
      pod: this.pods.of(scope, workload, job, running),
      deadline: job.deadlineSeconds,
      egress: this.pods.egress(job),
      ready: identity ? [identity.binding, ...identity.ready] : [],
    };
  }

  /** Returns the Jobs of a release's tasks, which were created before. There is none for a task that the database is ahead of. */
  private jobs(tasks: readonly string[], { named }: Running): ITerraformDependable[] {
    return tasks.flatMap((task) => this.tasks.get(named(task)) ?? []);
  }
}

/** Returns how many pods a service has. Validation has checked that a range has a load or a queue. */
function replicasOf(
  { single, autoscale }: Service,
  replicas: Environment["services"][string]["replicas"],
  keda: Keda | undefined,
): WorkloadProps["replicas"] {
  if (single) return "single";
  if (typeof replicas === "number") return replicas;
  const by = autoscale as NonNullable<typeof autoscale>;
  return "queue" in by ? { ...replicas, queue: { ...by.queue, login: (keda as Keda).login } } : { ...replicas, ...by };
}
