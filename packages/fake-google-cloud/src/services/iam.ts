import { conflict, invalid, notFound } from "../api-error";
import { type Body, masked } from "../body";
import type { Cloud } from "../cloud";
import { policyRoutes } from "../policies";
import { type Call, route } from "../route";
import type { Service } from "../service";
import type { Shape } from "../shape";
import { customRoles } from "./iam-roles";
import { workloadIdentityPools } from "./workload-identity-pools";

const ACCOUNTS = "projects/{project}/serviceAccounts";
const ACCOUNT = `${ACCOUNTS}/{account}`;
const SHAPE: Shape = {
  serviceAccount: { displayName: "text", description: "text" },
  accountId: "text",
  updateMask: "text",
};

/** https://cloud.google.com/iam/docs/reference/rest/v1/projects.serviceAccounts/create */
function checkAccountId(id: string): void {
  if (id.length < 6 || id.length > 30) throw invalid(`The account ID "${id}" does not have a length between 6 and 30.`);
  if (!/^[a-z]([-a-z0-9]*[a-z0-9])$/.test(id))
    throw invalid(`The account ID "${id}" does not match the pattern [a-z]([-a-z0-9]*[a-z0-9]).`);
}

/** In bytes: https://cloud.google.com/iam/docs/reference/rest/v1/projects.serviceAccounts#ServiceAccount */
function checkTexts({ displayName = "", description = "" }: Body): void {
  for (const [field, text, most] of [
    ["display_name", displayName, 100],
    ["description", description, 256],
  ] as const) {
    const length = Buffer.byteLength(text);
    if (length > most)
      throw invalid(`The ${field} length (${length}) is longer than the maximum allowed length ${most}.`);
  }
}

const find = ({ path }: Call, cloud: Cloud) =>
  cloud.need(`iam/${path}`, notFound(`Service account ${path} does not exist.`));

/**
 * Grants to an account that is deleted name it as such from then on: one of the same name has none of them.
 * https://cloud.google.com/iam/docs/policies#handle-deleted-members
 */
function markDeleted(cloud: Cloud, { email, uniqueId }: Body): void {
  for (const [, policy] of cloud.policies.entries())
    for (const binding of policy.bindings)
      binding.members = binding.members?.map((member: string) =>
        member === `serviceAccount:${email}` ? `deleted:${member}?uid=${uniqueId}` : member,
      );
}

/** Refuses a service account that is not there; Google's own ones, of other domains, are taken to be. */
export function needServiceAccount(cloud: Cloud, email: string): void {
  const [, project] = /@([^.]+)\.iam\.gserviceaccount\.com$/.exec(email) ?? [];
  if (!email.includes("@") || (project && !cloud.find(`iam/projects/${project}/serviceAccounts/${email}`)))
    throw invalid(`Service account "${email}" does not exist.`);
}

/** Creates a role of a project, as a person does: https://cloud.google.com/iam/docs/creating-custom-roles */
export function addRoleByHand(cloud: Cloud, name: string): void {
  cloud.store.set(`iam/${name}`, { name });
}

/** Identity and Access Management: https://cloud.google.com/iam/docs/reference/rest */
export const iam: Service = {
  name: "iam",
  api: "iam.googleapis.com",
  endpoints: { IAM: "v1", IAM_BETA: "v1" },
  routes: [
    ...workloadIdentityPools,
    ...customRoles,
    ...policyRoutes("iam", ACCOUNT),
    route(
      "POST",
      ACCOUNTS,
      ({ path, params, body }, cloud) => {
        const { accountId = "", serviceAccount = {} } = body;
        const { project = "" } = params;
        checkAccountId(accountId);
        checkTexts(serviceAccount);
        const email = `${accountId}@${project}.iam.gserviceaccount.com`;
        const key = `iam/${path}/${email}`;
        if (cloud.store.get(key))
          throw conflict(`Service account ${accountId} already exists within project projects/${project}.`);
        cloud.propagation?.begin(key, "serviceAccount");
        const number = String(cloud.next());
        return cloud.store.set(key, {
          ...serviceAccount,
          name: `${path}/${email}`,
          email,
          projectId: project,
          uniqueId: number.padStart(21, "1"),
          oauth2ClientId: number.padStart(21, "1"),
        });
      },
      SHAPE,
    ),
    route("GET", ACCOUNTS, ({ path }, cloud) => ({ accounts: cloud.store.members(`iam/${path}`) })),
    route("GET", ACCOUNT, find),
    route(
      "PATCH",
      ACCOUNT,
      (call, cloud) => {
        const { serviceAccount, updateMask } = call.body;
        const after = masked(find(call, cloud), serviceAccount ?? {}, updateMask);
        checkTexts(after);
        cloud.store.set(`iam/${call.path}`, after);
        const { email: _email, projectId: _projectId, ...answer } = after; // as recorded, and in a read alone
        return answer;
      },
      SHAPE,
    ),
    ...["enable", "disable"].map((verb) =>
      // https://cloud.google.com/iam/docs/service-accounts-disable-enable
      route("POST", `${ACCOUNT}:${verb}`, (call, cloud) => {
        const path = call.path.replace(/:\w+$/, "");
        const { disabled: _, ...account } = find({ ...call, path }, cloud);
        cloud.store.set(`iam/${path}`, { ...account, ...(verb === "disable" && { disabled: true }) });
        return {};
      }),
    ),
    route("DELETE", ACCOUNT, (call, cloud) => {
      markDeleted(cloud, find(call, cloud));
      cloud.store.delete(`iam/${call.path}`);
      cloud.policies.delete(`iam/${call.path}`);
      return {};
    }),
  ],
};
