import { z } from "zod";
import { HEADER_NAME, HEADER_VALUE, METHODS } from "../facts/http";
import { count, holding, matching, plainPath } from "./fields";
import { rule } from "./problem";

/** What a service with a port asks of the edge. `schema/edge.ts` says which edge can do what. */

/** Prefix of paths. It ends at a slash: `/sales` does not match `/salesforce`. */
const prefix = plainPath.refine(
  (p) => p === "/" || !p.endsWith("/"),
  rule("must not end with a slash", 'write it like "/sales"'),
);

const headerName = matching(
  HEADER_NAME,
  "must be a header's name of at most 128 characters",
  'write it like "Content-Security-Policy"',
);

const headerValue = matching(
  HEADER_VALUE,
  "must be a header's value: printable ASCII in one line, with no space at its ends",
  "write it like \"default-src 'self'\"",
).refine((value) => value.length <= 4096, rule("must be at most 4096 characters long", "shorten it"));

/** Headers with their values, by name. */
export const headersByName = z
  .record(headerName, headerValue)
  .refine((all) => Object.keys(all).length > 0, rule("must not be empty", "name a header, or remove the entry"));

const ORIGIN = /^https:\/\/([a-z0-9]([-a-z0-9]*[a-z0-9])?\.)+[a-z0-9-]*[a-z0-9](:[1-9]\d{0,4})?$/;
/** Whether an origin is a name, whose hosts differ between environments. */
export const isName = (origin: string): boolean => /^[a-z][-a-z0-9]*$/.test(origin);

/** A service or a frontend, whose hosts differ between environments; another origin, which does not; or everybody. */
const origin = holding(
  (text) => text === "*" || isName(text) || (ORIGIN.test(text) && !/:443$/.test(text)),
  'must be a service, a frontend, an origin with https and without a path, or "*"',
  'write it like "frontend" or "https://app.my-company.com"',
);

/** Minutes up to a day. */
const minutes = count(1, 1440, "minutes");

/** Shares of a canary, besides none and all. */
const steps = z
  .array(count(1, 99, "per cent"))
  .refine((all) => all.length > 0, rule("must not be empty", "write it like [10, 50]"))
  .refine(
    (all) => all.every((step, i) => i === 0 || step > (all[i - 1] as number)),
    rule("must be in ascending order", "write it like [10, 50]"),
  );

/**
 * Response headers, in addition to those that each public response has. Of a header that is in several entries, the one
 * with the longest path counts. They replace the application's own headers of the same name.
 */
export const headers = z
  .array(
    z.strictObject({
      /** Prefix of the paths. Without it, the headers are for all paths. An Ingress of Google's has only those. */
      path: prefix.optional(),
      set: headersByName,
    }),
  )
  .default([]);

export const web = {
  /**
   * How a new release reaches the clients of the service. With another kind than `rolling`, an environment can run a
   * candidate beside the stable release: `releases/<system>/<environment>.json` says which share of the requests it gets.
   * - `blue-green`: the candidate gets all requests when its share is 100, and none before
   * - `canary`: the candidate gets its share of the requests
   * - `rolling`: there is no candidate for the service, which is the default
   */
  strategy: z
    .discriminatedUnion("kind", [
      z.strictObject({ kind: z.literal("blue-green") }),
      z.strictObject({
        kind: z.literal("canary"),
        /** Shares that the candidate can have in per cent, besides 0 and 100, in ascending order. */
        steps,
      }),
      z.strictObject({ kind: z.literal("rolling") }),
    ])
    .default({ kind: "rolling" }),
  /**
   * Prefixes of the paths that the edge routes to the service, if services share a host: the longest prefix wins. The
   * service receives the path unchanged.
   */
  paths: z
    .array(prefix)
    .refine((all) => all.length > 0, rule("must not be empty", "name a path, or remove the key"))
    .default(["/"]),
  headers,
  /** Origins whose pages can call the service from browsers. Traefik answers preflight requests. Google's edges cannot. */
  cors: z
    .strictObject({
      /** Services and frontends whose hosts are origins, other origins such as `https://app.my-company.com`, or `*` for all. */
      origins: z.array(origin).refine((all) => all.length > 0, rule("must not be empty", "name an origin")),
      methods: z.array(z.enum(METHODS)).refine((all) => all.length > 0, rule("must not be empty", "name a method")),
      /** Request headers that pages can set, besides those that are always allowed. */
      headers: z.array(headerName).default([]),
      /** Whether browsers send cookies along. */
      credentials: z.boolean().default(false),
      /** Time for which browsers keep the answer to a preflight request. */
      maxAgeSeconds: count(1, 86400, "seconds").default(600),
    })
    .optional(),
  /** Sends the requests of a client to the same pod while it is ready, by a cookie that is valid for this time. */
  sticky: z.strictObject({ minutes }).optional(),
  /**
   * Time for which a WebSocket can stay open. On Google's edges, this also replaces `timeoutSeconds` as the limit of other
   * responses, because it has one limit for both. A pod or an edge that stops closes its WebSockets after `timeoutSeconds`.
   */
  websockets: z.strictObject({ minutes }).optional(),
  /**
   * Requests that one client address can make to the service's hosts. Only the limit with the longest path counts a
   * request. Cloud Armor supports only some intervals.
   */
  rateLimits: z
    .array(
      z.strictObject({
        /** Beginning of the limited paths, in any case. Without it, all paths are limited that have no other limit. */
        path: plainPath.optional(),
        requests: count(1, 10000, "requests"),
        seconds: count(1, 3600, "seconds"),
        /** Time for which a client that exceeds the limit gets no answer but 429. Cloud Armor supports only some times. */
        ban: z.strictObject({ seconds: count(60, 3600, "seconds") }).optional(),
      }),
    )
    .default([]),
};
