import { conflict, invalid } from "../../api-error";
import type { Body } from "../../body";
import type { Cloud } from "../../cloud";
import { type Call, type Route, route } from "../../route";
import type { Shape } from "../../shape";
import {
  badRequest,
  begin,
  INSTANCE,
  instanceKey,
  missing,
  needIdle,
  needInstance,
  needRunning,
  selfLinkOf,
} from "./operations";

const USER: Shape = { name: "text", password: "text", type: "text", databaseRoles: ["text"] };

/** The instance that a call is about, with its key in the store. */
function instanceOf({ params }: Call, cloud: Cloud) {
  const { project, instance: name } = params as { project: string; instance: string };
  const key = instanceKey(project, name);
  return { project, name, key, instance: needInstance(cloud, key) };
}

/**
 * The instance, where what is in it may change: a replica has what its primary has.
 * https://cloud.google.com/sql/docs/postgres/replication#read-replicas
 */
function writable(call: Call, cloud: Cloud) {
  const of = instanceOf(call, cloud);
  if (of.instance.masterInstanceName)
    throw invalid("The requested operation is not valid for a read replica.", "errorReadReplicaInvalidOperation");
  needIdle(cloud, of.key);
  needRunning(cloud, of.key);
  return of;
}

/** Roles are Cloud SQL's and PostgreSQL's own, those that a script made, and users. https://cloud.google.com/sql/docs/postgres/roles-and-users */
function needRoles(cloud: Cloud, key: string, roles: readonly string[]): void {
  const unknown = roles.find(
    (role) =>
      !/^(cloudsql|pg_)/.test(role) &&
      !cloud.store.get(`${key}/roles/${role}`) &&
      !cloud.store.get(`${key}/users/${role}`),
  );
  if (unknown) throw badRequest(`role "${unknown}" does not exist`);
}

/** What every user has. A password policy may be empty. */
const OF_EVERY_USER: Body = { host: "", iamStatus: "IAM_STATUS_UNSPECIFIED", passwordPolicy: { status: {} } };

/** The user that an instance comes with. https://cloud.google.com/sql/docs/postgres/users#postgres-user */
export function createSuperuser(cloud: Cloud, project: string, instance: string): void {
  const user = { ...structuredClone(OF_EVERY_USER), kind: "sql#user", name: "postgres", instance, project };
  cloud.store.set(`${instanceKey(project, instance)}/users/postgres`, user);
}

function createUser(call: Call, cloud: Cloud): Body {
  const { project, name: instance, key } = writable(call, cloud);
  const { password, ...user } = call.body;
  const { name, type, databaseRoles = [] } = user;
  if (!name) throw badRequest("the user has no name");
  // https://cloud.google.com/sql/docs/postgres/add-manage-iam-users
  if (type === "CLOUD_IAM_SERVICE_ACCOUNT" && name.endsWith(".gserviceaccount.com"))
    throw badRequest(
      'Database username for Cloud IAM service account should be created without ".gserviceaccount.com" suffix',
    );
  if (cloud.store.get(`${key}/users/${name}`)) throw conflict(`The user ${name} already exists.`);
  needRoles(cloud, key, databaseRoles);
  if (password !== undefined) cloud.passwords.set(`${call.path}/${name}`, password);
  const filled = { ...structuredClone(OF_EVERY_USER), ...user, kind: "sql#user", instance, project };
  cloud.store.set(`${key}/users/${name}`, filled);
  return begin(cloud, { project, instance, operationType: "CREATE_USER" });
}

/** The user that the query names. */
function userOf({ query }: Call, cloud: Cloud, key: string) {
  const name = query.get("name") ?? "";
  const userKey = `${key}/users/${name}`;
  return { name, userKey, user: cloud.need(userKey, missing(`user ${name}`, "userDoesNotExist")) };
}

function updateUser(call: Call, cloud: Cloud): Body {
  const { project, name: instance, key } = writable(call, cloud);
  const { name, userKey, user } = userOf(call, cloud, key);
  const roles = call.query.getAll("databaseRoles");
  needRoles(cloud, key, roles);
  if (call.body.password) cloud.passwords.set(`${call.path}/${name}`, call.body.password);
  const kept = call.query.get("revokeExistingRoles") === "true" ? [] : (user.databaseRoles ?? []);
  cloud.store.set(userKey, { ...user, databaseRoles: [...new Set([...kept, ...roles])] });
  return begin(cloud, { project, instance, operationType: "UPDATE_USER" });
}

function deleteUser(call: Call, cloud: Cloud): Body {
  const { project, name: instance, key } = writable(call, cloud);
  const { name, userKey, user } = userOf(call, cloud, key);
  // Who logs in with a password and acts as no other role has made something for sure, if anybody logs in.
  // https://cloud.google.com/sql/docs/postgres/create-manage-users#deleting_a_user
  const owns = !cloud.options.unusedDatabases && !user.type?.startsWith("CLOUD_IAM") && !user.databaseRoles?.length;
  if (owns)
    throw badRequest(
      `failed to delete user ${name}: . role "${name}" cannot be dropped because some objects depend on it Details: 1 object in a database`,
    );
  cloud.passwords.delete(`${call.path}/${name}`);
  cloud.store.delete(userKey);
  return begin(cloud, { project, instance, operationType: "DELETE_USER" });
}

