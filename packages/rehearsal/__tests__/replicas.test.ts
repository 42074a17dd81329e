import { dropped } from "../src/checks/replicas";

const seen = (wanted: number[], ready = wanted) => new Map([["Deployment shop/web", { wanted, ready }]]);
const bounds = (min?: number) => new Map(min === undefined ? [] : [["Deployment shop/web", { min }]]);

test("a workload that goes below both minimums is named, with what was seen of it", () => {
  expect(dropped(seen([3, 1, 3], [3, 3, 1, 3]), bounds(3), bounds(4))).toEqual([
    "Deployment shop/web had fewer than 3 replicas: wanted 3 1 3, ready 3 3 1 3",
  ]);
});

test("a rollout that takes a ready pod away is named, even if the wanted number stays", () => {
  expect(dropped(seen([3, 3], [3, 2, 3]), bounds(3), bounds(3))).toHaveLength(1);
});

test("an autoscaler may go down to a lower minimum", () => {
  expect(dropped(seen([4, 3, 3], [4, 3]), bounds(4), bounds(3))).toEqual([]);
});

test("a workload that was not ready before the apply has no minimum yet", () => {
  expect(dropped(seen([1, 3], [0, 1, 3]), bounds(), bounds(3))).toEqual([]);
});
