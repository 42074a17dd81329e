import type { Cloud } from "@slipway/fake-google-cloud";
import type { Finding } from "../finding";

/** Whether an account had every permission that its calls needed. */
export function permissions({ access, options: { withheld = [] } }: Cloud): Finding {
  const idle = withheld.filter((permission) => !access.missing.has(permission));
  return {
    wrong: [...access.missing].map((permission) => `the deployer lacks ${permission}`),
    note: idle.length ? `no call needed ${idle.join(", ")}` : "",
  };
}

/** An account's roles in projects. */
export interface Roles {
  /** Roles without which a call would have been refused. */
  readonly needed: readonly string[];
  /** Roles that no call needed, or whose permissions the others have too. */
  readonly unneeded: readonly string[];
}

export function rolesOf(cloud: Cloud, account: string): Roles {
  const caller = `serviceAccount:${account}`;
  const granted = cloud.policies
    .entries()
    .filter(([key]) => key.startsWith("cloudresourcemanager/"))
    .flatMap(([, { bindings }]) => bindings)
    .filter(({ members }) => members?.includes(caller))
    .map(({ role }) => role as string);
  const uses = cloud.access.used.filter((use) => use.caller === caller).map(({ roles }) => roles);
  const needed = new Set(granted);
  const often = (role: string) => uses.filter((roles) => roles.includes(role)).length;
  // The least used goes first: a large role may have all of a small one.
  for (const role of granted.toSorted((a, b) => often(a) - often(b)))
    if (uses.every((roles) => !roles.includes(role) || roles.some((other) => other !== role && needed.has(other))))
      needed.delete(role);
  return { needed: [...needed].sort(), unneeded: [...new Set(granted)].filter((role) => !needed.has(role)).sort() };
}

/** Permissions that an account used, by name. */
export const permissionsOf = (cloud: Cloud, account: string): string[] => [
  ...new Set(
    cloud.access.used
      .filter(({ caller }) => caller === `serviceAccount:${account}`)
      .map(({ permission }) => permission)
      .sort(),
  ),
];
