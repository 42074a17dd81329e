import { addRoleByHand, addSecretByHand, addZoneByHand, type Cloud, placeLogsByHand } from "@slipway/fake-google-cloud";
import type { StackJson } from "./stack";

/** Value of the secrets that people supply. */
export const SUPPLIED = "supplied-by-rehearsal";

/**
 * What people make before the first deploy: the secrets that the stack reads, the DNS zone of its records, and the project's
 * own roles that it grants.
 */
export interface MadeByHand {
  readonly secrets: readonly { readonly project: string; readonly secret: string; readonly version: number }[];
  /** Locations that organizations choose for the logs of their projects. */
  readonly logs: readonly { readonly project: string; readonly location: string }[];
  readonly zones: readonly { readonly project: string; readonly zone: string; readonly dnsName: string }[];
  /** By their full names. */
  readonly roles: readonly string[];
}

const REFERENCE = "${";

/** Reads from a stack what people make before its first deploy. */
export function madeByHand({ resource = {}, ephemeral = {}, provider = {} }: StackJson): MadeByHand {
  const project = String(provider.google?.[0]?.project);
  const given = (value: unknown) => value !== undefined && !String(value).includes(REFERENCE);
  return {
    secrets: Object.values(ephemeral.google_secret_manager_secret_version ?? {})
      .filter(({ secret }) => given(secret))
      .map(({ secret, version = 1 }) => ({ project, secret: String(secret), version: Number(version) })),
    logs: Object.values(resource.google_logging_project_bucket_config ?? {}).map(({ location }) => ({
      project,
      location: String(location),
    })),
    zones: Object.values(resource.google_dns_record_set ?? {})
      .filter(({ managed_zone, name }) => given(managed_zone) && given(name))
      .map(({ managed_zone, name }) => ({
        project,
        zone: String(managed_zone),
        dnsName: String(name).split(".").slice(-3).join("."),
      })),
    roles: Object.values(resource.google_service_account_iam_member ?? {})
      .map(({ role }) => String(role))
      .filter((role) => role.startsWith("projects/")),
  };
}

/** Makes in Google Cloud what people make before the first deploy. */
export function makeByHand(cloud: Cloud, { secrets, logs, zones, roles }: MadeByHand): void {
  for (const { project, secret, version } of secrets) addSecretByHand(cloud, project, secret, version, SUPPLIED);
  for (const { project, location } of logs) placeLogsByHand(cloud, project, location);
  for (const { project, zone, dnsName } of zones) addZoneByHand(cloud, project, zone, dnsName);
  for (const role of roles) addRoleByHand(cloud, role);
}
