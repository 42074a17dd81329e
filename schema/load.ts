import { inspect } from "node:util";
import type { Candidate } from "./candidate";
import { between } from "./checks/between";
import { bootstrapChecks } from "./checks/bootstrap";
import { bucketsChecks } from "./checks/buckets";
import { candidateChecks } from "./checks/candidate";
import type { Say, Shows } from "./checks/check";
import { choicesChecks } from "./checks/choices";
import { datastoresChecks } from "./checks/datastores";
import { edgeChecks } from "./checks/edge";
import { environmentChecks } from "./checks/environment";
import { freezesChecks } from "./checks/freezes";
import { modulesChecks } from "./checks/modules";
import { orderChecks } from "./checks/order";
import { pathsChecks } from "./checks/paths";
import { pointerChecks } from "./checks/pointer";
import { queuesChecks } from "./checks/queues";
import { sizesChecks } from "./checks/sizes";
import { smokeChecks } from "./checks/smoke";
import { systemChecks } from "./checks/system";
import { checksTogether } from "./checks/together";
import { variablesChecks } from "./checks/variables";
import { vercelChecks } from "./checks/vercel";
import { webChecks } from "./checks/web";
import { type Environment, environmentSchema, processVariables } from "./environment";
import { literal } from "./expressions";
import { type ByEnvironment, environmentFile, type Raw, readFiles, systemFile, systemsIn } from "./files";
import { type Freeze, freezesOf } from "./freeze";
import { enabledIn } from "./modules";
import { type Parsed, parser } from "./parse";
import { plain } from "./plain";
import { at, describe, dotted, type Problem } from "./problem";
import { generationProblems, type Protected, protectedLists } from "./protection";
import { readJson } from "./read";
import { isReleaseId, type Pointer, type Release } from "./release";
import { type Running, running } from "./running";
import { didYouMean } from "./similar";
import { type System, systemSchema } from "./system";

/** A system with its environments, validated. */
export interface Configuration {
  readonly name: string;
  /** The system as its file says, with the services of all modules. */
  readonly declared: System;
  /** All releases of the system, by their ids. */
  readonly releases: Readonly<Record<string, Release>>;
  readonly environments: ByEnvironment<{
    /** The system as the environment runs it. */
    readonly system: System;
    readonly environment: Environment;
    /** The stable release. */
    readonly release: Release;
    /** The release that was stable before, if Vercel keeps its frontends. */
    readonly previous?: Release;
    /** The release that services with a strategy run beside it, if there is one. */
    readonly candidate?: Candidate;
    /** The freeze by hand, then those that the environment's file plans. */
    readonly freezes: readonly Freeze[];
    /** Whether the database is newer than the stable release. */
    readonly databaseAhead: boolean;
    /** The names of the releases that it runs. */
    readonly pointer: Pointer;
    /** Releases that rollbacks have left. */
    readonly left: readonly Release[];
    /** What must not disappear from the environment's stack, if that is compared. */
    readonly protectedList?: Protected;
  }>;
}

/**
 * An environment of a configuration with its release.
 * @throws when there is none of that name
 */
export function environmentOf(
  { name, environments }: Pick<Configuration, "name" | "environments">,
  environment: string,
): Configuration["environments"]["production"] {
  const found = Object.hasOwn(environments, environment) ? environments[environment] : undefined;
  if (!found) throw new Error(`${name} has no environment ${environment}`);
  return found;
}

/** The environment that verifies another one's releases, if there is one. */
export const sourceOf = (
  environments: Configuration["environments"],
  { verifiedIn }: Pick<Environment, "verifiedIn">,
): Environment | undefined => (verifiedIn ? environments[verifiedIn.environment]?.environment : undefined);

/** All problems of the configuration. Nothing was constructed or written. */
export class InvalidConfiguration extends Error {
  constructor(readonly problems: readonly Problem[]) {
    super(problems.map(describe).join("\n"));
  }

  /** Where it is printed as an object, as an error that nobody caught is: the problems' values can be secrets. */
  [inspect.custom](): string {
    return this.message;
  }
}

/** The system that commands use: `SYSTEM`, or `context.system` in cdktf.json. */
export function systemName(root: string, env: NodeJS.ProcessEnv): string {
  const name = env.SYSTEM || systemOf(root);
  const known = systemsIn(root);
  if (typeof name !== "string" || !known.includes(name))
    throw new InvalidConfiguration([
      {
        path: env.SYSTEM ? "SYSTEM" : "cdktf.json context.system",
        value: name,
        rule: "is not a system",
        remedy: `${didYouMean(name, known)}use one of ${known.join(", ")}`,
      },
    ]);
  return name;
}

/** The system that cdktf.json names. */
function systemOf(root: string): unknown {
  try {
    return at(readJson(root, "cdktf.json"), ["context", "system"]);
  } catch (error) {
    const rule = `cannot be read: ${(error as Error).message}`;
    throw new InvalidConfiguration([{ path: "cdktf.json", rule, remedy: "correct the file" }]);
  }
}

