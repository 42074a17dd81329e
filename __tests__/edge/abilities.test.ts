import { type Ability, lackOf } from "../../schema/edge";
import type { Environment } from "../../schema/environment";
import { type Anything, gateway, production, staging, traefik } from "../bad-inputs/support";
import { type Files, problems } from "../support";

const CANARY = { kind: "canary", steps: [10, 50] };

/** A service that asks for one thing, and the line's place. */
const ASKS: Readonly<Record<Ability, { readonly fields: object; readonly place: string }>> = {
  limitsOfPaths: { fields: { rateLimits: [{ path: "/a", requests: 5, seconds: 60 }] }, place: "rateLimits.0.path" },
  bans: { fields: { rateLimits: [{ requests: 5, seconds: 60, ban: { seconds: 60 } }] }, place: "rateLimits.0.ban" },
  headersOfPaths: { fields: { headers: [{ path: "/a", set: { "X-A": "a" } }] }, place: "headers.0.path" },
  cors: { fields: { cors: { origins: ["*"], methods: ["GET"] } }, place: "cors" },
  sticky: { fields: { sticky: { minutes: 60 } }, place: "sticky" },
  websockets: { fields: { websockets: { minutes: 60 } }, place: "websockets" },
  weights: { fields: { strategy: { kind: "blue-green" } }, place: "strategy" },
  stickyWeights: { fields: { strategy: CANARY, sticky: { minutes: 60 } }, place: "strategy" },
};

/** Puts both environments behind an edge. */
const EDGES: Readonly<Record<Environment["edge"]["kind"], (files: Files) => void>> = {
  google: () => {},
  gateway: (files) => {
    production((e) => (e.edge = gateway))(files);
    staging((e) => (e.edge = gateway))(files);
  },
  traefik: (files) => {
    production((e) => (e.edge = traefik))(files);
    staging((e) => (e.edge = { ...traefik, acme: "staging" }))(files);
  },
};

const PAIRS = Object.keys(EDGES).flatMap((kind) => Object.keys(ASKS).map((ability) => [kind, ability])) as [
  keyof typeof EDGES,
  Ability,
][];

test.each(PAIRS)("behind %s, %s are accepted, or refused with what to do instead", (kind, ability) => {
  const { fields, place } = ASKS[ability];
  const lines = problems((files) => {
    EDGES[kind](files);
    files.system.database.connectionsPerPod = 2; // a candidate needs connections, too
    Object.assign(files.system.services.backend as Anything, { rateLimits: [] }, fields);
  });
  const lack = lackOf({ kind }, ability);
  expect(lines.map((line) => line.replace(/ = .*?: must/, ": must"))).toEqual(
    lack ? [`systems/pmcrm.ts services.backend.${place}: ${lack.rule}; ${lack.remedy}`] : [],
  );
});
