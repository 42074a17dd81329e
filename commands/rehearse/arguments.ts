import path from "node:path";
import { parseArgs } from "node:util";
import type { Change, Scaled } from "@slipway/rehearsal";
import { whyNoStack } from "@slipway/rehearsal";

export const USAGE = `Applies a stack for real on this machine, without a cloud account: real Terraform and providers, a real Kubernetes
control plane with simulated nodes, a fake of Google Cloud's APIs that refuses what Google refuses.

  npm run rehearse -- production                             from nothing, and look at what runs
  npm run rehearse -- production --release --drift --refuse-destroy --destroy --again
  npm run rehearse -- production --fail-each --sample 10     every call fails once, in a run of its own
  npm run rehearse -- production --interrupt                 Terraform is stopped halfway, and goes on
  npm run rehearse -- staging --speed 60                     Google takes its time: a minute here is an hour there
  npm run rehearse -- v1/stacks/production v2/stacks/production --changes kubernetes_job --changes helm_release

The first argument is a stack of the checkout's system (SYSTEM=<system> names another), which is synthesized, or the folder
of a synthesized one; further arguments are folders of its next versions.

  --release             then deploys another digest of every image; prints what that changed
  --changes [N:]REGEX   an update may change only matching addresses, and must change one of each; may be repeated.
                        With N it is said of version N alone (2 is the first update), otherwise of every update
  --scaled NAME=N       scale the Deployment NAMESPACE/NAME to N between plan and apply of an update; it must not drop
  --broken              then deploys variables that pods crash with, twice in a row: the rollouts must fail, and what ran
                        must be able to start again; then goes back, fails once more, and goes forward
  --drift               changes things behind Terraform's back: its plan must show just these, and mend them
  --refuse-destroy      terraform destroy must refuse and change nothing
  --destroy             lift the protections, apply that, and destroy
  --destroyable FOLDER  the version that --destroy applies; needed where the first argument is a folder
  --again               after the destroy, deploy the first version again in what is left
  --plan                validate and plan only

  --fault REGEX         fail this call in the first apply; the next apply must converge; may be repeated. A call is
                        '<method> <service> <path>' to Google Cloud and 'CREATE|UPDATE|DELETE kubernetes
                        <namespace>/<resource>/<name>' to Kubernetes, as --list-calls prints them
  --fault-update REGEX  the same in the apply of the last update
  --fail-each           each call that the clean run makes fails once, in a run of its own
  --only REGEX          only calls that match
  --sample N            only N of them, evenly spread
  --jobs N              so many of these runs at a time (2)
  --interrupt           stop Terraform (SIGINT) when half is made; the next apply must converge
  --token-life SECONDS  the deployer's access tokens live so long, instead of an hour; the first apply must outlive one
  --no-plugin           without GKE's credential plugin: there is one token for each run of Terraform. An apply that
                        outlives it fails, and must converge when it is run again
  --list-calls          print the calls that change something

  --speed N             minutes of the model that pass in one minute here; by default everything is done at once
  --no-seed             what a person makes before the first deploy (supplied secrets) is missing
  --bootstrapped        the APIs, keys and grants that npm run bootstrap makes are there before the first deploy
  --charts-mirror URL   chart repository that holds the real charts; without it stubs stand in for them
  --json                print the report as JSON; progress goes to the standard error
  --work DIR            folder of logs, plans, the state and the page report.html: a new or empty one, or that of an
                        earlier rehearsal, which begins anew
  --port N              port of the API server; the fake's is 1000 above, etcd's 2000. Free ones by default
  --timeout SECONDS     limit of one Terraform command (420)
  --keep                leave everything up until Ctrl-C, also where something failed; the table comes then

Exit code: 0 when everything held, 1 when something did not, 2 when it was inconclusive.

Needs Terraform 1.11 or newer, kubectl, Go, and the providers where Terraform finds them: the registry, or
~/.terraform.d/plugins.`;

const FLAG = { type: "boolean", default: false } as const;
const MANY = { type: "string", multiple: true, default: [] as string[] } as const;
const ONE = { type: "string" } as const;

