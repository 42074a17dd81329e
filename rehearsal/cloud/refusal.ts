/** What Google answers in place of a result: https://cloud.google.com/apis/design/errors */
export class Refusal extends Error {
  constructor(
    readonly code: number,
    readonly status: string,
    message: string,
    /** The older APIs' word for it, which the provider looks at: notFound, resourceInUseByAnotherResource, ... */
    readonly reason?: string,
  ) {
    super(message);
  }
}

export const invalid = (message: string, reason?: string): Refusal =>
  new Refusal(400, "INVALID_ARGUMENT", message, reason);

export const precondition = (message: string, reason?: string): Refusal =>
  new Refusal(400, "FAILED_PRECONDITION", message, reason);

/** https://cloud.google.com/docs/authentication/troubleshoot-authentication */
export const unauthenticated = (): Refusal =>
  new Refusal(
    401,
    "UNAUTHENTICATED",
    "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential.",
    "authError",
  );

export const denied = (message: string, reason?: string): Refusal =>
  new Refusal(403, "PERMISSION_DENIED", message, reason);

export const notFound = (message: string): Refusal => new Refusal(404, "NOT_FOUND", message, "notFound");

export const conflict = (message: string, reason = "alreadyExists", status = "ALREADY_EXISTS"): Refusal =>
  new Refusal(409, status, message, reason);

/** The stand-in's own: a call, or something in one, that nobody has taught it. The rehearsal lists these at its end. */
export const unknownHere = (message: string): Refusal => new Refusal(501, "UNIMPLEMENTED", message);
