import { ofPolicy, type ServicePermissions } from "./service-permissions";

/** Roles that show the project they are granted in. */
const SEE_PROJECTS = [
  "artifactregistry.reader artifactregistry.writer binaryauthorization.policyEditor",
  "binaryauthorization.policyViewer certificatemanager.editor certificatemanager.owner",
  "certificatemanager.viewer cloudkms.admin cloudkms.cryptoKeyEncrypterDecrypter cloudkms.viewer",
  "cloudsql.admin cloudsql.viewer compute.networkAdmin compute.networkViewer compute.securityAdmin",
  "compute.viewer container.admin container.clusterAdmin container.developer container.viewer dns.admin",
  "dns.reader iam.serviceAccountAdmin iam.serviceAccountTokenCreator iam.serviceAccountUser",
  "iam.serviceAccountViewer logging.configWriter logging.viewer monitoring.viewer redis.admin",
  "redis.viewer secretmanager.admin secretmanager.secretAccessor secretmanager.viewer storage.admin",
  "storage.objectAdmin storage.objectUser storage.objectViewer",
].flatMap((line) => line.split(" "));

/** Resource Manager: https://cloud.google.com/iam/docs/roles-permissions/resourcemanager */
export const CLOUD_RESOURCE_MANAGER: ServicePermissions = {
  calls: {
    "GET projects/*": ["resourcemanager.projects.get"],
    ...ofPolicy("projects/*", "resourcemanager.projects"),
    "GET folders:search": ["resourcemanager.folders.get"],
    "POST folders": ["resourcemanager.folders.create"],
    "GET folders/*": ["resourcemanager.folders.get"],
    "PATCH folders/*": ["resourcemanager.folders.update"],
    "DELETE folders/*": ["resourcemanager.folders.delete"],
    "GET operations/*": ["resourcemanager.folders.get"],
  },
  roles: {
    ...Object.fromEntries(SEE_PROJECTS.map((role) => [`roles/${role}`, "projects.get"])),
    "roles/resourcemanager.projectIamAdmin": "*",
    "roles/resourcemanager.folderAdmin": "folders.* projects.get projects.getIamPolicy projects.setIamPolicy",
    "roles/browser": "projects.get projects.getIamPolicy",
    "roles/iam.securityReviewer": "projects.get projects.getIamPolicy",
  },
};
