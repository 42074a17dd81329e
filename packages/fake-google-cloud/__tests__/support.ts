import { ApiError } from "../src/api-error";
import type { Body } from "../src/body";
import { Cloud, type CloudOptions } from "../src/cloud";
import { SERVICES } from "../src/services";

const APIS = SERVICES.flatMap(({ api }) => api ?? []);

/** A project `p` with every API on, and the calls of one service in it. */
export function serviceOf(name: string, cloud: Cloud = everything()) {
  const call = (method: string, path: string, body?: Body, query?: Record<string, string>) =>
    cloud.call({ method, service: name, path, body, query: new URLSearchParams(query) }) as Body;
  return {
    cloud,
    call,
    get: (path: string) => call("GET", path),
    post: (path: string, body?: Body, query?: Record<string, string>) => call("POST", path, body, query),
    patch: (path: string, body?: Body, query?: Record<string, string>) => call("PATCH", path, body, query),
    put: (path: string, body?: Body, query?: Record<string, string>) => call("PUT", path, body, query),
    delete: (path: string, query?: Record<string, string>) => call("DELETE", path, undefined, query),
  };
}

export const everything = (options: CloudOptions = {}): Cloud => new Cloud({ enabledApis: APIS, ...options });

/** Code and message that a call is refused with. */
export function errorOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof ApiError) return `${error.code} ${error.message}`;
    throw error;
  }
  throw new Error("it was not refused");
}
