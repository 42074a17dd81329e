import { UNKNOWN_PARAMETERS } from "../../facts/database-drivers";
import { hostsFor } from "../environment";
import { DATASTORES, datastoreOf, type Variable } from "../variable";
import { WORKLOADS, workloads } from "../workloads";
import { type Check, check, hosted, NOT_HOSTED, oneOf, own } from "./check";

const FIELDS = {
  database: ["host", "port", "name", "user", "password", "tls"],
  cache: ["host", "port", "password", "tls"],
  search: ["host", "port", "user", "password", "tls"],
};

/** Names whose hosts a variable is made from. */
const hostedIn = (v: Variable): readonly { readonly name: string; readonly path: readonly PropertyKey[] }[] => {
  if (typeof v === "string") return [];
  if (v.kind === "url") return [{ name: v.of, path: ["of"] }];
  return v.kind === "origins" || v.kind === "hosts" ? v.of.map((name, i) => ({ name, path: ["of", i] })) : [];
};

const isOptional = (v: Variable | undefined): boolean =>
  typeof v === "object" && v.kind === "environment" && v.optional;

/** Rules about variables that come from datastores, hosts and the environment. */
export const variablesChecks: readonly Check[] = [
  check(["variables", "database", "cache", "search"], [], [], (s, _e, _r, { say }) => {
    for (const [name, variable] of Object.entries(s.variables)) {
      const of = datastoreOf(variable);
      if (of && !s[of])
        say.system(["variables", name], `comes from the ${of}, and the system has none`, `declare ${of}, or remove it`);
      if (
        typeof variable === "object" &&
        variable.kind === "datastore" &&
        !FIELDS[variable.of].includes(variable.field)
      )
        say.system(["variables", name, "field"], `is not a field of the ${variable.of}`, oneOf(FIELDS[variable.of]));
    }
  }),
  check(["variables"], [], [], (s, _e, _r, { say }) => {
    for (const [name, variable] of Object.entries(s.variables)) {
      if (typeof variable !== "object" || variable.kind !== "database-url") continue;
      const { driver, parameters } = variable;
      for (const parameter of Object.keys(parameters))
        if (UNKNOWN_PARAMETERS[driver].includes(parameter))
          say.system(
            ["variables", name, "parameters", parameter],
            `is not a parameter of the driver ${driver}: no connection would succeed`,
            "remove it, or write the driver that reads the URL",
          );
    }
  }),
  check([...WORKLOADS, "database", "cache", "search"], [], [], (s, _e, _r, { say }) => {
    for (const store of DATASTORES)
      if (s[store] && !workloads(s).some(({ connects }) => connects.includes(store)))
        say.system(
          [store],
          "is not used: no service and no task connects to it",
          `add "${store}" to the connects of those that use it, or remove it`,
          { value: store },
        );
  }),
  check(["services", "variables", "frontends", "buckets"], [], [], (s, _e, _r, { say }) => {
    const names = hosted(s);
    for (const [name, variable] of Object.entries(s.variables))
      for (const [i, { name: of, path }] of hostedIn(variable).entries())
        if (!names.includes(of)) say.system(["variables", name, ...path], NOT_HOSTED, oneOf(names));
        else if (hostedIn(variable).findIndex(({ name }) => name === of) !== i)
          say.system(["variables", name, ...path], "is listed twice", "remove one of the two");
  }),
  check([...WORKLOADS, "frontends"], [], [], (s, _e, _r, { say }) => {
    for (const [i, name] of s.frontends.entries())
      if (s.frontends.indexOf(name) !== i) say.system(["frontends", i], "is listed twice", "remove one of the two");
      else if (own(s.services, name) || own(s.tasks, name) || own(s.scheduled, name))
        say.system(["frontends", i], "has the name of a service or a task", "rename one of the two");
  }),
  check(["variables", "atLeastOne"], [], [], (s, _e, _r, { say }) => {
    for (const [i, group] of s.atLeastOne.entries()) {
      if (new Set(group).size < 2)
        say.system(["atLeastOne", i], "must name at least two variables", "add one, or make the variable required");
      for (const [j, name] of group.entries())
        if (!isOptional(own(s.variables, name)))
          say.system(
            ["atLeastOne", i, j],
            "is not an optional variable of the system",
            'declare it { kind: "environment", optional: true }',
          );
    }
  }),
  check(["atLeastOne"], ["variables"], [], (s, e, _r, { say }) => {
    for (const group of s.atLeastOne)
      if (!group.some((name) => own(e.variables, name) !== undefined))
        say.environment(["variables"], `must have at least one of ${group.join(", ")}`, "add one", {
          value: undefined,
        });
  }),
  check(
    ["variables", "frontends", "services", "buckets"],
    ["services", "frontends", "buckets"],
    [],
    (s, e, _r, { say, declared, environmentName }) => {
      for (const name of s.frontends)
        if (!own(e.frontends, name)?.length)
          say.environment(
            ["frontends", name],
            "is required: the system has this frontend",
            'name its host, for example ["app.my-company.com"]',
          );
      for (const name of Object.keys(e.frontends))
        if (!s.frontends.includes(name))
          say.environment(["frontends", name], "is not a frontend of the system", oneOf(s.frontends), { value: name });
      for (const [name, variable] of Object.entries(s.variables))
        for (const { name: of, path } of hostedIn(variable))
          if (own(s.services, of)?.port && !hostsFor(e, of).length)
            say.environment(
              ["services", of, "hosts"],
              `must name a host: the variable ${name} is made from it`,
              "add one, or remove the variable",
            );
          else if (own(declared.services, of) && !own(s.services, of))
            say.system(
              ["variables", name, ...path],
              `is a service whose module ${environmentName} does not enable`,
              "enable the module there, or give the variable to services of the module alone",
            );
          else if (own(declared.buckets, of) && !own(s.buckets, of))
            say.system(
              ["variables", name, ...path],
              `is a bucket used only by modules that ${environmentName} does not enable`,
              "enable one of them there, or give the variable to services of such a module alone",
            );
    },
  ),
  check(["frontends"], ["services", "frontends"], [], (_s, e, _r, { say }) => {
    const served = new Map(
      Object.entries(e.services).flatMap(([name, { hosts }]) => hosts.map((host) => [host, name])),
    );
    for (const [name, hosts] of Object.entries(e.frontends))
      for (const [i, host] of hosts.entries()) {
        const other = served.get(host);
        if (other)
          say.environment(["frontends", name, i], `is already a host of ${other}`, "give the host to one of the two");
        served.set(host, name);
      }
  }),
];
