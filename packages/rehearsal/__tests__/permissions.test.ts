import { type Cloud, startFakeCloud } from "@slipway/fake-google-cloud";
import { permissions, permissionsOf, rolesOf } from "../src/checks/permissions";

const DEPLOYER = "deployer@p.iam.gserviceaccount.com";
const caller = [`serviceAccount:${DEPLOYER}`] as const;

/** A project in which the deployer has these roles, after these calls of it. */
async function after(roles: readonly string[], ...calls: readonly (readonly [service: string, path: string])[]) {
  const fake = await startFakeCloud({ enabledApis: ["compute.googleapis.com", "secretmanager.googleapis.com"] });
  const { cloud } = fake;
  await fake.stop();
  const bindings = roles.map((role) => ({ role, members: [...caller] }));
  cloud.policies.set("cloudresourcemanager/projects/p", { policy: { bindings } }, "e1");
  for (const [service, path] of calls) tried(cloud, service, path);
  return cloud;
}

function tried(cloud: Cloud, service: string, path: string): void {
  try {
    cloud.call({ service, method: "GET", path, caller });
  } catch {} // what is refused is missing
}

const [NETWORKS, SECRETS] = [
  ["compute", "projects/p/global/networks"],
  ["secretmanager", "projects/p/secrets"],
] as const;

test("a role is needed if it has a permission that a call needed and no other role has", async () => {
  const roles = ["roles/compute.viewer", "roles/secretmanager.admin", "roles/logging.configWriter"];
  expect(rolesOf(await after(roles, NETWORKS, SECRETS), DEPLOYER)).toEqual({
    needed: ["roles/compute.viewer", "roles/secretmanager.admin"],
    unneeded: ["roles/logging.configWriter"],
  });
});

test("of two roles with the same permissions, the one that was used less is not needed", async () => {
  const roles = ["roles/compute.viewer", "roles/dns.admin"]; // both list networks
  const zones = ["compute", "projects/p/zones"] as const;
  expect(rolesOf(await after(roles, NETWORKS, zones), DEPLOYER)).toEqual({
    needed: ["roles/compute.viewer"],
    unneeded: ["roles/dns.admin"],
  });
});

test("permissions that were used are listed, and those that were missing are wrong", async () => {
  const cloud = await after(["roles/compute.viewer"], NETWORKS, NETWORKS, SECRETS);
  expect(permissionsOf(cloud, DEPLOYER)).toEqual(["compute.networks.list"]);
  expect(permissions(cloud).wrong).toEqual(["the deployer lacks secretmanager.secrets.list"]);
});