const OPTIONS = {
  release: FLAG,
  changes: MANY,
  scaled: ONE,
  broken: FLAG,
  drift: FLAG,
  "refuse-destroy": FLAG,
  destroy: FLAG,
  destroyable: ONE,
  again: FLAG,
  plan: FLAG,
  fault: MANY,
  "fault-update": MANY,
  "fail-each": FLAG,
  only: ONE,
  sample: ONE,
  jobs: ONE,
  interrupt: FLAG,
  "token-life": ONE,
  "no-plugin": FLAG,
  "list-calls": FLAG,
  speed: ONE,
  "no-seed": FLAG,
  bootstrapped: FLAG,
  "charts-mirror": ONE,
  json: FLAG,
  work: ONE,
  port: ONE,
  timeout: { type: "string", default: "420" },
  keep: FLAG,
  help: FLAG,
} as const;

/** Splits arguments into one option, with its value, or one positional each. */
function split(args: string[]): string[][] {
  const { tokens } = parseArgs({ args, allowPositionals: true, options: OPTIONS, strict: false, tokens: true });
  return tokens.map(({ index }, i) => args.slice(index, tokens[i + 1]?.index));
}

function parse(args: string[]) {
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options: OPTIONS });
  // Commands run in folders of their own, where a path as it was given would lead elsewhere.
  return { values: { ...values, work: values.work && path.resolve(values.work) }, positionals };
}
export type Options = ReturnType<typeof parse>["values"];

/** Options that want something applied, or done with what was. */
const OF_AN_APPLY = [
  "changes",
  "scaled",
  "broken",
  "drift",
  "refuse-destroy",
  "destroy",
  "fault",
  "fault-update",
  "fail-each",
  "interrupt",
  "token-life",
  "list-calls",
  "speed",
] as const;

/** Options after which the clean run is no measure of the others, or that would hold them up. */
const NOT_WITH_FAIL_EACH = ["broken", "destroy", "fault", "interrupt", "token-life", "keep"] as const;

/**
 * The greatest numbers: a port leaves room for those above it, Node's timers wait no longer, and Go reads no shorter start
 * of a pod; of samples and jobs no machine does as many; Google's
 * tokens live twelve hours at most.
 */
const GREATEST = {
  sample: 10_000,
  jobs: 100,
  port: 63_000,
  speed: 1_000_000,
  "token-life": 43_200,
  timeout: 1_000_000,
} as const;

/** What is wrong with a call: options that would be overlooked, numbers that are none, folders that hold no stack. */
function mistakes(options: Options, stacks: readonly string[], known: readonly string[]): string[] {
  const [first = "", ...updates] = stacks;
  const isStackName = (stack: string) => known.includes(stack);
  const named = isStackName(first);
  const versions = stacks.length + Number(options.release);
  const say = (wrong: boolean | undefined, text: string) => (wrong ? [text] : []);
  const given = (name: keyof Options) => {
    const value = options[name];
    return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== false;
  };
  return [
    ...Object.entries(options)
      .filter(([, value]) => value === "" || (Array.isArray(value) && value.includes("")))
      .map(([name]) => `--${name}: has no value; leave it out or give one`),
    ...updates
      .filter(isStackName)
      .map((name) => `${name}: only the first argument is the name of a stack; a next version is a folder`),
    ...[...stacks, ...(options.destroyable ? [options.destroyable] : [])]
      .filter((stack) => !isStackName(stack))
      .flatMap((folder) => wrongFolder(folder, known, options.work)),
    ...say(options.release && !named, "--release needs the name of a stack as the first argument: it synthesizes"),
    ...say(options.broken && !named, "--broken needs the name of a stack as the first argument: it synthesizes"),
    ...say(
      options.destroy && !named && !options.destroyable,
      "--destroy needs --destroyable where the stack is a folder",
    ),
    ...say(
      options["no-plugin"] && !named,
      "--no-plugin needs the name of a stack as the first argument: it synthesizes",
    ),
    ...say(options.destroyable !== undefined && !options.destroy, "--destroyable needs --destroy"),
    ...say(
      options["fault-update"].length > 0 && versions < 2,
      "--fault-update needs an update: --release or a second stack",
    ),
    ...say(options.scaled !== undefined && versions < 2, "--scaled needs an update: --release or a second stack"),
    ...say(options.scaled !== undefined && !scaled(options.scaled), "--scaled is NAMESPACE/NAME=N"),
    ...say(options.again && !options.destroy, "--again needs --destroy"),
    ...(["sample", "only", "jobs"] as const).flatMap((name) =>
      say(given(name) && !options["fail-each"], `--${name} needs --fail-each`),
    ),
    ...OF_AN_APPLY.flatMap((name) => say(options.plan && given(name), `--${name} needs an apply: leave out --plan`)),
    ...say(options["fail-each"] && versions > 1, "--fail-each is of the first apply alone, without an update"),
    ...NOT_WITH_FAIL_EACH.flatMap((name) =>
      say(options["fail-each"] && given(name), `--fail-each is of the first apply alone, without --${name}`),
    ),
    ...say(options["list-calls"] && options.json, "--list-calls and --json both print: choose one"),
    ...say(
      (["interrupt", "fault", "token-life"] as const).filter(given).length > 1,
      "--interrupt, --fault and --token-life are tried one at a time",
    ),
    ...options.changes
      .map(change)
      .filter(({ version = 2 }) => version < 2 || version > versions)
      .map(({ version = 2, address }) => `--changes ${address}: there is no update to version ${version}`),
    ...(["fault", "fault-update", "changes", "only"] as const).flatMap((name) =>
      [options[name] ?? []].flat().flatMap((text) => invalidExpression(name, text)),
    ),
    ...(["sample", "jobs", "port"] as const).flatMap((name) =>
      say(
        options[name] !== undefined && !(/^[1-9]\d*$/.test(options[name]) && Number(options[name]) <= GREATEST[name]),
        `--${name} ${options[name]}: is no whole number from 1 to ${GREATEST[name]}`,
      ),
    ),
    ...(["speed", "timeout", "token-life"] as const).flatMap((name) =>
      say(
        options[name] !== undefined && !(Number(options[name]) > 0 && Number(options[name]) <= GREATEST[name]),
        `--${name} ${options[name]}: is no number above 0 and up to ${GREATEST[name]}`,
      ),
    ),
  ];
}

