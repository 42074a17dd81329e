import { runEach } from "../src/run-each";

test("every item runs once, no more than the jobs at a time, and is reported", async () => {
  const left: number[] = [];
  const reported: string[] = [];
  let [running, most] = [0, 0];
  const results = await runEach({
    items: ["a", "b", "c", "d", "e"],
    jobs: 2,
    workerOf: (job) => ({
      async run(item: string) {
        running += 1;
        most = Math.max(most, running);
        await new Promise((resolve) => setTimeout(resolve, 5));
        running -= 1;
        return { item, job, wrong: [], note: "", seconds: 0 };
      },
      leave: async () => void left.push(job),
    }),
    nameOf: ({ item }) => item,
    report: ({ what }) => reported.push(what),
  });
  expect(results.map(({ item }) => item).sort()).toEqual(["a", "b", "c", "d", "e"]);
  expect(new Set(results.map(({ job }) => job))).toEqual(new Set([0, 1]));
  expect(most).toBe(2);
  expect(left.sort()).toEqual([0, 1]);
  expect(reported.map((what) => what.slice(0, 7))).toEqual(["1 of 5 ", "2 of 5 ", "3 of 5 ", "4 of 5 ", "5 of 5 "]);
});
