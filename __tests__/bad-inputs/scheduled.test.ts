import { addBackground } from "../background";
import type { Files } from "../support";
import { type Anything, refused, S, testRefused } from "./support";

/** Changes the task that runs every night. */
const nightly = (change: (task: Anything) => void) => (files: Files) => {
  addBackground(files);
  change(files.system.scheduled?.nightly);
};
const scheduled = (text: string) => nightly((task) => (task.schedule = text));
const line = (text: string, problem: string) =>
  `${S} scheduled.nightly.schedule = "${text}": ${problem}; write it like "0 3 * * *"`;
const SHAPE = "must be a schedule: minute, hour, day, month and day of the week, in numbers";

testRefused({
  "a schedule of four fields": refused(scheduled("0 3 * *"), line("0 3 * *", SHAPE)),
  "a schedule with seconds": refused(scheduled("0 0 3 * * *"), line("0 0 3 * * *", SHAPE)),
  "a schedule in words": refused(scheduled("@daily"), line("@daily", SHAPE).replace('"@daily"', "a string")),
  "a schedule with names of days": refused(scheduled("0 3 * * MON"), line("0 3 * * MON", SHAPE)),
  "a schedule with what only some programs read": refused(scheduled("0 3 L * *"), line("0 3 L * *", SHAPE)),
  "a schedule with a time zone": refused(
    scheduled("TZ=Europe/Berlin 0 3 * * *"),
    line("TZ=Europe/Berlin 0 3 * * *", SHAPE).replace(/"TZ.*?"/, "a string"),
  ),
  "a minute that no hour has": refused(
    scheduled("60 3 * * *"),
    line("60 3 * * *", "is not a schedule (Invalid value for minute: 60)"),
  ),
  "a schedule that never comes": refused(
    scheduled("0 0 30 2 *"),
    `${S} scheduled.nightly.schedule = "0 0 30 2 *": has a day that no year has; choose another day`,
  ),
  "Sunday as 7, which Kubernetes refuses": refused(
    scheduled("0 3 * * 7"),
    `${S} scheduled.nightly.schedule = "0 3 * * 7": must have days of the week from 0 to 6; write Sunday as 0`,
  ),
  "a variable that is fixed when the image is built": refused((files) => {
    (files.system.variables as Anything).NEXT_PUBLIC_COLOR = "green";
    nightly((task) => (task.variables = [...(task.variables ?? []), "NEXT_PUBLIC_COLOR"]))(files);
  }, `${S} scheduled.nightly.variables.2 = "NEXT_PUBLIC_COLOR": is fixed when the image is built, so a value at run time has no effect; pass it to docker build (--build-arg NEXT_PUBLIC_COLOR=...), or list it in the variables of a frontend on Vercel`),
  "a scheduled task without a schedule": refused(
    nightly((task) => delete task.schedule),
    `${S} scheduled.nightly.schedule = nothing: is required (string); add it`,
  ),
  "an unknown time zone": refused(
    nightly((task) => (task.timeZone = "Europe/Bonn")),
    `${S} scheduled.nightly.timeZone = "Europe/Bonn": must be a time zone of the tz database; write it like "Europe/Berlin" or "Etc/UTC"`,
  ),
  "a time zone in other capitals, which Kubernetes refuses": refused(
    nightly((task) => (task.timeZone = "europe/berlin")),
    `${S} scheduled.nightly.timeZone = "europe/berlin": must be a time zone of the tz database; write it like "Europe/Berlin" or "Etc/UTC"`,
  ),
  "a deadline of more than a day": refused(
    nightly((task) => (task.deadlineSeconds = 90_000)),
    `${S} scheduled.nightly.deadlineSeconds = 90000: must be at most 86400 (seconds); write a number from 30 to 86400`,
  ),
  "no missed run": refused(
    nightly((task) => (task.missedRuns = 0)),
    `${S} scheduled.nightly.missedRuns = 0: must be at least 1 (periods); write a number from 1 to 100`,
  ),
  "a scheduled task that waits for an unknown task": refused(
    nightly((task) => (task.after = ["seed"])),
    `${S} scheduled.nightly.after.0 = "seed": is not a task of the system; use one of migrate`,
  ),
  "a scheduled task without a command": refused(
    nightly((task) => delete task.command),
    `${S} scheduled.nightly.command = nothing: is required (list); add it`,
  ),
  "a port variable of a scheduled task": refused(
    nightly((task) => task.variables.push("PORT")),
    `${S} scheduled.nightly.variables.2 = "PORT": needs a port, and this workload has none; remove it, or give the service a port`,
  ),
  "a scheduled task with the name of a service, and one with the name of a task": refused(
    (files) => {
      addBackground(files);
      const { scheduled = {} } = files.system;
      files.system.scheduled = { worker: scheduled.nightly as Anything, migrate: scheduled.nightly as Anything };
    },
    `${S} scheduled.worker = "worker": has the name of a service or a task; rename one of the two`,
    `${S} scheduled.migrate = "migrate": has the name of a service or a task; rename one of the two`,
  ),
  "a check and a frontend with the name of a scheduled task": refused(
    (files) => {
      addBackground(files);
      files.system.smokeChecks = { nightly: { kind: "manual", step: "Look at it" } };
      files.system.frontends = ["nightly"];
      for (const name of ["staging", "production"] as const)
        files[name].environment.frontends = { nightly: [`nightly-${name}.vercel.app`] };
    },
    `${S} frontends.0 = "nightly": has the name of a service or a task; rename one of the two`,
    `${S} smokeChecks.nightly = "nightly": has the name of a service or a task; rename one of the two`,
  ),
  "a scheduled task with a name of the platform": refused((files) => {
    addBackground(files);
    files.system.scheduled = { "acme-solver": files.system.scheduled?.nightly as Anything };
  }, `${S} scheduled.acme-solver = "acme-solver": has a name that the platform or Kubernetes uses; choose another name`),
  "a scheduled task that asks for more than a node has": refused(
    nightly((task) => Object.assign(task.resources, { cpu: "100" })),
    `${S} scheduled.nightly.resources.cpu = "100": must fit on a node of the pool workers (e2-medium); lower it, or use larger machines`,
    `${S} scheduled.nightly.resources.cpu = "100": must fit on a node of the pool workers (e2-standard-4); lower it, or use larger machines`,
  ),
});
