import { z } from "zod";
import { WAF_FIELDS, WAF_OPERATORS, WAF_RULE_SETS, WAF_SIGNATURE } from "../facts/waf";
import { entryOf, type Kinds, type Needs } from "./choices";
import { email, label, text } from "./fields";
import { rule } from "./problem";

/** Ingress of an environment's public services: its kinds, the fields of each kind, and what each kind needs. */

const dnsZone = {
  /**
   * Cloud DNS zone in this project, in which the deploy creates the hosts' records. Without it, you point the records to the
   * edge's address yourself.
   */
  dnsZone: label().optional(),
};

const waf = {
  /** Web application firewall in front of the public services. */
  waf: z.strictObject({
    /** `preview` only logs matching requests, `enforce` rejects them. Known exploits are always rejected. */
    mode: z.enum(["preview", "enforce"]),
    /** Harmless matches: signatures to turn off, or parts of requests that signatures ignore. */
    exclusions: z
      .array(
        z.strictObject({
          ruleSet: z.enum(WAF_RULE_SETS),
          signatures: z
            .array(
              z
                .string()
                .regex(
                  WAF_SIGNATURE,
                  rule("must be a signature's id", "copy it from the load balancer's log (preconfiguredExprIds)"),
                ),
            )
            .min(1, rule("must not be empty", "name a signature, or remove the key"))
            .optional(),
          fields: z
            .array(
              z.strictObject({
                in: z.enum(WAF_FIELDS),
                operator: z.enum(WAF_OPERATORS),
                /** Absent for EQUALS_ANY. */
                value: text.optional(),
              }),
            )
            .min(1, rule("must not be empty", "name a part of requests, or remove the key"))
            .optional(),
        }),
      )
      .default([]),
  }),
};

/** Google's global load balancer, which GKE makes of an Ingress. */
const googleEdge = z.strictObject({ kind: z.literal("google"), ...waf, ...dnsZone });

/** Google's global load balancer, which GKE makes of a Gateway. */
const gatewayEdge = z.strictObject({ kind: z.literal("gateway"), ...waf, ...dnsZone });

const traefikEdge = z.strictObject({
  kind: z.literal("traefik"),
  /** Node pool. Required if the cluster has pools. */
  pool: label().optional(),
  /**
   * Contact for the certificates. Let's Encrypt writes to it about incidents, but no longer about expiry: Prometheus alerts
   * instead.
   */
  email,
  /** Let's Encrypt's staging environment has high rate limits, but browsers do not trust its certificates. */
  acme: z.enum(["production", "staging"]),
  ...dnsZone,
});

export const edge = z.discriminatedUnion("kind", [googleEdge, gatewayEdge, traefikEdge]);

const EDGES: Kinds<z.output<typeof edge>, Needs> = {
  google: ({ dnsZone }) => ({ ...records(dnsZone), unfit: [] }),
  gateway: ({ dnsZone }) => {
    const { apis, roles, ...needs } = records(dnsZone);
    return {
      ...needs,
      apis: ["certificatemanager", ...apis],
      roles: { "roles/certificatemanager.owner": "certificates", ...roles },
      unfit: [],
    };
  },
  traefik: ({ dnsZone, acme }) => ({
    ...records(dnsZone),
    unfit:
      acme === "production"
        ? []
        : [
            {
              field: "acme",
              rule: "must be production in production: no browser trusts the other certificates",
              remedy: 'write "production"',
            },
          ],
  }),
};

const records = (dnsZone?: string): Omit<Needs, "unfit"> => ({
  apis: dnsZone ? ["dns"] : [],
  roles: dnsZone ? { "roles/dns.admin": "records" } : {},
  secrets: [],
  supplied: [],
  addressBlocks: 0,
  bitnami: false,
  diskGb: 0,
});

type Edge = z.output<typeof edge>;

/** Whether browsers trust the certificates of an edge. */
export const isTrusted = (it: Edge): boolean => it.kind !== "traefik" || it.acme === "production";

/** What a service can ask of an edge besides routes, where kinds of edges differ. */
export type Ability =
  | "limitsOfPaths"
  | "bans"
  | "headersOfPaths"
  | "cors"
  | "sticky"
  | "websockets"
  /** Two Services behind one route, each with its share of the requests. */
  | "weights"
  /** The same, with clients that stay at one of the two. */
  | "stickyWeights";

/** Why a kind of edge cannot do something, and what to do instead. */
interface Lack {
  readonly rule: string;
  readonly remedy: string;
}

/** What holds for Google's load balancer, whatever GKE makes it of. */
const NO_CORS: Lack = {
  rule: "must be absent: Google's load balancer does not answer requests of other origins",
  remedy: 'let the service answer them, and give it the origins in a variable of the kind "origins"',
};
const NO_WEIGHTS: Lack = {
  rule: "must be rolling: Google's load balancer for an Ingress sends all requests of a route to one Service",
  remedy: 'use the edge "gateway" or "traefik", or remove it',
};

const ABILITIES = {
  google: {
    limitsOfPaths: true,
    bans: true,
    headersOfPaths: {
      rule: "must be absent: Google's load balancer sets a service's headers on all of its paths",
      remedy: "remove the path, or give these paths to a service of their own, with the same image",
    },
    cors: NO_CORS,
    sticky: true,
    websockets: true,
    weights: NO_WEIGHTS,
    stickyWeights: NO_WEIGHTS,
  },
  gateway: {
    limitsOfPaths: true,
    bans: true,
    headersOfPaths: true,
    cors: NO_CORS,
    sticky: true,
    websockets: true,
    weights: true,
    stickyWeights: {
      rule: "must be rolling beside sticky: Google's load balancer keeps no client at one of two Services",
      remedy: 'remove sticky, or use the edge "traefik"',
    },
  },
  traefik: {
    limitsOfPaths: true,
    bans: {
      rule: "must be absent: Traefik limits a client's requests, but does not ban it",
      remedy: "remove it: requests above the limit are refused anyway",
    },
    headersOfPaths: true,
    cors: true,
    sticky: true,
    websockets: true,
    weights: true,
    stickyWeights: true,
  },
} as const satisfies Record<Edge["kind"], Record<Ability, true | Lack>>;

/** Returns why an edge cannot do something; undefined if it can. */
export function lackOf({ kind }: Pick<Edge, "kind">, ability: Ability): Lack | undefined {
  const able: true | Lack = ABILITIES[kind][ability];
  return able === true ? undefined : able;
}

export const edgeNeeds = (e: { readonly edge: z.output<typeof edge> }): Needs => entryOf(EDGES, e.edge);
