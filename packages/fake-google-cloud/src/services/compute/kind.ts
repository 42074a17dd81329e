import { ApiError, invalid, notFound, precondition } from "../../api-error";
import { type Body, defaults } from "../../body";
import type { Cloud } from "../../cloud";
import { type Collection, collection } from "../../collection";
import { REGIONS, ZONES } from "../../regions";
import { type Route, route } from "../../route";
import { type Shape, TEXTS } from "../../shape";
import { minutesOf } from "../../times";

/** What Compute Engine's objects are called by in full. */
export const urlOf = (path: string): string => `https://www.googleapis.com/compute/v1/${path}`;

/** A value that Compute Engine does not take. */
export const wrong = (field: string, value: unknown, why: string): ApiError =>
  invalid(`Invalid value for field 'resource.${field}': '${value ?? ""}'. ${why}`, "invalid");

/** What somebody uses is not deleted. */
export const inUse = (kind: string, path: string, by: string): ApiError =>
  precondition(`The ${kind} resource '${path}' is already being used by '${by}'`, "resourceInUseByAnotherResource");

/**
 * Who refers to an object, by path. https://cloud.google.com/compute/docs/reference/rest/v1 documents what each field
 * refers to.
 */
function userOf(cloud: Cloud, path: string): string | undefined {
  const url = JSON.stringify(urlOf(path));
  const [project] = /^projects\/[^/]+/.exec(path) as RegExpExecArray;
  const [user] =
    cloud.store
      .below(`compute/${project}`)
      .find(([key, object]) => key !== `compute/${path}` && JSON.stringify(object).includes(url)) ?? [];
  return user?.replace("compute/", "");
}

/** A kind's name in answers: `compute#securityPolicy` for `securityPolicies`. */
const kindOf = (path: string): string =>
  `compute#${(path.split("/").at(-2) as string).replace(/(?<=[sx])es$|(?<!s)s$/, "").replace(/ie$/, "y")}`;

/** Its name in messages: `security_policy`. */
const wordOf = (path: string): string =>
  kindOf(path)
    .replace("compute#", "")
    .replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** Values by field, of nested ones by their path. */
export type Enumerations = Readonly<Record<string, readonly string[]>>;

/** Refuses what no enumeration has; an empty text stands for no value. */
export function checkEnumerations(object: Body, enumerations: Enumerations, at = ""): void {
  for (const [field, values] of Object.entries(enumerations)) {
    const value = field.split(".").reduce<unknown>((part, key) => (part as Body | undefined)?.[key], object);
    for (const one of [value ?? ""].flat())
      if (one !== "" && !values.includes(one as string))
        throw wrong(`${at}${field}`, one, `Must be one of ${values.join(", ")}.`);
  }
}

/** Refuses a change of what is decided when a thing is made. */
export function checkFixed(after: Body, before: Body | undefined, fields: readonly string[]): void {
  for (const field of fields)
    if (before && JSON.stringify(after[field]) !== JSON.stringify(before[field]))
      throw wrong(field, after[field], "The field cannot be changed.");
}

/** Whoever changes an object must have seen it as it is now: https://cloud.google.com/compute/docs/reference/rest/v1/subnetworks/patch */
export function checkFingerprint(now: string, sent: string | undefined): void {
  if (sent !== now) throw new ApiError(412, "FAILED_PRECONDITION", "Invalid fingerprint.", "conditionNotMet");
}

