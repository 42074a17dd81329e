import { on, type ServicePermissions, usual } from "./service-permissions";

const AT = "projects/*/locations/*";

/** Certificate Manager: https://cloud.google.com/iam/docs/roles-permissions/certificatemanager */
export const CERTIFICATE_MANAGER: ServicePermissions = {
  calls: {
    [`GET ${AT}/operations/*`]: ["certificatemanager.operations.get"],
    ...usual(`${AT}/certificates`, "certificatemanager.certs"),
    [`POST ${AT}/certificates`]: [
      "certificatemanager.certs.create",
      on("certificatemanager.dnsauthorizations.use", "managed.dnsAuthorizations[]"),
    ],
    ...usual(`${AT}/dnsAuthorizations`, "certificatemanager.dnsauthorizations"),
    ...usual(`${AT}/certificateIssuanceConfigs`, "certificatemanager.certissuanceconfigs"),
    ...usual(`${AT}/certificateMaps`, "certificatemanager.certmaps"),
    ...usual(`${AT}/certificateMaps/*/certificateMapEntries`, "certificatemanager.certmapentries"),
    [`POST ${AT}/certificateMaps/*/certificateMapEntries`]: [
      "certificatemanager.certmapentries.create",
      on("certificatemanager.certs.use", "certificates[]"),
    ],
  },
  roles: {
    "roles/certificatemanager.editor": [
      "*.get* *.list *.use certmapentries.create certmapentries.update certmaps.create certmaps.update",
      "certs.create certs.update certissuanceconfigs.create certissuanceconfigs.update",
      "dnsauthorizations.create dnsauthorizations.update",
    ].join(" "),
    "roles/certificatemanager.owner": "*",
    "roles/certificatemanager.viewer": "*.get *.list",
  },
};
