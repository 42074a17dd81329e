import type { Files } from "../support";

const digest = (digit: string) => `sha256:${digit.repeat(64)}`;
/** A release of pmcrm after the fixed one. */
export const NEXT = { version: "2.0.0", images: { backend: digest("2") } };

/** Puts both environments behind Traefik, where services can have a candidate. */
export function behindTraefik({ staging, production }: Files): void {
  const edge = { kind: "traefik", pool: "app", email: "platform@pmcrm.io" } as const;
  production.environment.edge = { ...edge, acme: "production" };
  staging.environment.edge = { ...edge, acme: "staging" };
}

/** Puts both environments behind a Gateway. */
export function behindGateway({ staging, production }: Files): void {
  for (const { environment } of [staging, production]) environment.edge = { kind: "gateway", waf: { mode: "preview" } };
}

/** Gives pmcrm a strategy for its backend, which shifts requests in steps. */
export function withStrategy(files: Files): void {
  behindTraefik(files);
  const { backend } = files.system.services;
  if (!backend) throw new Error("pmcrm has changed");
  backend.strategy = { kind: "canary", steps: [10, 50] };
  files.system.database.connectionsPerPod = 2; // the smallest database accepts the connections of both releases
}

/** The same, and production runs a candidate with a share. */
export const withCandidate =
  (share: number, change: (files: Files) => void = () => {}) =>
  (files: Files): void => {
    withStrategy(files);
    Object.assign(files.production, { candidate: NEXT, share });
    change(files);
  };
