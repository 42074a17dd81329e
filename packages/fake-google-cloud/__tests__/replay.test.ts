import { target } from "../replay";
import type { Body } from "../src/body";
import { recorded } from "../stand-ins";

const NETWORKS = "compute/v1/projects/recorded-project/global/networks";

test("a recorded call is answered by the service at its host, and what is put in beforehand is there", () => {
  const { call, seed, number } = target();
  const get = (host: string, url: string) => call({ method: "GET", host, url });
  expect(get("compute.googleapis.com", `${NETWORKS}/n`).status).toBe(404);
  seed({ host: "compute.googleapis.com", url: `${NETWORKS}/n`, body: { name: "n" } });
  expect(get("compute.googleapis.com", `${NETWORKS}/n`)).toEqual({ status: 200, body: { name: "n" } });
  const created = call({ method: "POST", host: "compute.googleapis.com", url: NETWORKS, body: { name: "m" } });
  expect(created).toMatchObject({ status: 200, body: { kind: "compute#operation" } });
  const project = get("cloudresourcemanager.googleapis.com", "v1/projects/recorded-project");
  expect((project.body as Body).projectNumber).toBe(number);
  expect(get("sqladmin.googleapis.com", "sql/v1beta4/projects/recorded-project/instances/i").status).toBe(404);
  expect(get("bigtable.googleapis.com", "v2/projects/recorded-project").status).toBe(501);
});

test("recorded clusters are as new as what they ask for", () => {
  const project = "v1beta1/projects/recorded-project/locations/us-central1-a";
  const versionAfter = (...pools: readonly Body[]) => {
    const { call, seed } = target();
    const container = (method: string, url: string, body?: Body) =>
      call({ method, host: "container.googleapis.com", url: `${project}/${url}`, body });
    seed({
      host: "compute.googleapis.com",
      url: `${NETWORKS}/default`,
      body: { name: "default", autoCreateSubnetworks: true },
    });
    container("POST", "clusters", { cluster: { name: "c", initialNodeCount: 1 } });
    for (const nodePool of pools) expect(container("POST", "clusters/c/nodePools", { nodePool }).status).toBe(200);
    return (container("GET", "clusters/c").body as Body).currentMasterVersion;
  };
  expect(versionAfter({ name: "plain" })).toMatch(/^1\.33\./);
  const swapping = { name: "swapping", config: { linuxNodeConfig: { swapConfig: { enabled: true } } } };
  expect(versionAfter({ name: "plain" }, swapping)).toMatch(/^1\.35\./);
});

test("answers have what stands in recordings for what differs from run to run", () => {
  const answer = {
    settingsVersion: "7",
    clusterIpv4Cidr: "10.3.0.0/16",
    servicesIpv4Cidr: "10.4.0.0/16",
    dnsResourceRecord: { data: "1000.authorize.certificatemanager.goog." },
  };
  expect(JSON.parse(JSON.stringify(answer), recorded)).toEqual({
    settingsVersion: "123",
    clusterIpv4Cidr: "10.112.0.0/14",
    servicesIpv4Cidr: "10.4.0.0/16",
    dnsResourceRecord: { data: "authorize.certificatemanager.goog." },
  });
});