/** https://cloud.google.com/compute/docs/naming-resources#resource-name-format */
const NAME = /^[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?$/;

export function checkName(name: string, field = "name"): void {
  if (!NAME.test(name)) throw wrong(field, name, `Must be a match of regex '${NAME.source.slice(1, -1)}'`);
}

type Kind = Pick<Collection, "at" | "accept" | "release" | "update"> & Required<Pick<Collection, "type" | "shape">>;

/** A collection whose changes are answered with operations: https://cloud.google.com/compute/docs/api/how-tos/api-requests-responses */
export const computeCollection = ({ type, accept, release, ...kind }: Kind): Route[] =>
  collection({
    ...kind,
    service: "compute",
    id: "name",
    items: "items",
    fixed: ["name"],
    accept(object, about) {
      const { cloud, path, key, before } = about;
      cloud.needReady(key);
      const [, , scope = "", place = ""] = path.split("/");
      const known = { regions: REGIONS, zones: ZONES }[scope];
      if (known && !known.includes(place)) {
        const word = scope.slice(0, -1);
        throw invalid(`Invalid value for field '${word}': '${place}'. Unknown ${word}.`, "invalid");
      }
      if (!before) checkName(object.name);
      accept?.(object, about);
      const { id = String(cloud.next()), creationTimestamp = new Date().toISOString() } = before ?? {};
      defaults(object, { kind: kindOf(path), id, creationTimestamp, selfLink: urlOf(path) });
      if (known) object[scope.slice(0, -1)] = urlOf(path.split("/").slice(0, 4).join("/"));
    },
    release(object, about) {
      about.cloud.needReady(about.key);
      release?.(object, about);
      const user = userOf(about.cloud, about.path);
      if (user) throw inUse(wordOf(about.path), about.path, user);
    },
    answer: ({ cloud, path }, change) => changed(cloud, path, change === "create" ? minutesOf(type) : 0),
  });

/** Where the collections are that each region has besides the global one. */
export const PLACES = ["projects/{project}/global", "projects/{project}/regions/{region}"] as const;

/** The operation that changes an object. */
export function changed(cloud: Cloud, path: string, minutes = 0): Body {
  const { name } = cloud.operations.begin(`compute/${path}`, minutes);
  const [place] = /^projects\/[^/]+\/(?:global|(?:regions|zones)\/[^/]+)/.exec(path) as RegExpExecArray;
  return operationAnswer(cloud, `${place}/operations/${name}`);
}

function operationAnswer(cloud: Cloud, path: string): Body {
  const [place, name = ""] = path.split("/operations/") as [string, string?];
  const operation = cloud.operations.find(name);
  if (!operation) throw notFound(`The resource '${path}' was not found`);
  const done = cloud.operations.isDone(name);
  return {
    kind: "compute#operation",
    name,
    status: done ? "DONE" : "RUNNING",
    progress: done ? 100 : 0,
    targetLink: urlOf(operation.target.replace("compute/", "")),
    selfLink: urlOf(path),
    ...(place.includes("/regions/") && { region: urlOf(place) }),
    ...(place.includes("/zones/") && { zone: urlOf(place) }),
  };
}

/** Where operations are asked for. */
export const computeOperations: Route[] = ["global", "regions/{region}", "zones/{zone}"].map((place) =>
  route("GET", `projects/{project}/${place}/operations/{operation}`, ({ path }, cloud) => operationAnswer(cloud, path)),
);

/** A call that changes an object in a way of its own: `POST .../networks/n/addPeering`. */
export const action = (
  at: string,
  verb: string,
  change: (object: Body, body: Body, about: { cloud: Cloud; path: string; query: URLSearchParams }) => void,
  { method = "POST", shape = {} }: { method?: string; shape?: Shape } = {},
): Route =>
  route(
    method,
    `${at}/{id}/${verb}`,
    ({ path: asked, body, query }, cloud) => {
      const path = asked.slice(0, -verb.length - 1).replace(/^(projects\/[^/]+)\/(?=target)/, "$1/global/");
      const key = `compute/${path}`;
      const object = structuredClone(cloud.need(key, notFound(`The resource '${path}' was not found`)));
      cloud.needReady(key);
      change(object, body, { cloud, path, query });
      cloud.store.set(key, object);
      return changed(cloud, path);
    },
    shape,
  );

/** https://cloud.google.com/compute/docs/labeling-resources */
export const setLabels = (at: string): Route =>
  action(
    at,
    "setLabels",
    (object, { labels, labelFingerprint }, { cloud }) => {
      checkFingerprint(object.labelFingerprint, labelFingerprint);
      object.labels = labels;
      object.labelFingerprint = String(cloud.next());
    },
    { shape: { labels: TEXTS, labelFingerprint: "text" } },
  );
