/** The result of a check: it failed if `wrong` has lines. */
export interface Finding {
  readonly wrong: readonly string[];
  readonly note: string;
  /** Whether the check could not be made, so that it neither passed nor failed. */
  readonly inconclusive?: boolean;
}

/** Repeats a check until it finds nothing wrong or time is up, because a cluster takes a while to settle. */
export async function eventually(look: () => Promise<string[]>, seconds: number): Promise<string[]> {
  let wrong = await look();
  for (const end = Date.now() + seconds * 1000; wrong.length && Date.now() < end; wrong = await look())
    await new Promise((resolve) => setTimeout(resolve, 1000));
  return wrong;
}
