import { databaseTasks } from "../release";
import { type Check, check } from "./check";

/** Rules about what a rollback writes into the file that says what an environment runs. */
export const pointerChecks: readonly Check[] = [
  check(["tasks"], [], [], (s, _e, _r, { say, pointer: { stable, candidate, database } }) => {
    if (database === undefined) return;
    if (database === stable || database === candidate)
      say.pointer(
        ["database"],
        "is a release that the environment runs",
        "name the newer release that changed the database, or remove it",
      );
    else if (!databaseTasks(s).length)
      say.pointer(["database"], "must be absent: no task of the system changes the database", "remove it");
  }),
  check([], ["variables"], [], (_s, { variables }, _r, { say, pointer: { variables: restored = {} } }) => {
    for (const name of Object.keys(restored))
      if (!Object.hasOwn(variables, name))
        say.pointer(["variables", name], "is not a variable that the environment's file gives", "remove it");
  }),
];
