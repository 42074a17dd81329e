import { inOrder, withEarlier } from "../schema/order";
import { references, waitsFor } from "./graph";
import { type Files, synth } from "./support";

const job = (name: string) => `kubernetes_job_v1.workload_${name}_migration_job`;

/** Gives pmcrm a task that runs after the migration but is written before it, and that nothing waits for. */
function addSeed({ system }: Files): void {
  const migrate = system.tasks?.migrate as NonNullable<Files["system"]["tasks"]>[string];
  const seed = { ...migrate, command: ["npm", "run", "seed"], after: ["migrate"] };
  const check = { ...migrate, after: [], changesDatabase: false, variables: [], connects: [] };
  system.tasks = { seed, check, ...system.tasks };
}

test("a task waits for the tasks that it names, in whatever order they are written, and for no other", () => {
  const { production } = synth(addSeed);
  const graph = references(production);
  expect(graph.get(job("seed"))).toContain(job("migrate"));
  expect(waitsFor(graph, job("migrate"))).not.toContain(job("seed"));
  for (const other of [job("seed"), job("migrate")]) expect(waitsFor(graph, job("check"))).not.toContain(other);
});

test("a service waits for the tasks that it names, and so for those before them", () => {
  const { production } = synth((files) => {
    addSeed(files);
    for (const service of Object.values(files.system.services)) service.after = ["seed"];
  });
  const graph = references(production);
  const rollout = "helm_release.workload_worker_workload_deployment";
  expect(graph.get(rollout)).toContain(job("seed"));
  expect(waitsFor(graph, rollout)).toContain(job("migrate"));
  expect(waitsFor(graph, rollout)).not.toContain(job("check"));
});

test("an order does not run a task again that has run", () => {
  const templateOf = (change: (files: Files) => void) =>
    synth(change).production.resource(job("migrate")).spec.template;
  const before = templateOf(() => {});
  const after = templateOf((files) => {
    addSeed(files);
    const { seed, migrate } = files.system.tasks as Record<string, NonNullable<Files["system"]["tasks"]>[string]>;
    Object.assign(seed as object, { after: [] });
    Object.assign(migrate as object, { after: ["seed"], changesDatabase: false });
  });
  expect(after).toEqual(before);
});

test("tasks are sorted by what they wait for, and otherwise stay as they are written", () => {
  const tasks = { d: { after: ["c", "a"] }, b: { after: [] }, c: { after: ["b"] }, a: { after: [] } };
  expect(inOrder(tasks)).toEqual(["b", "c", "a", "d"]);
  expect([...withEarlier(tasks, ["c", "none", "toString"])]).toEqual(["c", "b"]);
});
