/** What the files of a system hold, not validated yet. */
export interface Files {
  readonly system: unknown;
  /** By name. */
  readonly environments: Readonly<Record<string, { readonly environment: unknown; readonly release: unknown }>>;
}

/** Where a knob is turned. */
export interface Context {
  readonly files: Files;
  readonly stack: string;
  /** Names of the entries on the way to it. */
  readonly names: readonly (string | number)[];
  /** What is there before. */
  readonly before: unknown;
}

/** What is set, by path (`system. ...`, `environment. ...`, `release. ...`; a star is the knob's own). */
export type Values = Readonly<Record<string, unknown>>;

/** How to turn a knob if the schema does not say it. Functions get the {@link Context}. */
export interface Hand {
  /** Value; of a list or record, what is added. */
  readonly to?: unknown;
  /** Name of the knob to turn first, unless it encloses this one. */
  readonly after?: string;
  /** What must change together with it. */
  readonly with?: Values;
  /** The same for the removal. */
  readonly without?: Values;
  /** Why no update can turn it: it would replace a protected resource, so the plan is refused. */
  readonly fixed?: string;
  /** Whether Google refuses it, or the way back, only during the apply. */
  readonly late?: boolean;
  /** Why validation rejects it in every system and environment, unless something else changes too. */
  readonly refused?: string;
  /** It makes a protected resource, so protections must be lifted to turn it back. */
  readonly protects?: boolean;
  /** Why it cannot be turned back: the plan of the way back is refused. */
  readonly oneWay?: string;
  /** Addresses of resources that it replaces or removes, although they serve or hold data. */
  readonly replaces?: RegExp;
  /** Why a second apply is needed, there and back. */
  readonly again?: string;
  /** Why it restarts a datastore that has a single server. */
  readonly restarts?: string;
}

// biome-ignore lint/suspicious/noExplicitAny: a system's files, not validated yet
export type Any = any;
export const environment = ({ files, stack }: Context): Any => files.environments[stack]?.environment;
export const system = ({ files }: Context): Any => files.system;
/** Another of the environment's node pools. */
export const otherPool = (context: Context): string | undefined =>
  Object.keys(environment(context).cluster.nodePools ?? {}).find((pool) => pool !== context.before) ??
  (context.before ? "another" : undefined);
/** A host beside the first one of a service. */
export const beside = (context: Context): string => {
  const hosts = Object.values(environment(context).services).flatMap((service: Any) => service.hosts ?? []);
  return `knob.${String(hosts[0]).split(".").slice(1).join(".")}`;
};
export const firstService = (context: Context): string => Object.keys(system(context).services)[0] as string;
/** A task that does nothing, of the first service's image. */
export const task = (context: Context): Any => {
  const { image, pool, resources } = system(context).services[firstService(context)];
  return { image, command: ["true"], pool, resources, changesDatabase: false, deadlineSeconds: 60 };
};
/** The service, task or check that a knob is in. */
export const workload = (context: Context): Any =>
  system(context).services[context.names[0] as string] ??
  system(context).tasks?.[context.names[0] as string] ??
  system(context).scheduled?.[context.names[0] as string] ??
  system(context).smokeChecks?.[context.names[0] as string];
