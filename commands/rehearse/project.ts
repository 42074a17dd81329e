import { apiKey, type Cloud } from "@slipway/fake-google-cloud";
import type { StackJson, Surroundings } from "@slipway/rehearsal";
import { KEY_ROLE, ROTATION } from "../../constructs/secrets/agent-key";
import { BOOTSTRAP_APIS } from "../../facts/apis";
import { parseAccount } from "../../facts/names";
import type { Environment } from "../../schema/environment";
import type { System } from "../../schema/system";
import { ACCOUNT_DEPLOYER, deployerGrants } from "../../stacks/deployer-roles";

/** What every rehearsal must know of this repository's projects and charts. */
export const SURROUNDINGS = {
  enabledApis: BOOTSTRAP_APIS.map((api) => `${api}.googleapis.com`),
  customResources: [
    ...["ServiceMonitor", "PodMonitor", "PrometheusRule", "Probe"].map((kind) => `monitoring.coreos.com/v1 ${kind}`),
    ...["Issuer", "Certificate"].map((kind) => `cert-manager.io/v1 ${kind}`),
    ...["IngressRoute", "Middleware", "ServersTransport", "TraefikService"].map(
      (kind) => `traefik.io/v1alpha1 ${kind}`,
    ),
    ...["ScaledObject", "ClusterTriggerAuthentication"].map((kind) => `keda.sh/v1alpha1 ${kind}`),
  ],
  // The chart in charts/objects prints the objects in its values.
  objectsOf: (values) => JSON.parse(values).objects ?? [],
} as const satisfies Surroundings;

/**
 * Makes what `npm run bootstrap` makes of a stack's resources: the APIs, and the keys of Google's service agents with their
 * grants. What exists stays.
 */
export const bootstrapped =
  ({ resource = {}, provider = {} }: StackJson) =>
  (cloud: Cloud): void => {
    const project = String(provider.google?.[0]?.project);
    const of = (type: string) => Object.entries(resource[type] ?? {});
    for (const [, { service }] of of("google_project_service"))
      cloud.store.set(apiKey(project, service), { config: { name: service }, state: "ENABLED" });
    const kms = (path: string, body = {}, query = {}) =>
      cloud.call({ method: "POST", service: "cloudkms", path, body, query: new URLSearchParams(query) });
    for (const [id, { name, location }] of of("google_kms_key_ring")) {
      const rings = `projects/${project}/locations/${location}/keyRings`;
      const key = `${rings}/${name}/cryptoKeys/${name}`;
      if (cloud.store.get(`cloudkms/${key}`)) continue;
      kms(rings, {}, { keyRingId: name });
      const nextRotationTime = new Date(Date.now() + Number.parseInt(ROTATION, 10) * 1000).toISOString();
      const body = { purpose: "ENCRYPT_DECRYPT", rotationPeriod: ROTATION, nextRotationTime };
      kms(`${rings}/${name}/cryptoKeys`, body, { cryptoKeyId: name });
      const address = `google_kms_crypto_key.${id.replace(/_ring$/, "_key")}.`;
      for (const [, { member }] of of("google_kms_crypto_key_iam_member").filter(([, grant]) =>
        grant.crypto_key_id.includes(address),
      )) {
        const members = [member.replace(/\$\{data\.google_project\..*?\}/, cloud.numberOf(project))];
        kms(`${key}:setIamPolicy`, { policy: { bindings: [{ role: KEY_ROLE, members }] } });
      }
    }
  };

/** Makes the deployer's account and grants its roles, as `npm run bootstrap` does. Roles that it has stay. */
export const withDeployer =
  (system: System, environment: Environment) =>
  (cloud: Cloud): void => {
    const { project, deployer } = environment;
    const { accountId, project: home } = parseAccount(deployer);
    const call = (service: string, path: string, body = {}) =>
      cloud.call({ method: "POST", service, path, body }) as { readonly bindings: readonly object[] };
    if (!cloud.store.get(`iam/projects/${home}/serviceAccounts/${deployer}`)) {
      const api = "iam.googleapis.com";
      cloud.store.set(apiKey(home, api), { config: { name: api }, state: "ENABLED" });
      call("iam", `projects/${home}/serviceAccounts`, { accountId });
      cloud.propagation?.settle();
    }
    const { id: roleId, title, permissions } = ACCOUNT_DEPLOYER;
    if (!cloud.store.get(`iam/projects/${project}/roles/${roleId}`))
      call("iam", `projects/${project}/roles`, { roleId, role: { title, includedPermissions: permissions } });
    const { bindings } = call("cloudresourcemanager", `projects/${project}:getIamPolicy`);
    const member = `serviceAccount:${deployer}`;
    const added = deployerGrants(system, environment)
      .filter(({ role }) => !cloud.policies.grants(`cloudresourcemanager/projects/${project}`, role, member))
      .map(({ role, condition }) => ({ role, condition, members: [member] }));
    call("cloudresourcemanager", `projects/${project}:setIamPolicy`, {
      policy: { version: 3, bindings: [...bindings, ...added] },
    });
  };

/**
 * Makes what `npm run bootstrap` makes for a stack. That is some time before a deploy, so nothing of it is fresh. It can be
 * done again for another version of the stack.
 */
export const prepared =
  (stack: StackJson, system: System, environment: Environment) =>
  (cloud: Cloud): void => {
    bootstrapped(stack)(cloud);
    withDeployer(system, environment)(cloud);
    cloud.propagation?.settle();
  };
