import type { Body } from "./body";
import type { Cloud } from "./cloud";
import type { Shape } from "./shape";

/** A request as a service sees it. */
export interface Call {
  readonly method: string;
  /** Of the API: `v1beta1`. */
  readonly version?: string | undefined;
  /** Without the version: `projects/p/global/networks`. */
  readonly path: string;
  /** What stands in the path where its pattern has `{name}`. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /**
   * What was sent, in the shape of its route; empty where nothing was. Null, which clears a field, is left in a PATCH alone.
   */
  readonly body: Body;
}

export type Handler = (call: Call, cloud: Cloud) => unknown;

export interface Route {
  readonly method: string;
  readonly path: RegExp;
  readonly handle: Handler;
  /** What the body must look like; fields that it does not name may hold anything. */
  readonly body: Shape;
}

/** A route to a path; `{name}` is one segment of it, without a verb such as `:setIamPolicy`, `{name=**}` any number. */
export function route(method: string, path: string, handle: Handler, body: Shape = {}): Route {
  const pattern = path
    .split(/(\{\w+(?:=\*\*)?\})/)
    .map((part) => {
      const [, name, many] = /^\{(\w+)(=\*\*)?\}$/.exec(part) ?? [];
      if (!name) return part.replace(/[.$]/g, "\\$&");
      return many ? `(?<${name}>.+?)` : `(?<${name}>[^/:]+)`;
    })
    .join("");
  return { method, path: new RegExp(`^${pattern}$`), handle, body };
}
