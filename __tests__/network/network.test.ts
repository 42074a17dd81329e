import { Network, SECONDARY_RANGES } from "../../constructs/network/network";
import { build, project, ref } from "../construct";
import type { Json } from "../support";

const ranges = {
  nodes: "10.0.0.0/20",
  pods: "10.4.0.0/14",
  services: "10.8.0.0/20",
  datastores: ["10.100.0.0/22"],
};
const props = { project, name: "shop-test", region: "europe-west1", ranges, publicPorts: [] };
const { resource, counts, json } = build((stack) => {
  new Network(stack, "vpc", { ...props, deletionProtection: true });
});
const subnetwork = resource("google_compute_subnetwork.subnetwork");
const firewalls: Json[] = Object.values(json.resource.google_compute_firewall);

test("there is one subnet, which is not made by Google, with a NAT, and one peering", () => {
  expect(counts).toEqual({
    google_compute_network: 1,
    google_compute_subnetwork: 1,
    google_compute_router: 1,
    google_compute_router_nat: 1,
    google_compute_global_address: 1,
    google_service_networking_connection: 1,
    google_compute_firewall: 4,
    terraform_data: 1,
  });
  expect(resource("google_compute_network.network").auto_create_subnetworks).toBe(false);
  for (const blocks of Object.values<Json>({
    ...json.resource,
    google_compute_network: {},
    google_compute_router_nat: {},
    terraform_data: {},
  }))
    for (const { network } of Object.values<Json>(blocks))
      expect(network).toBe(ref("google_compute_network.network.id"));
});

test("the subnet logs its flows and reaches Google's APIs without public addresses", () => {
  expect(subnetwork.private_ip_google_access).toBe(true);
  expect(subnetwork.log_config.flow_sampling).toBeGreaterThan(0);
});

test("pods and services have the secondary ranges that clusters look for", () => {
  expect(subnetwork.ip_cidr_range).toBe(ranges.nodes);
  expect(subnetwork.secondary_ip_range).toEqual([
    { range_name: SECONDARY_RANGES.pods, ip_cidr_range: ranges.pods },
    { range_name: SECONDARY_RANGES.services, ip_cidr_range: ranges.services },
  ]);
});

test("deleting waits for what GKE removes some minutes after the cluster", () => {
  for (const address of ["google_compute_network.network", "google_compute_subnetwork.subnetwork"])
    expect(resource(address).timeouts.delete).toBe("20m");
});

test("other ranges of pods and services are refused while planning", () => {
  expect(resource("terraform_data.vpc_ranges")).toMatchObject({
    triggers_replace: { pods: ranges.pods, services: ranges.services },
    lifecycle: { prevent_destroy: true },
  });
});

test("the NAT serves this subnet alone and logs its errors", () => {
  const nat = resource("google_compute_router_nat.vpc_nat");
  expect(nat.source_subnetwork_ip_ranges_to_nat).toBe("LIST_OF_SUBNETWORKS");
  expect(nat.subnetwork).toHaveLength(1);
  expect(nat.router).toBe(ref("google_compute_router.vpc_router.name"));
  expect(nat.subnetwork[0].name).toContain("google_compute_subnetwork.subnetwork.id");
  expect(nat.log_config).toMatchObject({ enable: true });
});

test("datastores get exactly the range that was planned for them", () => {
  expect(resource("google_compute_global_address.vpc_datastore-range")).toMatchObject({
    purpose: "VPC_PEERING",
    address_type: "INTERNAL",
    address: "10.100.0.0",
    prefix_length: 22,
  });
  const connection = resource("google_service_networking_connection.vpc_private-services");
  expect(connection.reserved_peering_ranges).toEqual([
    expect.stringContaining("google_compute_global_address.vpc_datastore-range"),
  ]);
  expect(connection.depends_on).toEqual(["api.servicenetworking"]);
  expect(connection.deletion_policy).toBe("ABANDON"); // Google holds on to it for hours
});