/** What is wrong with the folder of a stack, which is copied into the folder of logs. */
function wrongFolder(folder: string, known: readonly string[], work?: string): string[] {
  const why = whyNoStack(folder);
  if (why)
    return [
      `${folder}: ${why}; give ${known.join(" or ")}, or the folder of a synthesized stack such as cdktf.out/stacks/production`,
    ];
  const within = (inner: string, outer: string) => !path.relative(outer, inner).startsWith("..");
  return work && (within(folder, work) || within(work, folder))
    ? [`--work ${work}: overlaps the stack's folder ${folder}, and begins anew; choose another folder`]
    : [];
}

function invalidExpression(name: string, text: string): string[] {
  try {
    new RegExp(text);
    return [];
  } catch (error) {
    return [`--${name} ${text}: ${(error as Error).message}; put a backslash before what is meant literally`];
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

/** What the command was asked for. */
export interface Called {
  readonly options: Options;
  readonly stacks: readonly string[];
}

/**
 * A call of the command, or everything that is wrong with it, a line each.
 * @param known names of the system's stacks; anything else is a folder
 */
export function called(args: string[], known: readonly string[]): Called | readonly string[] {
  // Node says what is wrong with the first option alone.
  const parts = split(args).map((part) => ({ part, wrong: unreadable(part) }));
  const unread = parts.flatMap(({ wrong }) => wrong ?? []);
  // What follows an option that there is not may be its value.
  const read = parts.filter(
    ({ wrong, part: [text = ""] }, i) => !wrong && (text.startsWith("-") || !parts[i - 1]?.wrong),
  );
  const { values: options, positionals: stacks } = parse(read.flatMap(({ part }) => part));
  if (unread.length) return [...unread, ...mistakes(options, stacks, known), "See npm run rehearse -- --help"];
  const wrong = options.help ? [] : stacks.length ? mistakes(options, stacks, known) : [USAGE];
  return wrong.length ? wrong : { options, stacks };
}

function unreadable(part: string[]): string | undefined {
  try {
    parse(part);
    return undefined;
  } catch (error) {
    // It goes on with advice for what is no option, which here nothing with a dash is.
    return (error as Error).message.replace(/ To specify a positional argument.*/s, "").replaceAll("\n", " ");
  }
}
