import { ApiError, denied } from "../api-error";
import type { Caller } from "../tokens";
import { serviceOf } from "./tables";

/** A call that its caller may not make. */
export interface Refused {
  readonly caller: Caller;
  readonly permission: string;
  /** Path of what the permission is missing on: `projects/p/secrets/s`. */
  readonly resource: string;
}

type Words = (refused: Refused) => ApiError;

/** The newer APIs say more to programs. https://cloud.google.com/apis/design/errors#error_details */
const withDetails =
  (say: (refused: Refused) => string): Words =>
  (refused) => {
    const { permission, resource } = refused;
    const { code, status, message } = denied(say(refused));
    const domain = `${serviceOf(permission)}.googleapis.com`;
    return new ApiError(code, status, message, "forbidden", [
      {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        reason: "IAM_PERMISSION_DENIED",
        domain,
        metadata: { permission, resource },
      },
    ]);
  };

const withoutDetails =
  (say: (refused: Refused) => string, reason = "forbidden"): Words =>
  (refused) =>
    denied(say(refused), reason);

/** https://google.aip.dev/211 */
const usually = withDetails(
  ({ permission, resource }) =>
    `Permission '${permission}' denied on resource '//${serviceOf(permission)}.googleapis.com/${resource}' (or it may not exist).`,
);

const nothingNamed = withDetails(
  ({ permission }) => `Permission '${permission}' denied on resource (or it may not exist).`,
);

const emailOf = ([member]: Caller): string => member.replace(/^\w+:/, "");

/** How services word it, as issues of Google's clients quote them. Those of SQL and DNS do not name the permission. */
const WORDS: Readonly<Record<string, Words>> = {
  cloudbilling: withoutDetails(() => "The caller does not have permission"),
  clouddns: withoutDetails(() => "Forbidden"),
  cloudkms: withDetails(
    ({ permission, resource }) => `Permission '${permission}' denied on resource '${resource}' (or it may not exist).`,
  ),
  cloudresourcemanager: withDetails(({ permission }) =>
    permission.endsWith(".setIamPolicy") ? "Policy update access denied." : "The caller does not have permission",
  ),
  compute: withoutDetails(({ permission, resource }) => `Required '${permission}' permission for '${resource}'`),
  container: withDetails(({ permission, resource }) => `Required "${permission}" permission(s) for "${resource}".`),
  iam: nothingNamed,
  iamcredentials: nothingNamed,
  logging: nothingNamed,
  monitoring: withDetails(({ permission }) => `Permission ${permission} denied (or the resource may not exist).`),
  secretmanager: withDetails(
    ({ permission, resource }) => `Permission '${permission}' denied for resource '${resource}' (or it may not exist).`,
  ),
  servicenetworking: withDetails(({ permission }) =>
    permission.endsWith(".addPeering")
      ? "Permission denied to add peering for service 'servicenetworking.googleapis.com'."
      : "The caller does not have permission",
  ),
  serviceusage: withDetails(({ permission, resource }) => {
    const [, verb = ""] = /\.(\w+)$/.exec(permission) ?? [];
    const api = resource.split("/services/")[1];
    return verb === "list"
      ? `Permission denied to list services for consumer container [${resource}]`
      : `Permission denied to ${verb} service [${api ?? ""}]`;
  }),
  sql: withoutDetails(() => "The client is not authorized to make this request.", "notAuthorized"),
  storage: withoutDetails(
    ({ caller, permission }) =>
      `${emailOf(caller)} does not have ${permission} access to the Google Cloud Storage ${permission.endsWith("buckets.create") ? "project" : "bucket"}. Permission '${permission}' denied on resource (or it may not exist).`,
  ),
};

/** The error with which a service refuses a call. */
export function refusal(service: string, refused: Refused): ApiError {
  // https://cloud.google.com/kubernetes-engine/docs/troubleshooting/service-accounts
  if (service === "container" && refused.permission === "iam.serviceAccounts.actAs")
    return new ApiError(
      400,
      "INVALID_ARGUMENT",
      `The user does not have access to service account "${refused.resource.split("/").pop()}". Ask a project owner to grant you the iam.serviceAccountUser role on the service account.`,
      "badRequest",
    );
  return (WORDS[service] ?? usually)(refused);
}