test("a range that is added leaves the first one as it is", () => {
  const grown = build((stack) => {
    const datastores = [...ranges.datastores, "10.101.0.0/20"];
    new Network(stack, "vpc", { ...props, ranges: { ...ranges, datastores }, deletionProtection: true });
  });
  const first = "google_compute_global_address.vpc_datastore-range";
  expect(grown.resource(first)).toEqual(resource(first));
  expect(grown.resource(`${first}-2`)).toMatchObject({
    name: "shop-test-datastores-2",
    address: "10.101.0.0",
    prefix_length: 20,
    lifecycle: { prevent_destroy: true },
  });
  const names = [first, `${first}-2`].map((address) => ref(`${address}.name`));
  expect(grown.resource("google_service_networking_connection.vpc_private-services").reserved_peering_ranges).toEqual(
    names,
  );
  expect(grown.resource("google_compute_firewall.vpc_allow-internal-egress").destination_ranges).toContain(
    "10.101.0.0/20",
  );
});

test("nothing comes in, and out go the network's own ranges and HTTPS", () => {
  const rules = (direction: string, verb: "allow" | "deny") =>
    firewalls.filter((f) => f.direction === direction && f[verb]);
  expect(rules("INGRESS", "allow")).toEqual([]);
  for (const direction of ["INGRESS", "EGRESS"]) {
    const denied = rules(direction, "deny");
    expect(denied).toHaveLength(1);
    expect(denied[0].deny).toEqual([{ protocol: "all" }]);
    expect(denied[0].source_ranges ?? denied[0].destination_ranges).toEqual(["0.0.0.0/0"]);
    expect(denied[0].log_config).toBeDefined();
    expect(denied[0].priority).toBe(65534); // after whatever GKE adds
    for (const allowed of rules(direction, "allow")) expect(allowed.priority).toBeLessThan(denied[0].priority);
  }
  expect(resource("google_compute_firewall.vpc_allow-internal-egress")).toMatchObject({
    destination_ranges: Object.values(ranges).flat(),
    allow: [{ protocol: "all" }],
  });
  expect(resource("google_compute_firewall.vpc_allow-https-egress")).toMatchObject({
    destination_ranges: ["0.0.0.0/0"],
    allow: [{ protocol: "tcp", ports: ["443"] }],
  });
  expect(rules("EGRESS", "allow")).toHaveLength(2);
});

test("a control plane that has a range of its own is reached there; any other is in the nodes' range", () => {
  const controlPlane = "172.16.0.0/28";
  const built = build((stack) => {
    new Network(stack, "vpc", { ...props, ranges: { ...ranges, controlPlane }, deletionProtection: true });
  });
  const { destination_ranges } = built.resource("google_compute_firewall.vpc_allow-internal-egress");
  expect(destination_ranges).toEqual([...Object.values(ranges).flat(), controlPlane]);
});

test("egress is denied only once the exceptions are there, and nothing else waits for the firewall", () => {
  expect(resource("google_compute_firewall.vpc_deny-egress").depends_on).toEqual([
    "google_compute_firewall.vpc_allow-internal-egress",
    "google_compute_firewall.vpc_allow-https-egress",
  ]);
  expect(JSON.stringify({ ...json.resource, google_compute_firewall: {} })).not.toContain("google_compute_firewall.");
  expect(resource("google_compute_network.network").depends_on).toEqual(["api.compute"]);
});

test.each([true, false])("network, subnet and ranges of datastores are locked: %s", (deletionProtection) => {
  const built = build((stack) => {
    new Network(stack, "another", { ...props, deletionProtection });
  });
  for (const address of [
    "google_compute_network.network",
    "google_compute_subnetwork.subnetwork",
    "google_compute_global_address.another_datastore-range",
  ])
    expect(built.resource(address).lifecycle.prevent_destroy).toBe(deletionProtection);
  // A range that is taken out of the list loses prevent_destroy with its block.
  expect(built.resource("google_compute_global_address.another_datastore-range").deletion_policy).toBe(
    deletionProtection ? "PREVENT" : "DELETE",
  );
});
