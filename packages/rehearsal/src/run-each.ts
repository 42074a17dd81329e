import type { Finding } from "./finding";
import type { RehearsalOptions } from "./options";

interface RunEachOptions<Item, Result> {
  readonly items: readonly Item[];
  /** How many items run at a time. */
  readonly jobs: number;
  /** Makes what runs one item after the other, in a folder or on a machine of its own. */
  readonly workerOf: (job: number) => { run(item: Item): Promise<Result>; leave(): Promise<void> };
  /** Names a result in the report. */
  readonly nameOf: (result: Result) => string;
  readonly report: RehearsalOptions["report"];
}

/** Runs every item, several at a time, and reports each result. */
export async function runEach<Item, Result extends Finding & { readonly seconds: number }>({
  items,
  jobs,
  workerOf,
  nameOf,
  report,
}: RunEachOptions<Item, Result>): Promise<Result[]> {
  const results: Result[] = [];
  const queue = [...items];
  const work = async (_: unknown, job: number) => {
    const worker = workerOf(job);
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) {
      const result = await worker.run(item);
      results.push(result);
      report?.({ ...result, what: `${results.length} of ${items.length} ${nameOf(result)}` });
    }
    await worker.leave();
  };
  await Promise.all(Array.from({ length: jobs }, work));
  return results;
}
