import { type Finding, type Planned, readStack, type StackJson } from "@slipway/rehearsal";
import type { Configuration } from "../../schema/load";
import type { Bench } from "./bench";
import { chainOf, differenceOf, groupsOf, type Placed } from "./groups";
import type { Files } from "./table/hand";
import { change, type Turn, validated } from "./turns";

/** Turns to consider for each group if only some groups are requested: placing a turn takes a second. */
const SAMPLE = 15;

/** A state of the stack: the applied turns, and whether protections are lifted. */
interface State {
  readonly turns: readonly Turn[];
  readonly allowDestroy?: boolean;
}

/** Plans and applies a stack's turns, and says of each what did not hold. */
export class Turning {
  constructor(
    private readonly bench: Pick<Bench, "plan" | "apply" | "synthesized">,
    private readonly system: string,
    private readonly stack: string,
    private readonly files: Files,
    private readonly say: (what: string, finding: Finding) => void,
  ) {}

  /** Plans each turn by itself against the state. Skips turns that are refused only after another turn was applied. */
  async planAll(turns: readonly Turn[]): Promise<void> {
    for (const turn of turns.filter(({ hand, after }) => !(hand.fixed && after))) await this.plan(turn);
  }

  private async plan(turn: Turn): Promise<void> {
    const planned = await this.bench.plan("turn", this.configuration({ turns: [turn] }));
    const wrong = wrongWith([turn], planned);
    const note = "refused" in planned ? `refused: ${turn.hand.fixed}` : summary(planned);
    this.say(`plan ${turn.name}  ${turn.what}`, { wrong, note });
  }

  /**
   * Turns all knobs there and back, in this order: turns that only update, in groups; turns that make protected resources;
   * turns that are refused; turns that cannot be turned back. With a number, only the first kind, and only that many
   * groups.
   */
  async turnAll(turns: readonly Turn[], most = Number.POSITIVE_INFINITY): Promise<void> {
    const protects = (turn: Turn) => chainOf(turn).some(({ hand }) => hand.protects);
    const free = turns.filter(({ hand }) => !hand.fixed && !hand.oneWay);
    const open = leaves(free.filter((turn) => !protects(turn)));
    const groups = this.groups(open.slice(0, most * SAMPLE)).slice(0, most);
    for (const [i, group] of groups.entries()) await this.turn(group, `group ${i + 1} of ${groups.length}`);
    if (Number.isFinite(most)) return;
    const guarded = leaves(free.filter(protects));
    for (const [what, some] of [
      ["added", guarded.filter((turn) => !takesAway(turn))],
      ["taken away", guarded.filter(takesAway)],
    ] as const) {
      const groups = this.groups(some);
      for (const [i, group] of groups.entries())
        await this.turn(group, `protected, ${what}, ${i + 1} of ${groups.length}`, what);
    }
    for (const turn of turns.filter(({ hand }) => hand.fixed)) await this.refused(turn);
    await this.oneWay(turns.filter(({ hand }) => hand.oneWay));
  }

  /**
   * Turns a group's knobs, one step of each at a time, and then all of them back. For protected resources, it lifts the
   * protections as docs/operations.md says. If a check fails, it turns the group back and tries its halves, to find the turn that
   * caused the failure.
   */
  private async turn(group: readonly Turn[], what: string, guarded?: "added" | "taken away"): Promise<void> {
    const there = statesOf(group);
    const [withThem, without] = [group, []].map((turns) => ({ turns, allowDestroy: true }));
    const states =
      guarded === "added"
        ? [...there, withThem, without]
        : guarded === "taken away"
          ? [without, withThem, ...there]
          : there;
    const wrong = await this.walk([...(states as State[]), { turns: [] }]);
    const names = group.map((turn) => `${turn.name} ${turn.what}`);
    this.say(what, { wrong: wrong.length ? [...names, ...wrong] : [], note: names.join("; ") });
    if (!wrong.length || group.length === 1) return;
    const middle = Math.ceil(group.length / 2);
    for (const [i, half] of [group.slice(0, middle), group.slice(middle)].entries())
      await this.turn(half, `${what}, ${i ? "second" : "first"} half`, guarded);
  }

  /** Applies one state after the other. If one fails, goes to the last and says whether that one held. */
  private async walk(states: readonly State[]): Promise<string[]> {
    const again = states.some(({ turns }) => turns.some(({ hand }) => hand.again));
    for (const [i, state] of states.entries()) {
      const found = await this.apply(`step-${i}`, state, again);
      if (!found.length) continue;
      const wrong = found.map((line) => `step ${i + 1} of ${states.length}: ${line}`);
      if (i === states.length - 1) return wrong;
      const back = await this.apply("back", states.at(-1) as State, again);
      return [...wrong, ...back.map((line) => `back again: ${line}`)];
    }
    return [];
  }

  /** Turns that no update can make: the plan or Google refuses them, nothing else fails, and the way back works. */
  private async refused(turn: Turn): Promise<void> {
    const { hand } = turn;
    const wrong = turn.after ? await this.walk(statesOf([turn.after])) : [];
    const planned = await this.bench.plan("refused", this.configuration({ turns: [turn] }), true);
    if (hand.late && !("refused" in planned)) {
      const failed = await this.bench.apply("refused");
      wrong.push(...(failed.some((line) => line.startsWith("exit")) ? [] : ["it is applied, and must be refused"]));
    } else wrong.push(...wrongWith([turn], planned));
    if (turn.after || hand.late)
      wrong.push(
        ...(await this.walk([
          { turns: turn.after ? [turn.after] : [], allowDestroy: Boolean(turn.after) },
          { turns: [], allowDestroy: Boolean(turn.after) },
          { turns: [] },
        ])),
      );
    this.say(`refused ${turn.name}  ${turn.what}`, { wrong, note: String(hand.fixed) });
  }

