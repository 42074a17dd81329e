import { type ApiError, denied, invalid, notFound, unknownHere } from "./api-error";
import { apiKey } from "./api-key";
import type { Body } from "./body";
import { Operations } from "./operations";
import { Access } from "./permissions/access";
import { Policies } from "./policies";
import { Propagation } from "./propagation";
import type { Service } from "./service";
import { SERVICES } from "./services";
import { checkShape, named, withoutNulls } from "./shape";
import { Store } from "./store";
import { ADMINISTRATOR, type Caller, TOKEN_LIFE, Tokens } from "./tokens";

export interface CloudOptions {
  /** Minutes of the model that pass in one minute here; everything is done at once by default. */
  readonly speed?: number;
  /** APIs that every project has enabled from the start: what is done by hand before the first deploy. */
  readonly enabledApis?: readonly string[];
  /** Minor version of Kubernetes that a new cluster in the regular channel has: `1.35` by default. */
  readonly kubernetesVersion?: string;
  /** The control plane of every cluster. */
  readonly kubernetes?: Kubernetes;
  /** Permissions that nobody but administrators has, whatever their roles; none by default. */
  readonly withheld?: readonly string[];
  /** Whether nobody logs in to databases, so that their users own nothing. By default each has made something. */
  readonly unusedDatabases?: boolean;
  /**
   * Whether a fresh API, service account or grant is seen only after a while, as at Google: by the second call that needs it,
   * where everything is done at once.
   */
  readonly eventuallyConsistent?: boolean;
  /** Milliseconds that tell whether something is fresh; this machine's clock by default. */
  readonly clock?: () => number;
}

export interface Kubernetes {
  /** Host and port of its API. */
  readonly host: string;
  /** Its certificate authority, PEM. */
  readonly authority: string;
  /** Makes it what a cluster of GKE with this configuration is. */
  prepare?(cluster: Body): Promise<unknown>;
  /** Lets the cluster's controllers bring Google Cloud up to date with its objects; called before every deletion. */
  sync?(cloud: Cloud): Promise<unknown>;
}

/** A request before it has found its route. */
export interface Request {
  readonly method: string;
  readonly service: string;
  /** Of the API: `v1`. */
  readonly version?: string | undefined;
  readonly path: string;
  readonly query?: URLSearchParams;
  /** JSON, which the route checks. */
  readonly body?: unknown;
  /** An administrator by default. */
  readonly caller?: Caller;
}

/** The fake Google Cloud: what exists in it, and what its services answer. */
export class Cloud {
  readonly store = new Store();
  readonly access = new Access(this);
  readonly operations: Operations;
  /** Nothing is late unless it is asked for. */
  readonly propagation: Propagation | undefined;
  readonly policies: Policies;
  /** What no call returns: passwords of SQL users, by path. */
  readonly passwords = new Map<string, string>();
  /** Contents of Cloud Storage's objects, by key. */
  readonly contents = new Map<string, string>();
  /** When what is gone was deleted, of what keeps its name for a while, by key. */
  readonly deleted = new Map<string, number>();
  private readonly numbers = new Map<string, string>();
  private serial = 1000;

  constructor(
    readonly options: CloudOptions = {},
    readonly tokens = new Tokens(TOKEN_LIFE),
  ) {
    const { speed = Number.POSITIVE_INFINITY, clock = Date.now } = options;
    this.operations = new Operations(speed);
    this.propagation = options.eventuallyConsistent ? new Propagation(speed, clock) : undefined;
    this.policies = new Policies(this.propagation);
  }

  /** What the service answers; fails with what it refuses. */
  call(request: Request): unknown {
    const { method, service: name, version, path: asSent, query = new URLSearchParams(), body } = request;
    const service = SERVICES.find((s) => s.name === name);
    const path = this.withProjectId(asSent);
    const unknown = unknownHere(`the fake does not know ${method} ${name} ${path}`);
    if (!service) throw unknown;
    this.needApi(service, path);
    for (const { method: m, path: pattern, handle, body: shape } of service.routes) {
      const match = m === method ? pattern.exec(path) : undefined;
      if (!match) continue;
      const message = messageOf(body);
      checkShape(message, shape);
      const sent = named(method === "PATCH" ? message : withoutNulls(message), shape);
      const call = { method, version, path, params: { ...match.groups }, query, body: sent };
      this.access.check({ ...call, service: name, caller: request.caller ?? [ADMINISTRATOR] });
      return handle(call, this);
    }
    throw unknown;
  }

  /** An object, if calls see it already. */
  find(key: string): Body | undefined {
    return this.isSeen(key) ? this.store.get(key) : undefined;
  }

  isSeen(what: string): boolean {
    return this.propagation?.isSeen(what) ?? true;
  }

  /** An object that must be there, and finished. */
  need(key: string, missing: ApiError = notFound(`${key.slice(key.indexOf("/") + 1)} was not found`)): Body {
    const object = this.find(key);
    if (!object) throw missing;
    return object;
  }

  /** Refuses what refers to something that is still being made. */
  needReady(key: string): void {
    if (this.operations.on(key)) throw invalid(`The resource '${key}' is not ready`, "resourceNotReady");
  }

  /** Projects have numbers, which stand for them in names and accounts. */
  numberOf(project: string): string {
    const known = this.numbers.get(project);
    if (known) return known;
    const number = String(123456789012 + this.numbers.size);
    this.numbers.set(project, number);
    return number;
  }

  projectOf(number: string): string | undefined {
    return [...this.numbers].find(([, n]) => n === number)?.[0];
  }

  /** A number that nothing else has. */
  next(): number {
    return this.serial++;
  }

  isEnabled(project: string, api: string): boolean {
    const key = apiKey(project, api);
    const state = this.store.get(key)?.state ?? (this.options.enabledApis?.includes(api) ? "ENABLED" : "DISABLED");
    return state === "ENABLED" && !this.operations.on(key);
  }

  private needApi({ api }: Service, path: string): void {
    const [, project] = /^projects\/([^/:]+)/.exec(path) ?? [];
    if (!api || !project || (this.isEnabled(project, api) && this.isSeen(apiKey(project, api)))) return;
    throw denied(
      `${api} API has not been used in project ${this.numberOf(project)} before or it is disabled. Enable it by visiting https://console.developers.google.com/apis/api/${api}/overview?project=${project} then retry. If you enabled this API recently, wait a few minutes for the action to propagate to our systems and retry.`,
      "accessNotConfigured",
    );
  }

  /** A path with the project's id where it has its number. */
  withProjectId(path: string): string {
    const [, number] = /^projects\/(\d+)(?=[/:]|$)/.exec(path) ?? [];
    const project = number && this.projectOf(number);
    return project ? path.replace(`projects/${number}`, `projects/${project}`) : path;
  }
}

/** What was sent, which must be a message; nothing is an empty one. */
function messageOf(body: unknown): Body {
  if (body === undefined) return {};
  if (typeof body === "object" && body !== null && !Array.isArray(body)) return body;
  throw invalid('Invalid JSON payload received. Unknown name "": Root element must be a message.');
}
