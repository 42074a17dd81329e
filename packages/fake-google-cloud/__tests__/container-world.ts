import type { Body } from "../src/body";
import type { CloudOptions } from "../src/cloud";
import { everything, serviceOf } from "./support";

export const CLUSTERS = "projects/p/locations/europe-west1/clusters";
export const NODES = "k8s-nodes@p.iam.gserviceaccount.com";
export const REFERENCE =
  "https://cloud.google.com/kubernetes-engine/docs/reference/rest/v1/projects.locations.clusters";

const rings = (location: string) => `projects/p/locations/${location}/keyRings`;
export const keyIn = (location: string, key = "k") => `${rings(location)}/r/cryptoKeys/${key}`;

/** A Standard cluster in the networks of {@link containerWorld}. */
export const CLUSTER: Body = {
  name: "c",
  initialNodeCount: 1,
  network: "projects/p/global/networks/n",
  subnetwork: "projects/p/regions/europe-west1/subnetworks/s",
  ipAllocationPolicy: { clusterSecondaryRangeName: "pods", servicesSecondaryRangeName: "services" },
  privateClusterConfig: { enablePrivateNodes: true, masterIpv4CidrBlock: "172.16.0.0/28" },
  workloadIdentityConfig: { workloadPool: "p.svc.id.goog" },
};

export const AUTOPILOT: Body = { ...CLUSTER, initialNodeCount: undefined, autopilot: { enabled: true } };

/**
 * GKE in a project with networks n and m, keys in two regions that GKE may use and one that it may not, and an account
 * for nodes.
 */
export function containerWorld(options: CloudOptions = {}) {
  const quick = everything();
  const network = serviceOf("compute", quick);
  for (const name of ["n", "m"]) network.post("projects/p/global/networks", { name, autoCreateSubnetworks: false });
  const subnetwork = (name: string, region: string, of: string, ipCidrRange: string, secondaryIpRanges: Body[] = []) =>
    network.post(`projects/p/regions/${region}/subnetworks`, {
      name,
      network: `projects/p/global/networks/${of}`,
      ipCidrRange,
      secondaryIpRanges,
    });
  subnetwork("s", "europe-west1", "n", "10.0.0.0/20", [
    { rangeName: "pods", ipCidrRange: "10.4.0.0/14" },
    { rangeName: "services", ipCidrRange: "10.8.0.0/20" },
  ]);
  subnetwork("far", "us-east1", "n", "10.1.0.0/20");
  subnetwork("other", "europe-west1", "m", "10.2.0.0/20");

  const kms = serviceOf("cloudkms", quick);
  const role = "roles/cloudkms.cryptoKeyEncrypterDecrypter";
  const agent = `serviceAccount:service-${quick.numberOf("p")}@container-engine-robot.iam.gserviceaccount.com`;
  for (const location of ["europe-west1", "us-east1"]) {
    kms.post(rings(location), {}, { keyRingId: "r" });
    for (const cryptoKeyId of ["k", "locked"])
      kms.post(`${rings(location)}/r/cryptoKeys`, { purpose: "ENCRYPT_DECRYPT" }, { cryptoKeyId });
    kms.post(`${keyIn(location)}:setIamPolicy`, { policy: { bindings: [{ role, members: [agent] }] } });
  }
  serviceOf("iam", quick).post("projects/p/serviceAccounts", { accountId: "k8s-nodes" });

  // What is above is there at once, whatever the speed.
  const cloud = everything(options);
  cloud.numberOf("p");
  cloud.store.restore(quick.store.entries());
  cloud.policies.restore(quick.policies.entries());
  return serviceOf("container", cloud);
}

export type World = ReturnType<typeof containerWorld>;

/** One with a cluster c. */
export function withCluster(cluster: Body = CLUSTER, options: CloudOptions = {}): World {
  const world = containerWorld(options);
  world.post(CLUSTERS, { cluster });
  return world;
}
