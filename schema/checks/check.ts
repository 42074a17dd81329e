import { bucketsWith } from "../buckets";
import type { Environment } from "../environment";
import type { Pointer, Release } from "../release";
import type { System } from "../system";

/** What a problem shows in place of the value at its path. */
export interface Shows {
  readonly secret?: boolean;
  /** A wrong name, in place of everything under it. */
  readonly value?: unknown;
}

/** Reports a problem at a path of one of the files. The problem shows the value at the path. */
export type Say = Record<
  "system" | "environment" | "release" | "pointer",
  (path: readonly PropertyKey[], rule: string, remedy: string, shows?: Shows) => void
>;

export interface Subject {
  readonly systemName: string;
  readonly environmentName: string;
  /** The system with the services of all modules, as far as it has the right shape. */
  readonly declared: System;
  /** Which releases the environment runs; empty if its file is wrong. */
  readonly pointer: Partial<Pointer>;
  /** Whether the release is the one that runs beside the stable one. */
  readonly isCandidate: boolean;
  readonly say: Say;
  /** The process's environment variables: confirmations that nobody can commit. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * What must hold between fields. A check runs once the sections that it needs have the right shape. A check that needs
 * sections of the environment gets the system as the environment runs it; others get the whole system.
 */
export interface Check {
  readonly needs: { system: readonly string[]; environment: readonly string[]; release: readonly string[] };
  readonly run: (system: System, environment: Environment, release: Release, subject: Subject) => void;
}

/** A check of the named sections of the three files. */
export const check = <S extends keyof System, E extends keyof Environment, R extends keyof Release>(
  system: readonly S[],
  environment: readonly E[],
  release: readonly R[],
  run: (s: Pick<System, S>, e: Pick<Environment, E>, r: Pick<Release, R>, subject: Subject) => void,
): Check => ({ needs: { system, environment, release }, run });

/** A record's own value under a name from a file. Inherited properties do not count. */
export const own = <T>(record: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(record, name) ? record[name] : undefined;

/** Names of what can have public hosts. */
export const hosted = (system: Pick<System, "services" | "frontends" | "buckets">): string[] => [
  ...Object.keys(system.services).filter((name) => system.services[name]?.port),
  ...system.frontends,
  ...bucketsWith(system, "public"),
];

/** What is wrong with a name that is not one of {@link hosted}. */
export const NOT_HOSTED = "is neither a frontend nor a public bucket nor a service with a port";

export const list = (names: Iterable<string>): string => [...names].join(", ") || "none";

/** The remedy of a name that is unknown. */
export const oneOf = (names: Iterable<string>): string => {
  const known = [...new Set(names)];
  return known.length ? `use one of ${list(known)}` : "remove it, because there is none to choose from";
};
