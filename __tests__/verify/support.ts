import type { Context } from "../../commands/context";
import type { Checked } from "../../commands/verify/check";

/** An environment with a service and a frontend. */
export const context = {
  systemName: "shop",
  environmentName: "staging",
  system: { namespace: "shop" },
  environment: { services: { api: { hosts: ["api.shop.io", "www.shop.io"] } }, frontends: { web: ["app.shop.io"] } },
} as unknown as Context;

export const MANUAL = { kind: "manual", step: "Log in" } as const;

/** All results of checks that are done one after the other. */
export const collect = async (results: AsyncGenerator<Checked>): Promise<Checked[]> => {
  const all: Checked[] = [];
  for await (const result of results) all.push(result);
  return all;
};
