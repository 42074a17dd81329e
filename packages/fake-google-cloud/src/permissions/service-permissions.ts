import type { Body } from "../body";

/** What a call is about, for needs that depend on it. */
export interface Subject {
  /** What was sent. */
  readonly body: Body;
  /** The object at the call's path, which an update or a deletion is about; empty where there is none. */
  readonly stored: Body;
}

/** A permission on another resource than the one that is called: an account to act as, a network to attach to. */
export interface Elsewhere {
  readonly permission: string;
  /** Reference to the resource, as the field of the body holds it: a path, an address or an account's email. */
  readonly on: string;
}

/** A permission on the resource that is called, or several that depend on the call. */
export type Need = string | ((subject: Subject) => readonly (string | Elsewhere)[]);

/** What a service's calls need, and which predefined roles allow it. */
export interface ServicePermissions {
  /**
   * Permissions by method and path, in which a star stands for a segment, and two at the end for any number of them. A call
   * without a row is refused; one with no needs is open to every caller.
   */
  readonly calls: Readonly<Record<string, readonly Need[]>>;
  /**
   * What roles allow of the permissions in `calls`, without the service's name. A star stands for any number of characters.
   * What these stars match in Google Cloud beyond `calls` is not known here.
   */
  readonly roles?: Readonly<Record<string, string>>;
}

/** The calls of a collection whose objects stay as they are, and whose permissions are named after the usual methods. */
export const fixed = (at: string, permission: string): Record<string, Need[]> => ({
  [`POST ${at}`]: [`${permission}.create`],
  [`GET ${at}`]: [`${permission}.list`],
  [`GET ${at}/*`]: [`${permission}.get`],
  [`DELETE ${at}/*`]: [`${permission}.delete`],
});

/** The calls of a collection whose permissions are named after the usual methods. */
export const usual = (at: string, permission: string): Record<string, Need[]> => ({
  ...fixed(at, permission),
  [`PATCH ${at}/*`]: [`${permission}.update`],
});

/** The calls that read and replace an object's policy. */
export const ofPolicy = (at: string, permission: string): Record<string, Need[]> => ({
  [`GET ${at}:getIamPolicy`]: [`${permission}.getIamPolicy`],
  [`POST ${at}:getIamPolicy`]: [`${permission}.getIamPolicy`],
  [`POST ${at}:setIamPolicy`]: [`${permission}.setIamPolicy`],
});

/** Texts at a place such as `nodePools[].config.serviceAccount`, of which any part may be missing. */
export function textsAt(object: unknown, place: string): string[] {
  let found: unknown[] = [object];
  for (const part of place.split("."))
    found = found.flatMap((one) => {
      const value = Object(one)[part.replace("[]", "")];
      return part.endsWith("[]") && Array.isArray(value) ? value : [value];
    });
  return found.filter((one): one is string => typeof one === "string" && one !== "");
}

/** A permission on what fields name, in the body or else in the object that is called. */
export const on =
  (permission: string, ...fields: readonly string[]): Need =>
  ({ body, stored }) =>
    fields.flatMap((field) => {
      const sent = textsAt(body, field);
      return (sent.length ? sent : textsAt(stored, field)).map((reference) => ({ permission, on: reference }));
    });
