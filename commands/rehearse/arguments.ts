import path from "node:path";
import { type Change, type Scaled, whyNoStack } from "@slipway/rehearsal";
import { environmentsIn } from "../../schema/files";
import { InvalidConfiguration, systemName } from "../../schema/load";
import { didYouMean } from "../../schema/similar";

const ROOT = path.resolve(__dirname, "..", "..");

/** Options of the command line; commands/cli/rehearse.mjs says what they mean. */
export interface Options {
  readonly release?: boolean;
  readonly changes?: readonly string[];
  readonly scaled?: string;
  readonly broken?: boolean;
  readonly shift?: boolean;
  readonly drift?: boolean;
  readonly refuseDestroy?: boolean;
  readonly destroy?: boolean;
  readonly destroyable?: string;
  readonly again?: boolean;
  readonly plan?: boolean;
  readonly fault?: readonly string[];
  readonly faultUpdate?: readonly string[];
  readonly failEach?: boolean;
  readonly without?: readonly string[];
  readonly withoutEach?: boolean;
  readonly only?: string;
  readonly sample?: number;
  readonly jobs?: number;
  readonly interrupt?: boolean;
  readonly tokenLife?: number;
  /** False for `--no-plugin`. */
  readonly plugin: boolean;
  readonly listCalls?: boolean;
  readonly speed?: number;
  /** False for `--no-seed`. */
  readonly seed: boolean;
  readonly chartsMirror?: string;
  readonly json?: boolean;
  readonly work?: string;
  readonly port?: number;
  readonly timeout: number;
  readonly keep?: boolean;
}

/** An option as it is written on the command line. */
const flag = (name: keyof Options): string => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** Options that need an apply. */
const OF_AN_APPLY = [
  "changes",
  "scaled",
  "broken",
  "shift",
  "drift",
  "refuseDestroy",
  "destroy",
  "fault",
  "faultUpdate",
  "failEach",
  "interrupt",
  "tokenLife",
  "listCalls",
  "speed",
] as const satisfies readonly (keyof Options)[];

/** Options that change the run without failures too much to compare the others with it, or that would delay them. */
const NOT_WITH_FAIL_EACH = ["broken", "shift", "destroy", "fault", "interrupt", "tokenLife", "keep"] as const;

/** What is wrong with a call: also the system that it is about. */
export function problemsOf(options: Options, stacks: readonly string[]): string[] {
  try {
    return mistakes(options, stacks, knownStacks());
  } catch (error) {
    if (error instanceof InvalidConfiguration) return [error.message];
    throw error;
  }
}

