import { refused, S, system, testRefused } from "./support";

testRefused({
  "a task that does not say whether it changes the database": refused(
    system((s) => delete s.tasks.migrate.changesDatabase),
    `${S} tasks.migrate.changesDatabase = nothing: is required (true or false); add it`,
  ),
  "a task that changes the database and does not connect to it": refused(
    system((s) => (s.tasks.seed = { ...s.tasks.migrate, variables: [], connects: ["internet:443"] })),
    `${S} tasks.seed.changesDatabase = true: needs a connection to the database; add "database" to connects, or write false`,
  ),
  "a task that waits for itself": refused(
    system((s) => (s.tasks.migrate.after = ["migrate"])),
    `${S} tasks.migrate.after.0 = "migrate": must not be the task itself; remove it`,
  ),
  "a task that waits for an unknown task, and for one twice": refused(
    system((s) => {
      s.tasks.seed = { ...s.tasks.migrate, after: ["migrat", "migrate", "migrate"] };
    }),
    `${S} tasks.seed.after.0 = "migrat": is not a task of the system; use one of migrate`,
    `${S} tasks.seed.after.2 = "migrate": is listed twice; remove one of the two`,
  ),
  "a task that waits for a service": refused(
    system((s) => (s.tasks.migrate.after = ["worker"])),
    `${S} tasks.migrate.after.0 = "worker": is not a task of the system; remove it, because there is none to choose from`,
  ),
  "tasks that wait for each other, and one that waits for them": refused(
    system((s) => {
      s.database.connectionsPerPod = 5;
      s.tasks.check = { ...s.tasks.migrate, after: ["migrate"] };
      s.tasks.seed = { ...s.tasks.migrate, after: ["check"] };
      s.tasks.migrate.after = ["seed"];
      s.tasks.last = { ...s.tasks.check, after: ["seed"] };
    }),
    `${S} tasks.migrate.after.0 = "seed": is a task that waits for this one; remove one of the two from the other's after`,
    `${S} tasks.check.after.0 = "migrate": is a task that waits for this one; remove one of the two from the other's after`,
    `${S} tasks.seed.after.0 = "check": is a task that waits for this one; remove one of the two from the other's after`,
  ),
  "tasks that wait for each other through a service": refused(
    system((s) => {
      s.tasks.warm = { ...s.tasks.migrate, connects: ["database", "backend"] };
      s.tasks.migrate.after = ["warm"];
    }),
    `${S} tasks.warm.connects.1 = "backend": is a service that starts only after this task; remove the connection, or the task from the service's after`,
  ),
});
