import type { Body } from "./body";
import type { Cloud } from "./cloud";

/** A request as a service sees it. */
export interface Call {
  readonly method: string;
  /** Without the version: `projects/p/global/networks`. */
  readonly path: string;
  /** What stands in the path where its pattern has `{name}`. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** What was sent; empty where nothing was. */
  readonly body: Body;
}

export type Handler = (call: Call, cloud: Cloud) => unknown;

export interface Route {
  readonly method: string;
  readonly path: RegExp;
  readonly handle: Handler;
}

/** A route to a path; `{name}` is one segment of it, without a verb such as `:setIamPolicy`, `{name=**}` any number. */
export function route(method: string, path: string, handle: Handler): Route {
  const pattern = path
    .split(/(\{\w+(?:=\*\*)?\})/)
    .map((part) => {
      const [, name, many] = /^\{(\w+)(=\*\*)?\}$/.exec(part) ?? [];
      if (!name) return part.replace(/[.$]/g, "\\$&");
      return many ? `(?<${name}>.+?)` : `(?<${name}>[^/:]+)`;
    })
    .join("");
  return { method, path: new RegExp(`^${pattern}$`), handle };
}