  /** Applies turns that cannot be turned back; the plan of each way back must be refused. */
  private async oneWay(turns: readonly Turn[]): Promise<void> {
    if (!turns.length) return;
    const names = turns.map((turn) => `${turn.name} ${turn.what}`);
    const wrong = await this.apply("one-way", { turns });
    this.say("what cannot be turned back", { wrong, note: names.join("; ") });
    for (const turn of wrong.length ? [] : turns) {
      const planned = await this.bench.plan(
        "way-back",
        this.configuration({ turns: turns.filter((it) => !chainOf(it).includes(turn)) }),
      );
      const refused = "refused" in planned ? isProtected(planned.refused) : turn.hand.late;
      this.say(`way back of ${turn.name}`, {
        wrong: refused ? [] : "refused" in planned ? planned.refused : ["it is planned", summary(planned)],
        note: String(turn.hand.oneWay),
      });
    }
  }

  private groups(turns: readonly Turn[]): Turn[][] {
    const synthesized = (them: readonly Turn[]): StackJson =>
      readStack(this.bench.synthesized(this.configuration({ turns: them })));
    const before = synthesized([]);
    const placed = turns.map((turn): Placed => ({ turn, difference: differenceOf(before, synthesized([turn])) }));
    const isValid = (them: readonly Turn[]) => !(this.tried({ turns: them }) instanceof Error);
    return groupsOf(placed, isValid).map((group) => group.map(({ turn }) => turn));
  }

  private async apply(name: string, state: State, again = false): Promise<readonly string[]> {
    const planned = await this.bench.plan(name, this.configuration(state), true);
    if ("refused" in planned) return planned.refused;
    const wrong = state.allowDestroy ? [] : wrongWith(state.turns, planned, !state.turns.length);
    return planned.length ? [...wrong, ...(await this.bench.apply(name, again))] : wrong;
  }

  private configuration(state: State): Configuration {
    const tried = this.tried(state);
    if (tried instanceof Error) throw tried;
    return tried;
  }

  /** The files with the changes of turns, validated. */
  private tried({ turns, allowDestroy }: State): Configuration | Error {
    const all = [...new Set(turns.flatMap(chainOf))].flatMap(({ changes }) => changes);
    const lifted = allowDestroy ? [[["environments", this.stack, "environment", "allowDestroy"], true] as const] : [];
    return validated(this.system, change(this.files, [...all, ...lifted]), this.stack);
  }
}

/** The steps to some turns: first the turns that make their places. */
function statesOf(group: readonly Turn[]): State[] {
  const depth = Math.max(...group.map((turn) => chainOf(turn).length));
  return Array.from({ length: depth }, (_, i) => ({ turns: group.map((turn) => chainOf(turn)[i] ?? turn) }));
}

const takesAway = ({ changes }: Turn): boolean => changes.at(-1)?.[1] === undefined;

/** Turns that make no place for another turn; the others are applied with the turn that needs them. */
const leaves = (turns: readonly Turn[]): Turn[] => turns.filter((turn) => !turns.some(({ after }) => after === turn));

/** Types that hold data or serve: replacing or removing one causes an outage. */
const MISSED = new RegExp(
  `^(${[
    "google_compute_(network|subnetwork|global_address|address|router|router_nat|security_policy)",
    "google_container_(cluster|node_pool)",
    "google_(redis|sql_database)_instance",
    "google_(kms_\\w+|service_account|secret_manager_secret|service_networking_connection|sql_database|storage_bucket)",
    "helm_release",
    "kubernetes_(ingress|namespace|persistent_volume_claim|service|service_account|storage_class)_v1",
  ].join("|")})$`,
);

/** The releases of datastores in the cluster. Each has one server, which restarts when its values change. */
const ONE_SERVER = /^helm_release\.datastores?_(postgresql|redis|elasticsearch)$/;

const isProtected = (refused: readonly string[]): boolean =>
  refused.some((line) => line.includes("Instance cannot be destroyed"));

/** What is wrong with the plan of some turns; `back` if it reverts them, and so removes what they made. */
export function wrongWith(
  turns: readonly Pick<Turn, "hand">[],
  planned: readonly Planned[] | { readonly refused: readonly string[] },
  back = false,
): string[] {
  const fixed = turns.some(({ hand }) => hand.fixed);
  if ("refused" in planned) return fixed && isProtected(planned.refused) ? [] : [...planned.refused];
  if (fixed) return ["it is planned, and must be refused", summary(planned)];
  if (back || turns.some(({ hand }) => hand.protects)) return []; // asked for
  const replaces = turns.flatMap(({ hand }) => hand.replaces ?? []);
  const missed = planned
    .filter(({ action, type }) => /^(replace|delete)$/.test(action) && MISSED.test(type))
    .filter(({ address }) => !replaces.some((pattern) => pattern.test(address)))
    .map(({ address, action }) => `${action} ${address}`);
  const restarted = turns.some(({ hand }) => hand.restarts)
    ? []
    : planned.filter(({ address, action }) => action === "update" && ONE_SERVER.test(address));
  return [...missed, ...restarted.map(({ address }) => `${address} is updated, and its server restarts`)];
}

const summary = (planned: readonly Planned[]): string =>
  planned.map(({ action, address }) => `${action} ${address}`).join(", ") || "nothing changes";
