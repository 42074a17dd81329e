/** An answer that is an error, in Vercel's shape. {@link https://vercel.com/docs/rest-api/errors} */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

export const notFound = (what: string): ApiError => new ApiError(404, "not_found", `${what} not found`);
export const badRequest = (message: string): ApiError =>
  new ApiError(400, "bad_request", `Invalid request: ${message}`);
