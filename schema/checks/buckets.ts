import { bucketProblem } from "../../facts/buckets";
import { bucketName, fullName } from "../../facts/names";
import { PLATFORM_NAMES } from "../../facts/reserved";
import { WORKLOADS, workloads } from "../workloads";
import { type Check, check, oneOf, own } from "./check";

/** {@link https://cloud.google.com/storage/docs/buckets#naming} */
const LONGEST_NAME = 63;

/** Rules about buckets for files. */
export const bucketsChecks: readonly Check[] = [
  check([...WORKLOADS, "buckets"], [], [], (s, _e, _r, { say }) => {
    const used = new Set<string>();
    for (const { path, buckets, signsUrls } of workloads(s)) {
      for (const name of Object.keys(buckets)) {
        used.add(name);
        if (!own(s.buckets, name))
          say.system([...path, "buckets", name], "is not a bucket of the system", oneOf(Object.keys(s.buckets)), {
            value: name,
          });
      }
      if (signsUrls && !Object.keys(buckets).some((name) => own(s.buckets, name)?.access === "private"))
        say.system(
          [...path, "signsUrls"],
          "needs a private bucket: files of a public one have URLs of their own",
          "add the bucket to buckets, or remove it",
        );
    }
    for (const name of Object.keys(s.buckets))
      if (!used.has(name))
        say.system(
          ["buckets", name],
          "is not used: no service and no task uses it",
          "add it to the buckets of those that use it, or remove it",
          { value: name },
        );
  }),
  check(["services", "frontends", "buckets"], [], [], (s, _e, _r, { say }) => {
    for (const name of Object.keys(s.buckets)) {
      if (own(s.services, name) || s.frontends.includes(name))
        say.system(["buckets", name], "has the name of a service or a frontend", "rename one of the two", {
          value: name,
        });
      if (name === PLATFORM_NAMES.backupAccount)
        say.system(["buckets", name], "has the name of the bucket of the database's backups", "choose another name", {
          value: name,
        });
    }
  }),
  check([...WORKLOADS, "variables", "buckets"], [], [], (s, _e, _r, { say }) => {
    const named = (variable: string) => {
      const v = own(s.variables, variable);
      return typeof v === "object" && v.kind === "bucket" ? v.of : undefined;
    };
    for (const name of Object.keys(s.variables)) {
      const of = named(name);
      if (of !== undefined && !own(s.buckets, of))
        say.system(["variables", name, "of"], "is not a bucket of the system", oneOf(Object.keys(s.buckets)));
    }
    for (const { path, variables, buckets } of workloads(s))
      for (const [i, variable] of variables.entries()) {
        const of = named(variable);
        if (of !== undefined && own(s.buckets, of) && !own(buckets, of))
          say.system(
            [...path, "variables", i],
            `names the bucket ${of}, which this workload does not use`,
            "add the bucket to buckets, or remove the variable",
          );
      }
  }),
  check(["buckets"], ["buckets"], [], (s, e, _r, { say, declared, environmentName }) => {
    for (const [name, { access }] of Object.entries(s.buckets)) {
      const host = own(e.buckets, name)?.host;
      if (access === "public" && host === undefined)
        say.environment(
          ["buckets", name, "host"],
          "is required: everybody reads the files of this bucket at it",
          'add it, for example "static.my-company.com"',
        );
      if (access === "private" && host !== undefined)
        say.environment(["buckets", name, "host"], "is for public buckets", "remove it");
    }
    for (const name of Object.keys(e.buckets))
      if (!own(s.buckets, name))
        say.environment(
          ["buckets", name],
          own(declared.buckets, name)
            ? `is used only by modules that ${environmentName} does not enable`
            : "is not a bucket of the system",
          own(declared.buckets, name) ? "remove it, or enable a module that uses it" : oneOf(Object.keys(s.buckets)),
          { value: name },
        );
  }),
  check([], ["services", "frontends", "buckets"], [], (_s, e, _r, { say }) => {
    const taken = new Map(
      [
        ...Object.entries(e.services).map(([name, { hosts }]) => ({ name, hosts })),
        ...Object.entries(e.frontends).map(([name, hosts]) => ({ name, hosts })),
      ].flatMap(({ name, hosts }) => hosts.map((host) => [host, name] as const)),
    );
    for (const [name, { host }] of Object.entries(e.buckets)) {
      if (host === undefined) continue;
      const other = taken.get(host);
      if (other)
        say.environment(
          ["buckets", name, "host"],
          `is already a host of ${other}`,
          "give the bucket a host of its own",
        );
      taken.set(host, name);
    }
  }),
  check(["buckets"], ["project", "stateBucket"], [], (s, e, _r, { say, systemName, environmentName }) => {
    for (const name of Object.keys(s.buckets)) {
      const bucket = bucketName(e.project, fullName(systemName, environmentName), name);
      const wrong =
        bucket.length > LONGEST_NAME
          ? { rule: `must have at most ${LONGEST_NAME} characters`, remedy: "shorten the name" }
          : bucketProblem(bucket);
      if (wrong)
        say.system(
          ["buckets", name],
          `gives the bucket of ${environmentName} the name ${bucket}, which ${wrong.rule}`,
          bucket.length > LONGEST_NAME ? wrong.remedy : "choose another name",
          { value: name },
        );
      if (bucket === e.stateBucket)
        say.environment(
          ["stateBucket"],
          `is the system's bucket ${name}, which the stack creates`,
          "use a bucket of its own for the state",
        );
    }
  }),
];
