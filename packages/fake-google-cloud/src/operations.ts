/** A change that takes time. */
export interface Operation {
  readonly name: string;
  /** What it changes, by its key in the store. */
  readonly target: string;
  /** What is answered when it is done. */
  readonly response?: unknown;
  /** When its time is up. */
  readonly ends: number;
}

interface Begun extends Operation {
  /** More to wait for than time. */
  ready: boolean;
  failed?: string;
}

/** What takes less is done at once, for the provider looks again only after ten seconds. */
const SHORT = 1000;

/** Changes that are under way. A minute of the model takes 60 / speed seconds. */
export class Operations {
  private readonly begun = new Map<string, Begun>();

  constructor(private readonly speed: number) {}

  begin(target: string, minutes: number, response?: unknown, until?: Promise<unknown>): Operation {
    const milliseconds = (minutes * 60_000) / this.speed;
    const operation: Begun = {
      name: `operation-${1000 + this.begun.size}`,
      target,
      response,
      ends: Date.now() + (milliseconds < SHORT ? 0 : milliseconds),
      ready: until === undefined,
    };
    until?.then(
      () => {
        operation.ready = true;
      },
      (error: unknown) => {
        operation.failed = String(error);
      },
    );
    this.begun.set(operation.name, operation);
    return operation;
  }

  find(name: string): Operation | undefined {
    return this.begun.get(name);
  }

  isDone(name: string): boolean {
    const operation = this.begun.get(name);
    if (operation?.failed) throw new Error(operation.failed);
    return !operation || (operation.ready && Date.now() >= operation.ends);
  }

  /** The operation that is still changing something. */
  on(target: string): Operation | undefined {
    return [...this.begun.values()].findLast((o) => o.target === target && !this.isDone(o.name));
  }
}
