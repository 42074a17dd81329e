/** How long it takes until a change is seen everywhere. */
interface Time {
  readonly minutes: number;
  /** A page that says so. */
  readonly source: string;
}

/**
 * What Google does not see at once. The minutes are fewer than what the pages call typical: what is too late here is too late
 * there.
 */
export const PROPAGATION = {
  /** After the operation that enables it. Terraform's guide waits for 30 or 60 seconds. */
  api: {
    minutes: 0.5,
    source: "https://registry.terraform.io/providers/hashicorp/google/latest/docs/guides/google_project_service",
  },
  /** The provider waits for ten seconds, after it has found the account three times. */
  serviceAccount: {
    minutes: 1 / 6,
    source: "https://cloud.google.com/iam/docs/service-accounts-create",
  },
  /** Typically two minutes, and sometimes more than seven. */
  grant: {
    minutes: 1,
    source: "https://cloud.google.com/iam/docs/access-change-propagation",
  },
} as const satisfies Readonly<Record<string, Time>>;

/**
 * Changes that are not seen everywhere yet. A minute of the model takes 60 / speed seconds. Where everything is done at once,
 * a minute is a minute, but only the first call that needs a change fails.
 */
export class Propagation {
  /** When each change is seen, by what it made. */
  private readonly fresh = new Map<string, number>();

  /** @param clock milliseconds */
  constructor(
    private readonly speed: number,
    private readonly clock: () => number,
  ) {}

  /** Begins with a change, or when the operation ends that makes it. */
  begin(what: string, kind: keyof typeof PROPAGATION, operation?: { readonly ends: number }): void {
    const delay = operation ? operation.ends - Date.now() : 0;
    const pace = Number.isFinite(this.speed) ? this.speed : 1;
    this.fresh.set(what, this.clock() + delay + (PROPAGATION[kind].minutes * 60_000) / pace);
  }

  /** Whether a call that needs a change sees it. */
  isSeen(what: string): boolean {
    const seen = this.clock() >= (this.fresh.get(what) ?? 0);
    if (seen || !Number.isFinite(this.speed)) this.fresh.delete(what);
    return seen;
  }

  /** Makes everything old. */
  settle(): void {
    this.fresh.clear();
  }
}
