import * as rehearsal from "@slipway/rehearsal";
import { PROVIDER_VERSIONS, TERRAFORM_VERSION } from "../stacks/providers";
import { SURROUNDINGS } from "./rehearse/project";

/** What every stack of this repository requires. */
export const REQUIREMENTS: rehearsal.Requirements = {
  required_version: TERRAFORM_VERSION,
  required_providers: Object.fromEntries(
    Object.entries(PROVIDER_VERSIONS).map(([name, version]) => [name, { source: `hashicorp/${name}`, version }]),
  ),
};

/** What Terraform does not find of the pinned providers; undefined if it finds everything. */
export const whatIsMissing = (work: string): string | undefined => rehearsal.whatIsMissing(work, REQUIREMENTS);

/** Plans a stack from nothing, in a project with the APIs that bootstrap enables. */
export const planFromNothing = (stack: string, work: string): Promise<rehearsal.Plan> =>
  rehearsal.planFromNothing(stack, work, SURROUNDINGS.enabledApis);
