import type { Environment } from "./environment";
import { withEarlier } from "./order";
import type { Parsed } from "./parse";
import { imagesOf } from "./release";
import type { SmokeCheck } from "./smoke-check";
import type { System } from "./system";
import { workloads } from "./workloads";

/** The entries of a record that pass a test of their names. */
const only = <T>(record: Readonly<Record<string, T>>, test: (name: string) => boolean): Record<string, T> =>
  Object.fromEntries(Object.entries(record).filter(([name]) => test(name)));

/** Name of the first module that lists a service. */
export const moduleOf = ({ modules }: Pick<System, "modules">, service: string): string | undefined =>
  Object.keys(modules).find((name) => modules[name]?.services.includes(service));

/**
 * The system as an environment runs it: without the services of modules that the environment does not enable, without the
 * scheduled tasks and checks that connect to them, and without the tasks, buckets, variables and images that only those use. Services
 * of no module are in every environment. Production has no checks that write. What is built of a system is built of this one, so nothing else has to know this.
 */
export function enabled(system: System, { modules: on, purpose }: Pick<Environment, "modules" | "purpose">): System {
  const isOn = (service: string): boolean => {
    const module = moduleOf(system, service);
    return module === undefined || on === undefined || on.includes(module);
  };
  const services = only(system.services, isOn);
  const off = Object.values(only(system.services, (service) => !isOn(service)));
  const isThere = (to: string): boolean => !system.services[to] || isOn(to);
  const isOf = (check: SmokeCheck): boolean =>
    check.kind === "job"
      ? (check.readOnly || purpose !== "production") && check.connects.every(isThere)
      : check.kind === "manual" || isThere(check.of);
  const smokeChecks = only(system.smokeChecks, (name) => isOf(system.smokeChecks[name] as SmokeCheck));
  if (!off.length && Object.keys(smokeChecks).length === Object.keys(system.smokeChecks).length) return system;
  const scheduled = only(system.scheduled, (name) => Boolean(system.scheduled[name]?.connects.every(isThere)));
  // A task that no service waits for is no module's.
  const ofOff = withEarlier(
    system.tasks,
    off.flatMap(({ after }) => after),
  );
  const kept = withEarlier(system.tasks, [
    ...[...Object.values(services), ...Object.values(scheduled)].flatMap(({ after }) => after),
    ...Object.keys(system.tasks).filter((task) => !ofOff.has(task)),
  ]);
  const tasks = only(system.tasks, (task) => kept.has(task));
  const runs = { services, tasks, scheduled, smokeChecks };
  const used = [...workloads(runs), ...Object.values(system.vercel)].flatMap(({ variables }) => variables);
  const images = imagesOf(runs);
  const buckets = workloads(runs).flatMap((workload) => Object.keys(workload.buckets));
  return {
    ...system,
    ...runs,
    buckets: only(system.buckets, (bucket) => buckets.includes(bucket)),
    variables: only(system.variables, (variable) => used.includes(variable)),
    atLeastOne: system.atLeastOne.filter((group) => group.some((variable) => used.includes(variable))),
    images: only(system.images, (image) => images.includes(image)),
  };
}

/** Sections that depend on which modules are enabled, and on the purpose. */
const PARTS: readonly string[] = [
  "modules",
  "services",
  "tasks",
  "scheduled",
  "smokeChecks",
  "buckets",
  "variables",
  "atLeastOne",
  "images",
  "vercel",
] satisfies (keyof System)[];

/**
 * The same of files, as far as they have the right shape. If they do not say which modules are enabled, the parts that
 * depend on it are not valid, because every rule about them could say something wrong.
 */
export function enabledIn(system: Parsed<System>, environment: Parsed<Environment>): Parsed<System> {
  const { value, valid } = system;
  const known =
    PARTS.every((part) => valid.has(part)) && environment.valid.has("modules") && environment.valid.has("purpose");
  if (!known && valid.has("modules") && !Object.keys(value.modules).length) return system;
  if (known && (environment.value.modules ?? []).every((name) => Object.hasOwn(value.modules, name)))
    return { ...system, value: enabled(value, environment.value) };
  return { ...system, valid: new Set([...valid].filter((part) => !PARTS.includes(part))) };
}
