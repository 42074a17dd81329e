import { ApiError, conflict, invalid } from "../../api-error";
import type { Body } from "../../body";
import type { Cloud } from "../../cloud";
import { type Route, route } from "../../route";
import { SECONDS } from "../../times";

/** Path of a project's instances, and of one of them. */
export const INSTANCES = "projects/{project}/instances";
export const INSTANCE = `${INSTANCES}/{instance}`;

/** What begins to happen to an instance, of the types that https://cloud.google.com/sql/docs/postgres/admin-api/rest/v1beta4/operations#SqlOperationType lists. */
export interface Change {
  readonly project: string;
  /** Name of the instance. */
  readonly instance: string;
  readonly operationType: string;
  /** Of the model; seconds by default. */
  readonly minutes?: number;
}

const CREATIONS = ["CREATE", "CREATE_REPLICA", "CLONE"];

/** Where the store keeps an instance; what is in the instance is below. */
export const instanceKey = (project: string, instance: string): string =>
  `sql/projects/${project}/instances/${instance}`;

export const selfLinkOf = (path: string): string => `https://sqladmin.googleapis.com/sql/v1beta4/${path}`;

/** How Cloud SQL refuses most of what it refuses: in its words, there are two full stops where one was meant. */
export const badRequest = (message: string): ApiError => invalid(`Invalid request: ${message}.`, "invalid");

/** How the older Google APIs refuse a value outside an enumeration. */
export const badEnumeration = (field: string, value: unknown): ApiError =>
  invalid(`Invalid value at 'body.${field}' (TYPE_ENUM), "${value}"`, "badRequest");

/** https://cloud.google.com/sql/docs/postgres/admin-api-error-messages */
export const missing = (what: string, reason: string): ApiError =>
  new ApiError(404, "NOT_FOUND", `The ${what} does not exist.`, reason);

export const needInstance = (cloud: Cloud, key: string): Body =>
  cloud.need(key, missing("Cloud SQL instance", "instanceDoesNotExist"));

/**
 * One operation at a time changes an instance; the provider waits for the one before when it reads this reason.
 * https://cloud.google.com/sql/docs/postgres/troubleshooting
 */
export function needIdle(cloud: Cloud, key: string): void {
  if (cloud.operations.on(key))
    throw conflict(
      "Operation failed because another operation was already in progress. Try your request after the current operation is complete.",
      "operationInProgress",
      "ABORTED",
    );
}

/** Only a database server that runs answers. https://cloud.google.com/sql/docs/postgres/start-stop-restart-instance */
export function needRunning(cloud: Cloud, key: string): void {
  const underWay = cloud.operations.on(key)?.response as Body | undefined;
  if (cloud.store.get(key)?.settings.activationPolicy === "NEVER" || CREATIONS.includes(underWay?.operationType))
    throw badRequest("Invalid request since instance is not running");
}

/** Begins an operation on an instance, and answers with it. */
export function begin(cloud: Cloud, { project, instance, operationType, minutes = SECONDS }: Change): Body {
  const { name } = cloud.operations.begin(instanceKey(project, instance), minutes, {
    operationType,
    targetId: instance,
    targetProject: project,
  });
  return operationOf(cloud, name);
}

/** https://cloud.google.com/sql/docs/postgres/admin-api/rest/v1beta4/operations */
function operationOf(cloud: Cloud, name: string): Body {
  const operation = cloud.operations.find(name);
  if (!operation) throw missing("Cloud SQL instance operation", "operationDoesNotExist");
  return {
    kind: "sql#operation",
    name,
    status: cloud.operations.isDone(name) ? "DONE" : "RUNNING",
    ...(operation.response as Body),
  };
}

export const sqlOperationRoutes: readonly Route[] = [
  route("GET", "projects/{project}/operations/{operation}", ({ params }, cloud) =>
    operationOf(cloud, params.operation as string),
  ),
];
