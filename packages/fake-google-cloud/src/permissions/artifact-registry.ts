import { ofPolicy, type ServicePermissions, usual } from "./service-permissions";

const REPOSITORIES = "projects/*/locations/*/repositories";

/** Artifact Registry: https://cloud.google.com/iam/docs/roles-permissions/artifactregistry */
export const ARTIFACT_REGISTRY: ServicePermissions = {
  calls: {
    "GET projects/*/locations/*/operations/*": ["artifactregistry.repositories.get"],
    ...usual(REPOSITORIES, "artifactregistry.repositories"),
    ...ofPolicy(`${REPOSITORIES}/*`, "artifactregistry.repositories"),
  },
  roles: {
    "roles/artifactregistry.admin": "*",
    "roles/artifactregistry.reader": "repositories.get repositories.list",
    "roles/artifactregistry.writer": "repositories.get repositories.list",
  },
};