/** What is wrong with a call: options that would have no effect, invalid expressions, and folders without a stack. */
function mistakes(options: Options, stacks: readonly string[], known: readonly string[]): string[] {
  const [first = "", ...updates] = stacks;
  const isStackName = (stack: string) => known.includes(stack);
  const named = isStackName(first);
  const versions = stacks.length + (options.release ? 1 : 0);
  const say = (wrong: boolean | undefined, text: string) => (wrong ? [text] : []);
  const given = (name: keyof Options) => {
    const value = options[name];
    return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== false;
  };
  return [
    ...updates
      .filter(isStackName)
      .map((name) => `${name}: only the first argument is the name of a stack; a next version is a folder`),
    ...[...stacks, ...(options.destroyable ? [options.destroyable] : [])]
      .filter((stack) => !isStackName(stack))
      .flatMap((folder) => wrongFolder(folder, known, options.work)),
    ...say(options.release && !named, "--release needs the name of a stack as the first argument: it synthesizes"),
    ...say(options.broken && !named, "--broken needs the name of a stack as the first argument: it synthesizes"),
    ...say(options.shift && !named, "--shift needs the name of a stack as the first argument: it synthesizes"),
    ...say(options.destroy && !named && !options.destroyable, "--destroy needs --destroyable if the stack is a folder"),
    ...say(!options.plugin && !named, "--no-plugin needs the name of a stack as the first argument: it synthesizes"),
    ...say(options.destroyable !== undefined && !options.destroy, "--destroyable needs --destroy"),
    ...say(given("faultUpdate") && versions < 2, "--fault-update needs an update: --release or a second stack"),
    ...say(options.scaled !== undefined && versions < 2, "--scaled needs an update: --release or a second stack"),
    ...say(options.scaled !== undefined && !scaled(options.scaled), "--scaled is NAMESPACE/NAME=N"),
    ...say(options.again && !options.destroy, "--again needs --destroy"),
    ...(["sample", "only", "jobs"] as const).flatMap((name) =>
      say(
        given(name) && !options.failEach && !options.withoutEach,
        `${flag(name)} needs --fail-each or --without-each`,
      ),
    ),
    ...OF_AN_APPLY.flatMap((name) =>
      say(options.plan && given(name), `${flag(name)} needs an apply: leave out --plan`),
    ),
    ...say(options.failEach && versions > 1, "--fail-each is for the first apply only, without an update"),
    ...NOT_WITH_FAIL_EACH.flatMap((name) =>
      say(options.failEach && given(name), `--fail-each is for the first apply only, without ${flag(name)}`),
    ),
    ...(["without", "withoutEach"] as const).flatMap((name) =>
      say(
        given(name) && !named,
        `${flag(name)} needs the name of a stack as the first argument: its deployer has roles`,
      ),
    ),
    ...say(
      options.withoutEach && (options.failEach || given("without") || options.keep),
      "--without-each is without --fail-each, --without and --keep",
    ),
    ...say(options.listCalls && options.json, "--list-calls and --json both print: choose one"),
    ...say(
      (["interrupt", "fault", "tokenLife"] as const).filter(given).length > 1,
      "--interrupt, --fault and --token-life exclude each other: choose one",
    ),
    ...(options.changes ?? [])
      .map(change)
      .filter(({ version = 2 }) => version < 2 || version > versions)
      .map(({ version = 2, address }) => `--changes ${address}: no update deploys version ${version}`),
    ...(["fault", "faultUpdate", "changes", "only"] as const).flatMap((name) =>
      [options[name] ?? []].flat().flatMap((text) => invalidExpression(name, text)),
    ),
  ];
}

/** What is wrong with the folder of a stack, whose files are copied into the folder of logs. */
function wrongFolder(folder: string, known: readonly string[], work?: string): string[] {
  const why = whyNoStack(folder);
  if (why)
    return [
      `${folder}: ${why}; ${didYouMean(folder, known)}give ${known.join(" or ")}, or the folder of a synthesized stack such as cdktf.out/stacks/production`,
    ];
  const within = (inner: string, outer: string) => !path.relative(outer, inner).startsWith("..");
  return work && (within(folder, work) || within(work, folder))
    ? [`--work ${work}: overlaps the stack's folder ${folder}, and its files are deleted; choose another folder`]
    : [];
}

function invalidExpression(name: keyof Options, text: string): string[] {
  try {
    new RegExp(text);
    return [];
  } catch (error) {
    return [`${flag(name)} ${text}: ${(error as Error).message}; put a backslash before literal characters`];
  }
}

export function change(text: string): Change {
  const [, version, address] = /^(\d+):(.*)$/.exec(text) ?? [];
  return address ? { version: Number(version), address } : { address: text };
}

export function scaled(text: string): Scaled | undefined {
  const { groups } = /^(?<namespace>[^/]+)\/(?<name>[^=]+)=(?<replicas>\d+)$/.exec(text) ?? {};
  return (
    groups && { namespace: String(groups.namespace), name: String(groups.name), replicas: Number(groups.replicas) }
  );
}

/** Names of the stacks of the checkout's system. @throws InvalidConfiguration if there is no such system */
export const knownStacks = (): string[] => environmentsIn(ROOT, systemName(ROOT, process.env));