function createDatabase(call: Call, cloud: Cloud): Body {
  const { project, name: instance, key } = writable(call, cloud);
  const { name, charset = "UTF8" } = call.body;
  const failure = (detail: string) => badRequest(`failed to create database ${name}. Detail: pq: ${detail}`);
  if (!name) throw badRequest("the database has no name");
  if (cloud.store.get(`${key}/databases/${name}`)) throw failure(`database "${name}" already exists`);
  // https://cloud.google.com/sql/docs/postgres/create-manage-databases
  if (charset !== "UTF8") throw failure(`encoding "${charset}" is not supported`);
  cloud.store.set(`${key}/databases/${name}`, {
    charset,
    collation: "en_US.UTF8",
    kind: "sql#database",
    selfLink: selfLinkOf(`${call.path}/${name}`),
    ...call.body,
    instance,
    project,
  });
  return begin(cloud, { project, instance, operationType: "CREATE_DATABASE" });
}

const needDatabase = (cloud: Cloud, key: string, name = "") =>
  cloud.need(`${key}/databases/${name}`, missing(`database ${name}`, "databaseDoesNotExist"));

function getDatabase(call: Call, cloud: Cloud): Body {
  const { key } = instanceOf(call, cloud);
  needRunning(cloud, key);
  return needDatabase(cloud, key, call.params.database);
}

function deleteDatabase(call: Call, cloud: Cloud): Body {
  const { project, name: instance, key } = writable(call, cloud);
  needDatabase(cloud, key, call.params.database);
  cloud.store.delete(`${key}/databases/${call.params.database}`);
  return begin(cloud, { project, instance, operationType: "DELETE_DATABASE" });
}

/** Runs a script as whoever calls, who is a user through IAM. https://cloud.google.com/sql/docs/postgres/executesql */
function executeSql(call: Call, cloud: Cloud): Body {
  const { key, instance } = instanceOf(call, cloud);
  const { database, sqlStatement = "" } = call.body;
  needRunning(cloud, key);
  if (instance.settings.dataApiAccess !== "ALLOW_DATA_API")
    throw badRequest("Data API is not enabled for the instance");
  if (!cloud.store.get(`${key}/databases/${database}`)) throw badRequest(`database "${database}" does not exist`);
  const has = (flag: string) =>
    instance.settings.databaseFlags?.some(({ name, value }: Body) => name === flag && value === "on");
  const users = cloud.store.members(`${key}/users`);
  if (!has("cloudsql.iam_authentication") || !users.some(({ type }) => type?.startsWith("CLOUD_IAM")))
    return failed("FATAL: Cloud SQL IAM service account authentication failed (SQLSTATE 28000)");
  const roles: string[] = [...sqlStatement.matchAll(/CREATE ROLE "([^"]+)"/g)].map(([, role]) => role);
  // Attributes of a role are not inherited. https://www.postgresql.org/docs/current/role-membership.html
  if (roles.length && !/^SET ROLE cloudsqlsuperuser;/m.test(sqlStatement))
    return failed("ERROR: permission denied to create role (SQLSTATE 42501)");
  // https://cloud.google.com/sql/docs/postgres/pg-audit
  if (/CREATE EXTENSION (IF NOT EXISTS )?"?pgaudit\b/.test(sqlStatement) && !has("cloudsql.enable_pgaudit"))
    return failed("ERROR: pgaudit must be loaded via shared_preload_libraries (SQLSTATE 55000)");
  for (const role of roles) cloud.store.set(`${key}/roles/${role}`, { name: role });
  return { messages: [], results: [], status: { code: 0 } };
}

/** What PostgreSQL refuses is no refusal of the API's. */
const failed = (message: string): Body => ({ status: { code: 3, message } });

/**
 * What is in an instance: users, databases and what scripts do there.
 * https://cloud.google.com/sql/docs/postgres/admin-api/rest/v1beta4/users
 */
export const sqlUserRoutes: readonly Route[] = [
  route("GET", `${INSTANCE}/users`, (call, cloud) => ({
    kind: "sql#usersList",
    items: cloud.store.members(`${instanceOf(call, cloud).key}/users`),
  })),
  route("POST", `${INSTANCE}/users`, createUser, USER),
  route("PUT", `${INSTANCE}/users`, updateUser, USER),
  route("DELETE", `${INSTANCE}/users`, deleteUser),
  route("POST", `${INSTANCE}/databases`, createDatabase, { name: "text", charset: "text", collation: "text" }),
  route("GET", `${INSTANCE}/databases/{database}`, getDatabase),
  route("DELETE", `${INSTANCE}/databases/{database}`, deleteDatabase),
  route("POST", `${INSTANCE}/executeSql`, executeSql, { database: "text", sqlStatement: "text" }),
];
