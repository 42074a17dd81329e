/** A call as faults and logs name it: `POST compute projects/p/global/networks/n`, with the new one's name. */
export type Label = string;

/** A call that is to fail, once: the n-th one (1 by default) whose label matches. A star in a label is part of a name. */
export interface Fault {
  readonly label: RegExp | Label;
  readonly occurrence?: number;
}

/** What matches the labels of a fault's calls. */
export const expressionOf = ({ label }: Fault): RegExp =>
  typeof label === "string"
    ? new RegExp(`^${label.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", "[^/]*")}$`)
    : label;

/** Calls that are yet to fail. */
export class Faults {
  private pending: { fault: Fault; seen: number }[] = [];

  /** Arms these in place of those that were armed before, and answers with those of them that did not strike. */
  arm(faults: readonly Fault[]): Fault[] {
    const left = this.pending.map(({ fault }) => fault);
    this.pending = faults.map((fault) => ({ fault, seen: 0 }));
    return left;
  }

  strikes(label: Label): boolean {
    let strikes = false;
    for (const one of this.pending) {
      const { fault } = one;
      if (expressionOf(fault).test(label) && ++one.seen === (fault.occurrence ?? 1)) {
        strikes = true;
        this.pending = this.pending.filter((other) => other !== one);
      }
    }
    return strikes;
  }
}
