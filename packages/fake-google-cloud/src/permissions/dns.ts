import { type Need, type ServicePermissions, usual } from "./service-permissions";

const ZONE = "projects/*/managedZones/*";

/** A change needs what it does to records. https://cloud.google.com/dns/docs/access-control */
const ofRecords: Need = ({ body: { additions = [], deletions = [] } }) => [
  ...(additions.length ? ["dns.resourceRecordSets.create"] : []),
  ...(deletions.length ? ["dns.resourceRecordSets.delete"] : []),
];

/** Cloud DNS: https://cloud.google.com/dns/docs/access-control */
export const DNS: ServicePermissions = {
  calls: {
    ...usual("projects/*/managedZones", "dns.managedZones"),
    [`PUT ${ZONE}`]: ["dns.managedZones.update"],
    [`GET ${ZONE}/rrsets`]: ["dns.resourceRecordSets.list"],
    [`POST ${ZONE}/changes`]: ["dns.changes.create", ofRecords],
    [`GET ${ZONE}/changes/*`]: ["dns.changes.get"],
  },
  roles: {
    "roles/dns.admin": "*",
    "roles/dns.reader": "*.get *.list",
  },
};
