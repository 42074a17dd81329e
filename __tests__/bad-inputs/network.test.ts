import { type Anything, P, production, refused, staging, T, testRefused } from "./support";

testRefused({
  "a range with a prefix above 32": refused(
    production((e) => (e.network.pods = "10.4.0.0/33")),
    `${P} network.pods = "10.4.0.0/33": must be an IPv4 range in CIDR notation; write it like "10.0.0.0/20"`,
  ),
  "a range with host bits": refused(
    production((e) => (e.network.nodes = "10.0.0.1/20")),
    `${P} network.nodes = "10.0.0.1/20": must have no host bits set; write 10.0.0.0/20`,
  ),
  "a pod range that overlaps the node range": refused(
    production((e) => (e.network.pods = "10.0.0.0/14")),
    `${P} network.pods = "10.0.0.0/14": must not overlap nodes (10.0.0.0/20); choose another range`,
  ),
  "a service range that overlaps the pod range": refused(
    production((e) => (e.network.services = "10.4.16.0/20")),
    `${P} network.services = "10.4.16.0/20": must not overlap pods (10.4.0.0/14); choose another range`,
  ),
  "a node range that overlaps the service range": refused(
    production((e) => (e.network.nodes = "10.8.0.0/20")),
    `${P} network.services = "10.8.0.0/20": must not overlap nodes (10.8.0.0/20); choose another range`,
  ),
  "a datastore range that overlaps the pod range": refused(
    production((e) => (e.network.datastores = "10.4.0.0/20")),
    `${P} network.datastores = "10.4.0.0/20": must not overlap pods (10.4.0.0/14); choose another range`,
  ),
  "a control-plane range that overlaps the node range": refused(
    production((e) => (e.network.controlPlane = "10.0.0.0/28")),
    `${P} network.controlPlane = "10.0.0.0/28": must not overlap nodes (10.0.0.0/20); choose another range`,
  ),
  "a service range that overlaps production's pod range": refused(
    staging((e) => (e.network.services = "10.5.0.0/20")),
    `${T} network.services = "10.5.0.0/20": must not overlap production's pods (10.4.0.0/14): the two networks could never be connected; choose another range in the newer of the two files`,
  ),
  "a pod range that is too small for the nodes": refused(
    production((e) => (e.network.pods = "10.4.0.0/20")),
    `${P} network.pods = "10.4.0.0/20": has room for 16 nodes, and the pools can have 23 during an upgrade; make the range larger`,
  ),
  "a range with fewer addresses than the cluster has Services": refused((files) => {
    const { production: p, staging: t, system: s } = files as Anything;
    for (let i = 1; i <= 12; i++) {
      s.services[`service-${i}`] = {
        ...s.services.backend,
        ...{ after: [], rateLimits: [], connects: [], variables: [] },
        resources: { ...s.services.backend.resources, cpu: "1m", cpuLimit: "100m" },
      };
      for (const { environment: e } of [p, t]) e.services[`service-${i}`] = { replicas: { min: 2, max: 3 } };
    }
    p.environment.network.services = "10.8.0.0/27";
  }, `${P} network.services = "10.8.0.0/27": has 30 addresses for 32 Services, those of GKE and of charts among them; make it at least a /26: the range of a cluster never changes`),
  "a control-plane range that is not a /28": refused(
    production((e) => (e.network.controlPlane = "172.16.0.0/27")),
    `${P} network.controlPlane = "172.16.0.0/27": must be a /28; choose a range of another size`,
  ),
  "a node range that Docker uses": refused(
    production((e) => (e.network.nodes = "172.17.0.0/20")),
    `${P} network.nodes = "172.17.0.0/20": must not overlap 172.17.0.0/16, which Cloud SQL and Docker reserve; choose another range`,
  ),
  "a security group of another name": refused(
    production((e) => (e.cluster.securityGroup = "admins@pmcrm.io")),
    `${P} cluster.securityGroup = "admins@pmcrm.io": must be the group gke-security-groups of a domain; write it like "gke-security-groups@my-company.com"`,
  ),
  "an authorized network of all addresses": refused(
    production((e) => (e.cluster.authorizedNetworks = { all: "0.0.0.0/0" })),
    `${P} cluster.authorizedNetworks.all = "0.0.0.0/0": admits a large part of the internet; name the addresses that need it`,
  ),
  "authorized networks that together admit much of the internet": refused(
    production((e) => (e.cluster.authorizedNetworks = { one: "8.0.0.0/8", two: "9.0.0.0/16" })),
    `${P} cluster.authorizedNetworks = 2: admit 16842752 public addresses together, a large part of the internet; name the addresses that need it`,
  ),
  "authorized networks of all addresses in halves": refused(
    production((e) => (e.cluster.authorizedNetworks = { low: "0.0.0.0/1", high: "128.0.0.0/1" })),
    ...["low", "high"].map(
      (name) =>
        `${P} cluster.authorizedNetworks.${name} = "${name === "low" ? "0" : "128"}.0.0.0/1": admits a large part of the internet; name the addresses that need it`,
    ),
  ),
  "more authorized networks than GKE takes": refused(
    production((e) => {
      const ranges = Array.from({ length: 101 }, (_, i) => [`office-${i}`, `10.0.${i}.0/24`]);
      e.cluster.authorizedNetworks = Object.fromEntries(ranges);
    }),
    `${P} cluster.authorizedNetworks = 101: are 101 ranges, and GKE takes 100; name larger ranges, or remove all: then the control plane has its DNS endpoint`,
  ),
  ...Object.fromEntries(
    ["224.0.0.0/8", "239.1.2.3/32", "240.0.0.0/8", "127.0.0.0/8", "169.254.169.254/32", "203.0.113.0/28"].map(
      (range) => [
        `the authorized network ${range}`,
        refused(
          production((e) => (e.cluster.authorizedNetworks = { office: range })),
          `${P} cluster.authorizedNetworks.office = "${range}": admits nobody: these addresses are reserved, and no packet comes from them; name the addresses that need it`,
        ),
      ],
    ),
  ),
  "an empty list of authorized networks": refused(
    production((e) => (e.cluster.authorizedNetworks = {})),
    `${P} cluster.authorizedNetworks = {}: must not be empty: nobody could reach the control plane; name a range, or remove it: then the control plane has its DNS endpoint`,
  ),
  "a zone outside the region": refused((files) => {
    // @ts-expect-error: nodes are in all of the region's zones
    files.production.environment.cluster.zones = ["us-east1-b"];
  }, `${P} cluster.zones = a list: is not a known key; remove it, or correct its spelling`),
  "an ingress firewall rule without a source": refused((files) => {
    // @ts-expect-error: there is no field for firewall rules
    files.production.environment.network.firewall = [{ direction: "INGRESS", allow: ["tcp:443"] }];
  }, `${P} network.firewall = a list: is not a known key; remove it, or correct its spelling`),
  "a firewall rule that opens SSH and RDP": refused((files) => {
    // @ts-expect-error: there is no field for firewall rules
    files.production.environment.network.allow = { ssh: 22, rdp: 3389 };
  }, `${P} network.allow = an object: is not a known key; remove it, or correct its spelling`),
  "a datastore range smaller than a /24": refused(
    production((e) => (e.network.datastores = "10.100.0.0/25")),
    `${P} network.datastores = "10.100.0.0/25": must have a prefix from /16 to /24; choose a range of another size`,
  ),
  "a range with leading zeros": refused(
    production((e) => (e.network.nodes = "10.00.0.0/20")),
    `${P} network.nodes = "10.00.0.0/20": must be written without leading zeros; write 10.0.0.0/20`,
  ),
  "a node range of public addresses": refused(
    production((e) => (e.network.nodes = "8.8.0.0/20")),
    `${P} network.nodes = "8.8.0.0/20": must be a private range; choose one within 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 or 100.64.0.0/10`,
  ),
  "a datastore range of link-local addresses": refused(
    production((e) => (e.network.datastores = "169.254.0.0/20")),
    `${P} network.datastores = "169.254.0.0/20": must be a private range; choose one within 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 or 100.64.0.0/10`,
  ),
  "a node range that is too small for the nodes": refused(
    production((e) => {
      e.network.nodes = "10.0.0.0/26";
      e.cluster.nodePools.app.max = 60;
    }),
    `${P} network.nodes = "10.0.0.0/26": has 60 addresses for 71 nodes; make the range larger`,
  ),
  "an authorized network of half of the internet": refused(
    production((e) => (e.cluster.authorizedNetworks = { half: "128.0.0.0/1" })),
    `${P} cluster.authorizedNetworks.half = "128.0.0.0/1": admits a large part of the internet; name the addresses that need it`,
  ),
  "a control-plane range that overlaps production's node range": refused(
    staging((e) => (e.network.controlPlane = "10.0.0.16/28")),
    `${T} network.controlPlane = "10.0.0.16/28": must not overlap production's nodes (10.0.0.0/20): the two networks could never be connected; choose another range in the newer of the two files`,
  ),
  "an empty list of datastore ranges": refused(
    production((e) => (e.network.datastores = [])),
    `${P} network.datastores = []: must not be empty; name a range, or remove the key`,
  ),
  "a number in place of a datastore range": refused(
    production((e) => (e.network.datastores = 20 as never)),
    `${P} network.datastores = 20: must be a range or a list of ranges; write it like "10.100.0.0/20", or ["10.100.0.0/20", "10.101.0.0/20"]`,
  ),
  "a second datastore range smaller than a /24": refused(
    production((e) => (e.network.datastores = ["10.100.0.0/20", "10.101.0.0/25"])),
    `${P} network.datastores.1 = "10.101.0.0/25": must have a prefix from /16 to /24; choose a range of another size`,
  ),
  "datastore ranges that overlap": refused(
    production((e) => (e.network.datastores = ["10.100.0.0/20", "10.100.8.0/22"])),
    `${P} network.datastores.1 = "10.100.8.0/22": must not overlap datastores (10.100.0.0/20); choose another range`,
  ),
  "a second datastore range that overlaps production's": refused(
    staging((e) => (e.network.datastores = ["10.116.0.0/20", "10.100.0.0/20"])),
    `${T} network.datastores.1 = "10.100.0.0/20": must not overlap production's datastores (10.100.0.0/20): the two networks could never be connected; choose another range in the newer of the two files`,
  ),
  "Cloud SQL without a datastore range": refused(
    production((e) => delete e.network.datastores),
    `${P} network.datastores = nothing: is required: Cloud SQL and Memorystore get their addresses from it; add it, for example "10.100.0.0/20"`,
  ),
  "a datastore range that is too small for a replica and Memorystore": refused(
    production((e) => (e.network.datastores = "10.100.0.0/24")),
    `${P} network.datastores = "10.100.0.0/24": has 1 of the 3 blocks of 256 addresses that Google takes: one for Cloud SQL in each region, one for Memorystore; make it at least a /22, or add a range where it is in use`,
  ),
  "a datastore range that is too small for Cloud SQL and Memorystore": refused(
    staging((e) => (e.network.datastores = "10.116.0.0/24")),
    `${T} network.datastores = "10.116.0.0/24": has 1 of the 2 blocks of 256 addresses that Google takes: one for Cloud SQL in each region, one for Memorystore; make it at least a /23, or add a range where it is in use`,
  ),
});
