import { CLUSTER, change, DATASTORE_RANGE, GOOGLE, type Mistake, PROJECT, SUBNETWORK, second, set } from "./mistake";

/** IP ranges that overlap or are not valid. */
export const RANGES: readonly Mistake[] = [
  {
    what: "the pod range overlaps the node range",
    address: SUBNETWORK,
    stage: "apply",
    message: `Error 400: Invalid IPCidrRange: 10.0.0.0/14 conflicts with existing subnetwork '${PROJECT}' in region 'europe-west1'.`,
    page: `${GOOGLE}/vpc/docs/subnets#ipv4-ranges`,
    make: set(SUBNETWORK, "secondary_ip_range.0.ip_cidr_range", "10.0.0.0/14"),
  },
  {
    what: "two subnetworks overlap",
    address: "google_compute_subnetwork.second",
    stage: "apply",
    message: `Error 400: Invalid IPCidrRange: 10.0.8.0/21 conflicts with existing subnetwork '${PROJECT}' in region 'europe-west1'.`,
    page: `${GOOGLE}/vpc/docs/subnets#ipv4-ranges`,
    make: second(SUBNETWORK, "second", {
      name: "pmcrm-second",
      ip_cidr_range: "10.0.8.0/21",
      secondary_ip_range: [],
      depends_on: [SUBNETWORK],
    }),
  },
  {
    what: "the datastore range overlaps the pod range",
    address: DATASTORE_RANGE,
    also: [SUBNETWORK],
    stage: "apply",
    message: "Error 400: Invalid IP CIDR range: 10.4.0.0/20 conflicts with IP range 10.4.0.0/14",
    page: `${GOOGLE}/vpc/docs/configure-private-services-access`,
    make: change(DATASTORE_RANGE, (args) => {
      args.address = "10.4.0.0";
      args.depends_on = [SUBNETWORK];
    }),
  },
  {
    what: "the control-plane range overlaps the node range",
    address: CLUSTER,
    stage: "apply",
    message: "Error 400: The given master_ipv4_cidr 10.0.0.0/28 overlaps with an existing network 10.0.0.0/20.",
    page: `${GOOGLE}/kubernetes-engine/docs/how-to/private-clusters`,
    make: set(CLUSTER, "private_cluster_config.master_ipv4_cidr_block", "10.0.0.0/28"),
  },
  {
    what: "the control-plane range is not a /28",
    address: CLUSTER,
    stage: "validate",
    message: "to contain a network Value with between 28 and 28 significant bits, got: 24",
    page: `${GOOGLE}/kubernetes-engine/docs/how-to/private-clusters`,
    make: set(CLUSTER, "private_cluster_config.master_ipv4_cidr_block", "172.16.0.0/24"),
  },
  {
    what: "a range has host bits",
    address: SUBNETWORK,
    stage: "apply",
    message: "Invalid value for field 'resource.ipCidrRange': '10.0.1.0/20'.",
    page: `${GOOGLE}/vpc/docs/subnets#valid-ranges`,
    make: set(SUBNETWORK, "ip_cidr_range", "10.0.1.0/20"),
  },
];
