import { Construct } from "constructs";
import { VercelFrontend } from "../constructs/frontend/vercel-frontend";
import { VercelProvider } from "../constructs/frontend/vercel-provider";
import type { Platform } from "../constructs/platform";
import type { Environment } from "../schema/environment";
import { type Release, withConfiguration } from "../schema/release";
import type { System } from "../schema/system";
import { plainValue } from "./variables";

export interface FrontendsProps {
  readonly platform: Pick<Platform, "names" | "deletionProtection">;
  readonly system: System;
  readonly environment: Environment;
  /** The stable release. */
  readonly release: Release;
  /** The release that was stable before. */
  readonly previous?: Release;
}

/** The system's frontends on Vercel. Without any, the stack needs no provider for them. */
export class Frontends extends Construct {
  constructor(scope: Construct, id: string, { platform, system, environment, release, previous }: FrontendsProps) {
    super(scope, id);
    const { vercel } = environment;
    if (!vercel) return;
    const configured = withConfiguration(system, release);
    new VercelProvider(scope, "vercel", vercel); // a frontend could have the same name here
    for (const [name, { variables, ...frontend }] of Object.entries(system.vercel))
      new VercelFrontend(this, name, {
        ...frontend,
        ...(vercel.frontends[name] as (typeof vercel.frontends)[string]), // validation has checked that it is there
        name: `${platform.names.full}-${name}`,
        domains: environment.frontends[name] as string[],
        variables: Object.fromEntries(
          variables.flatMap((variable) => {
            const value = plainValue(configured, environment, variable);
            return value === undefined ? [] : [[variable, value]]; // absent only if it is optional
          }),
        ),
        commit: release.frontends?.[name] as string,
        previous: previous?.frontends?.[name],
        deletionProtection: platform.deletionProtection,
      });
  }
}
