import path from "node:path";
import { parseArgs } from "node:util";
import { type Change, type Scaled, whyNoStack } from "@slipway/rehearsal";

export const USAGE = `Applies a stack on this machine, without a cloud account. Terraform, the providers and the Kubernetes control plane are
real; nodes and pods are simulated, and Google Cloud's APIs are a fake that rejects what Google rejects.

  npm run rehearse -- production                             applies from nothing and checks the result
  npm run rehearse -- production --release --drift --refuse-destroy --destroy --again
  npm run rehearse -- production --fail-each --sample 10     makes ten calls fail, each in a run of its own
  npm run rehearse -- production --interrupt                 stops Terraform halfway and continues
  npm run rehearse -- staging --speed 60                     takes as long as Google, sixty times faster
  npm run rehearse -- v1/stacks/production v2/stacks/production --changes kubernetes_job --changes helm_release

The first argument is the name of a stack of the checkout's system, which is then synthesized (SYSTEM=<system> names another
system), or the folder of a synthesized stack. Further arguments are folders of its next versions.

  --release             deploy another digest of every image next, and print what changes
  --changes [N:]REGEX   an update may change only matching addresses, and must change at least one of each; may be
                        repeated. With N, this applies to version N only (2 is the first update)
  --scaled NAME=N       scale the Deployment NAMESPACE/NAME to N between plan and apply of an update; it must not drop
  --broken              deploy variables that make pods crash, twice in a row: the rollouts must fail, and the previous
                        pods must be able to start again. Then go back, fail once more, and go forward
  --shift               run a candidate, shift requests to it in steps and back, promote it, and abandon bad ones: what
                        the cluster's objects say must follow, and nothing may be left over
  --drift               change resources behind Terraform's back: the plan must show only these, and the apply repair them
  --refuse-destroy      terraform destroy must be refused and change nothing
  --destroy             apply a version without protections, and destroy it
  --destroyable FOLDER  the version that --destroy applies; required if the first argument is a folder
  --again               after the destroy, deploy the first version again
  --plan                validate and plan only

  --fault REGEX         make this call fail in the first apply; the next apply must converge; may be repeated. A call is
                        '<method> <service> <path>' to Google Cloud or 'CREATE|UPDATE|DELETE kubernetes
                        <namespace>/<resource>/<name>' to Kubernetes, as --list-calls prints it
  --fault-update REGEX  make this call fail in the last update
  --fail-each           make each call of the first apply fail once, in a run of its own
  --only REGEX          only calls that match
  --sample N            only N of the calls, evenly spread
  --jobs N              number of these runs at a time (2)
  --interrupt           stop Terraform (SIGINT) when half of the plan is made; the next apply must converge
  --token-life SECONDS  how long the deployer's access tokens are valid, instead of an hour; the first apply must take
                        longer
  --no-plugin           without GKE's credential plugin, so that each run of Terraform has one token. An apply that takes
                        longer fails, and must converge when it runs again
  --list-calls          print the calls that change something

  --speed N             minutes of Google Cloud that pass in a minute here; by default everything is done at once
  --no-seed             leave out what people make before the first deploy, such as supplied secrets
  --bootstrapped        the APIs, keys and grants that npm run bootstrap makes exist before the first deploy
  --charts-mirror URL   chart repository that holds the real charts; without it, charts are stubs
  --json                print the report as JSON, and progress to the standard error
  --work DIR            folder of logs, plans, the state and the page report.html: a new or empty folder, or that of an
                        earlier rehearsal, whose files are deleted
  --port N              port of the API server; the fake listens 1000 above it, and etcd 2000. Free ports by default
  --timeout SECONDS     limit of one Terraform command (420)
  --keep                keep everything running until Ctrl-C, also after a failure, and print the table then

Exit code: 0 if everything passed, 1 if something failed, 2 if the rehearsal was inconclusive.

Needs Terraform 1.11 or later, kubectl, Go, and the providers: from their registry or from ~/.terraform.d/plugins.`;

const FLAG = { type: "boolean", default: false } as const;
const MANY = { type: "string", multiple: true, default: [] as string[] } as const;
const ONE = { type: "string" } as const;

const OPTIONS = {
  release: FLAG,
  changes: MANY,
  scaled: ONE,
  broken: FLAG,
  shift: FLAG,
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

/** Splits arguments into parts: an option with its value, or a positional argument. */
function split(args: string[]): string[][] {
  const { tokens } = parseArgs({ args, allowPositionals: true, options: OPTIONS, strict: false, tokens: true });
  return tokens.map(({ index }, i) => args.slice(index, tokens[i + 1]?.index));
}

function parse(args: string[]) {
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options: OPTIONS });
  // Commands run in other folders, where a relative path would lead elsewhere.
  return { values: { ...values, work: values.work && path.resolve(values.work) }, positionals };
}
export type Options = ReturnType<typeof parse>["values"];

