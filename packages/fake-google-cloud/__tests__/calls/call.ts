import type { Body } from "../../src/body";

/** A call that succeeds after the calls before it in VALID_CALLS. */
export interface ValidCall {
  readonly service: string;
  readonly method: string;
  readonly path: string;
  readonly body?: Body;
  readonly query?: Readonly<Record<string, string>>;
}

export const GLOBAL = "projects/p/global";
export const REGION = "projects/p/regions/us-east4";
export const LOCATION = "projects/p/locations/us-east4";
export const CONNECTIONS = "services/servicenetworking.googleapis.com/connections";

export const NETWORK = `${GLOBAL}/networks/n`;
export const OTHER = `${GLOBAL}/networks/m`;
export const POLICY = { bindings: [{ role: "roles/viewer", members: ["user:a@example.com"] }], etag: "" };
export const setPolicy = (service: string, path: string): ValidCall => ({
  service,
  method: "POST",
  path: `${path}:setIamPolicy`,
  body: { policy: POLICY, updateMask: "bindings,etag" },
});
export const getPolicy = (service: string, path: string): ValidCall => ({
  service,
  method: "POST",
  path: `${path}:getIamPolicy`,
  body: {},
});

export const compute = (method: string, path: string, body?: Body, query?: ValidCall["query"]): ValidCall => ({
  service: "compute",
  method,
  path,
  body,
  query,
});
