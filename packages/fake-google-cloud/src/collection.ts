import { randomUUID } from "node:crypto";
import { type ApiError, conflict, invalid, notFound } from "./api-error";
import { type Body, masked, merge } from "./body";
import type { Cloud } from "./cloud";
import { type Call, type Route, route } from "./route";
import { type Shape, snake } from "./shape";
import { minutesOf } from "./times";

/** What a hook is told of the object that a call is about. */
export interface About {
  readonly cloud: Cloud;
  readonly call: Call;
  readonly path: string;
  /** Its key in the store. */
  readonly key: string;
  /** What it was before an update. */
  readonly before?: Body;
}

export type Change = "create" | "update" | "delete";

/** Objects of one kind that are created, read, listed, changed and deleted in the usual way. */
export interface Collection {
  readonly service: string;
  /** Path of the collection, as in {@link route}. */
  readonly at: string;
  /** Where a new one's id is: `?secretId` in the query, `name` in the body; empty if the service chooses it. */
  readonly id: string;
  /** Refuses what Google refuses and fills in what Google fills in, in what is created and in what an update leads to. */
  readonly accept?: (object: Body, about: About) => void;
  /** What the body of a new one, and of an update, must look like. */
  readonly shape?: Shape;
  /** Fields that no update can change, as the services say of each. */
  readonly fixed?: readonly string[];
  /** Refuses the deletion of what is in use or protected. */
  readonly release?: (object: Body, about: About) => void;
  /** How one is updated: PATCH, the default, changes what the body has; PUT replaces all of it. */
  readonly update?: "PATCH" | "PUT" | "none";
  /** Terraform's type, which tells how long it takes to make one. */
  readonly type?: string;
  /** Says what exists already, in the service's words. */
  readonly taken?: (path: string, cloud: Cloud) => ApiError;
  readonly missing?: (path: string, cloud: Cloud) => ApiError;
  /** The answer to a change; the object by default. */
  readonly answer?: (about: About, change: Change, object: Body) => unknown;
  /** Field of a list's answer that holds the objects; the collection's own name by default. */
  readonly items?: string;
}

export function collection(kind: Collection): Route[] {
  const {
    service,
    at,
    shape,
    accept,
    release,
    fixed = [],
    update = "PATCH",
    answer = (_about, _change, object) => object,
  } = kind;
  const missing = kind.missing ?? ((path: string) => notFound(`The resource '${path}' was not found`));
  const taken = kind.taken ?? ((path: string) => conflict(`The resource '${path}' already exists`));
  const about = (cloud: Cloud, call: Call, path: string, before?: Body): About => ({
    cloud,
    call,
    path,
    key: `${service}/${path}`,
    before,
  });
  const find = (cloud: Cloud, { path }: Call) => cloud.need(`${service}/${path}`, missing(path, cloud));
  const one = `${at}/{id}`;
  const routes = [
    route(
      "POST",
      at,
      (call, cloud) => {
        const path = `${call.path}/${newId(call, kind.id)}`;
        const it = about(cloud, call, path);
        if (cloud.store.get(it.key)) throw taken(path, cloud);
        const object = structuredClone(call.body);
        accept?.(object, it);
        cloud.store.set(it.key, object);
        return answer(it, "create", object);
      },
      shape,
    ),
    route("GET", at, ({ path }, cloud) => ({
      [kind.items ?? (path.split("/").pop() as string)]: cloud.store.members(`${service}/${path}`),
    })),
    route("GET", one, (call, cloud) => find(cloud, call)),
    route("DELETE", one, (call, cloud) => {
      const object = find(cloud, call);
      const it = about(cloud, call, call.path);
      release?.(object, it);
      cloud.store.delete(it.key);
      return answer(it, "delete", {});
    }),
  ];
  if (update !== "none")
    routes.push(
      route(
        update,
        one,
        (call, cloud) => {
          const before = find(cloud, call);
          const it = about(cloud, call, call.path, before);
          const after = updated(before, call);
          for (const field of fixed)
            if (JSON.stringify(after[field]) !== JSON.stringify(before[field]))
              throw invalid(`Invalid value for field '${field}': '${after[field]}'. The field is immutable.`);
          accept?.(after, it);
          cloud.store.set(it.key, after);
          return answer(it, "update", after);
        },
        shape,
      ),
    );
  return routes;
}

/** What an update leads to. */
function updated(before: Body, { method, query, body }: Call): Body {
  if (method === "PUT") return structuredClone(body);
  if (query.has("updateMask")) return masked(before, body, query.get("updateMask"));
  return merge(structuredClone(before), body);
}

function newId({ query, body }: Call, id: string): string {
  if (!id) return randomUUID();
  // Both spellings are Google's: https://cloud.google.com/endpoints/docs/grpc/transcoding
  const found = id.startsWith("?") ? (query.get(id.slice(1)) ?? query.get(snake(id.slice(1)))) : body[id];
  if (!found) throw invalid(`The field '${id.replace("?", "")}' is required.`);
  return String(found);
}

/** An operation of the newer APIs: https://google.aip.dev/151 */
export function longRunning(type?: string): NonNullable<Collection["answer"]> {
  return ({ cloud, path, key }, change, object) => {
    const minutes = change === "create" && type ? minutesOf(type) : 0;
    const { name } = cloud.operations.begin(key, minutes, object);
    return longRunningAnswer(cloud, `${path.split("/").slice(0, 4).join("/")}/operations/${name}`);
  };
}

export function longRunningAnswer(cloud: Cloud, path: string): Body {
  const name = path.split("/").pop() as string;
  const done = cloud.operations.isDone(name);
  const response = {
    "@type": "type.googleapis.com/google.protobuf.Struct",
    ...(cloud.operations.find(name)?.response as Body),
  };
  return {
    name: path,
    done,
    metadata: { "@type": "type.googleapis.com/google.protobuf.Struct" },
    ...(done && { response }),
  };
}

/** Where the operations of a newer API are asked for. */
export const operationRoutes = (at: string): Route[] => [
  route("GET", `${at}/operations/{operation}`, ({ path }, cloud) => longRunningAnswer(cloud, path)),
];