/** Options that need an apply. */
const OF_AN_APPLY = [
  "changes",
  "scaled",
  "broken",
  "shift",
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

/** Options that change the run without failures too much to compare the others with it, or that would delay them. */
const NOT_WITH_FAIL_EACH = ["broken", "shift", "destroy", "fault", "interrupt", "token-life", "keep"] as const;

/**
 * The greatest numbers. A port leaves room for the ports above it. Node's timers wait no longer than the timeout, and Go
 * reads no shorter start of a pod than at this speed. Google's tokens are valid for twelve hours at most.
 */
const GREATEST = {
  sample: 10_000,
  jobs: 100,
  port: 63_000,
  speed: 1_000_000,
  "token-life": 43_200,
  timeout: 1_000_000,
} as const;

/** What is wrong with a call: options that would have no effect, invalid numbers, and folders without a stack. */
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
    ...say(options.shift && !named, "--shift needs the name of a stack as the first argument: it synthesizes"),
    ...say(options.destroy && !named && !options.destroyable, "--destroy needs --destroyable if the stack is a folder"),
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
    ...say(options["fail-each"] && versions > 1, "--fail-each is for the first apply only, without an update"),
    ...NOT_WITH_FAIL_EACH.flatMap((name) =>
      say(options["fail-each"] && given(name), `--fail-each is for the first apply only, without --${name}`),
    ),
    ...say(options["list-calls"] && options.json, "--list-calls and --json both print: choose one"),
    ...say(
      (["interrupt", "fault", "token-life"] as const).filter(given).length > 1,
      "--interrupt, --fault and --token-life exclude each other: choose one",
    ),
    ...options.changes
      .map(change)
      .filter(({ version = 2 }) => version < 2 || version > versions)
      .map(({ version = 2, address }) => `--changes ${address}: no update deploys version ${version}`),
    ...(["fault", "fault-update", "changes", "only"] as const).flatMap((name) =>
      [options[name] ?? []].flat().flatMap((text) => invalidExpression(name, text)),
    ),
    ...(["sample", "jobs", "port"] as const).flatMap((name) =>
      say(
        options[name] !== undefined && !(/^[1-9]\d*$/.test(options[name]) && Number(options[name]) <= GREATEST[name]),
        `--${name} ${options[name]}: is not a whole number from 1 to ${GREATEST[name]}`,
      ),
    ),
    ...(["speed", "timeout", "token-life"] as const).flatMap((name) =>
      say(
        options[name] !== undefined && !(Number(options[name]) > 0 && Number(options[name]) <= GREATEST[name]),
        `--${name} ${options[name]}: is not a number above 0 and up to ${GREATEST[name]}`,
      ),
    ),
  ];
}

/** What is wrong with the folder of a stack, whose files are copied into the folder of logs. */
function wrongFolder(folder: string, known: readonly string[], work?: string): string[] {
  const why = whyNoStack(folder);
  if (why)
    return [
      `${folder}: ${why}; give ${known.join(" or ")}, or the folder of a synthesized stack such as cdktf.out/stacks/production`,
    ];
  const within = (inner: string, outer: string) => !path.relative(outer, inner).startsWith("..");
  return work && (within(folder, work) || within(work, folder))
    ? [`--work ${work}: overlaps the stack's folder ${folder}, and its files are deleted; choose another folder`]
    : [];
}

function invalidExpression(name: string, text: string): string[] {
  try {
    new RegExp(text);
    return [];
  } catch (error) {
    return [`--${name} ${text}: ${(error as Error).message}; put a backslash before literal characters`];
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

/** A valid call of the command. */
export interface Called {
  readonly options: Options;
  readonly stacks: readonly string[];
}

/**
 * Reads a call of the command. Returns a line for each problem if it is invalid.
 *
 * @param known names of the system's stacks; other arguments are folders
 */
export function called(args: string[], known: readonly string[]): Called | readonly string[] {
  // Node reports only the first invalid option, so each part is read by itself.
  const parts = split(args).map((part) => ({ part, wrong: unreadable(part) }));
  const unread = parts.flatMap(({ wrong }) => wrong ?? []);
  // An argument after an unknown option may be its value.
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
    // Node adds advice on positional arguments that begin with a dash, which this command does not have.
    return (error as Error).message.replace(/ To specify a positional argument.*/s, "").replaceAll("\n", " ");
  }
}