/** Reads a system's files and validates them, all problems at once. */
export async function load(root: string, name: string, env: NodeJS.ProcessEnv): Promise<Configuration> {
  const { raw, problems } = await readFiles(root, name);
  return validate(name, raw, env, problems);
}

/**
 * Validates a system's files: what an environment's file holds becomes the environment of the file's name.
 * @param unread problems of the files that cannot be read; the others are validated as well
 */
export function validate(
  name: string,
  raw: Raw,
  env: NodeJS.ProcessEnv,
  unread: readonly Problem[] = [],
): Configuration {
  const problems = [...unread];
  const parse = parser(problems);
  const reporter =
    ({ file, raw }: Parsed<unknown>) =>
    (where: readonly PropertyKey[], rule: string, remedy: string, shows?: Shows) => {
      problems.push({ path: `${file} ${dotted(where)}`.trim(), value: at(raw, where), rule, remedy, ...shows });
    };

  const variables = parse("", processVariables, { CHARTS_MIRROR: env.CHARTS_MIRROR || undefined }).value;
  const system = parse(systemFile(name), systemSchema, raw.system);
  const releases = running(name, raw, parse, problems);
  const lists = protectedLists(name, raw, parse, problems);
  const versions = Object.values(raw.releases).map((content) => at(content, ["version"]));
  const environments = Object.entries(raw.environments).map(([environmentName, content]) => {
    const environment = parse(environmentFile(name, environmentName), environmentSchema, content);
    const { pointer, release, candidate, previous } = releases.get(environmentName) as Running;
    const say: Omit<Say, "release"> = {
      system: reporter(system),
      environment: reporter(environment),
      pointer: reporter(pointer),
    };
    const here = enabledIn(system, environment);
    for (const { needs, run } of [
      ...systemChecks,
      ...variablesChecks,
      ...vercelChecks,
      ...modulesChecks,
      ...smokeChecks,
      ...pathsChecks,
      ...webChecks,
      ...orderChecks,
      ...queuesChecks,
      ...candidateChecks,
      ...pointerChecks,
      ...environmentChecks,
      ...freezesChecks,
      ...bootstrapChecks,
      ...datastoresChecks,
      ...bucketsChecks,
      ...choicesChecks,
      ...edgeChecks,
      ...checksTogether,
      ...sizesChecks,
    ]) {
      const { value, valid } = needs.environment.length ? here : system;
      const ready =
        needs.system.every((key) => valid.has(key)) && needs.environment.every((key) => environment.valid.has(key));
      // What is checked of the stable release is checked of the candidate, too.
      for (const it of needs.release.length && candidate ? [release, candidate] : [release])
        if (ready && needs.release.every((key) => it.valid.has(key)))
          run(value, environment.value, it.value, {
            systemName: name,
            environmentName,
            declared: system.value,
            pointer: pointer.complete ? pointer.value : {},
            isCandidate: it === candidate,
            say: { ...say, release: reporter(it) },
            env,
          });
    }
    const protectedList = lists.get(environmentName);
    problems.push(...generationProblems(environment, protectedList, versions));
    const left: readonly Release[] = (pointer.value.left ?? []).map((id) => raw.releases[id] as Release);
    const beside = candidate && { release: candidate.value, share: pointer.value.share ?? 0 };
    return {
      name: environmentName,
      system: here.value,
      environment,
      release: release.value,
      candidate: beside,
      previous: previous?.value,
      databaseAhead: pointer.value.database !== undefined,
      pointer: pointer.value,
      left,
      protectedList,
    };
  });
  problems.push(
    ...between(
      environments.map(({ name, environment }) => ({ name, ...environment })),
      (raw.elsewhere ?? []).map(({ file, environment }) => ({ file, environment: plain(file, environment).value })),
    ),
  );

  // A check of the system runs once for each environment; its problems are said once.
  const distinct = [...new Map(problems.map((p) => [describe(p), p])).values()];
  if (distinct.length) throw new InvalidConfiguration(distinct);
  return {
    name,
    declared: literal(system.value),
    releases: Object.fromEntries(
      Object.entries(raw.releases).flatMap(([id, release]) => (isReleaseId(id) ? [[id, release as Release]] : [])),
    ),
    environments: Object.fromEntries(
      environments.map(({ name, environment: { value }, protectedList, ...runs }) => {
        const { CHARTS_MIRROR: chartsMirror = value.chartsMirror } = variables;
        const environment = { ...value, chartsMirror, variables: { ...value.variables, ...runs.pointer.variables } };
        return [name, { ...literal({ ...runs, environment, freezes: freezesOf(value, runs.pointer) }), protectedList }];
      }),
    ) as Configuration["environments"],
  };
}
