/** What Google answers in place of a result: https://cloud.google.com/apis/design/errors */
export class ApiError extends Error {
  constructor(
    readonly code: number,
    readonly status: string,
    message: string,
    /** The older APIs' word for it, which the provider looks at: notFound, resourceInUseByAnotherResource, ... */
    readonly reason?: string,
    /** What the newer APIs tell programs: https://cloud.google.com/apis/design/errors#error_details */
    readonly details?: readonly object[],
  ) {
    super(message);
  }
}

export const invalid = (message: string, reason?: string): ApiError =>
  new ApiError(400, "INVALID_ARGUMENT", message, reason);

export const precondition = (message: string, reason?: string): ApiError =>
  new ApiError(400, "FAILED_PRECONDITION", message, reason);

/** https://cloud.google.com/docs/authentication/troubleshoot-authentication */
export const unauthenticated = (): ApiError =>
  new ApiError(
    401,
    "UNAUTHENTICATED",
    "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential.",
    "authError",
  );

export const denied = (message: string, reason?: string): ApiError =>
  new ApiError(403, "PERMISSION_DENIED", message, reason);

export const notFound = (message: string): ApiError => new ApiError(404, "NOT_FOUND", message, "notFound");

export const conflict = (message: string, reason = "alreadyExists", status = "ALREADY_EXISTS"): ApiError =>
  new ApiError(409, status, message, reason);

/** The fake's own: a call, or something in one, that nobody has taught it. The rehearsal lists these at its end. */
export const unknownHere = (message: string): ApiError => new ApiError(501, "UNIMPLEMENTED", message);

/** How an error is answered over HTTP. One that is not Google's is a fault of the fake, and says where it happened. */
export function errorAnswer(error: unknown): { code: number; body: unknown } {
  const { code, status, message, reason, details } =
    error instanceof ApiError ? error : new ApiError(500, "INTERNAL", String((error as Error).stack));
  const errors = [{ domain: "global", reason: reason ?? status, message }];
  return { code, body: { error: { code, status, message, errors, details } } };
}
