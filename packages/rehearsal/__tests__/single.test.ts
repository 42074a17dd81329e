import { mostAtOnce } from "../src/checks/single";

test.each([
  [
    "a rollout that waits for the old pod",
    ["ADDED a Running", "MODIFIED a Running", "DELETED a Running", "ADDED b Pending"],
    1,
  ],
  ["a rollout that does not", ["ADDED a Running", "ADDED b Pending", "DELETED a Running"], 2],
  ["a pod that has failed, and the next one", ["ADDED a Running", "MODIFIED a Failed", "ADDED b Pending"], 1],
  ["no pod", [], 0],
])("%s", (_what, events, most) => {
  expect(mostAtOnce(events)).toBe(most);
});
