import { CLUSTER, CLUSTERS, containerWorld } from "./container-world";
import { errorOf } from "./support";

// https://cloud.google.com/compute/docs/regions-zones#available
test.each(["europe-west-1", "europe-west99", "europe-west1-bb", "-"])("there is no location %s", (location) => {
  const { post } = containerWorld();
  expect(errorOf(() => post(`projects/p/locations/${location}/clusters`, { cluster: CLUSTER }))).toBe(
    `403 Permission denied on 'locations/${location}' (or it may not exist).`,
  );
});

// https://cloud.google.com/kubernetes-engine/docs/reference/rest/v1/ServerConfig
test("the versions on offer are those that clusters can have, and the default is that of the regular channel", () => {
  const { get, post, cloud } = containerWorld();
  const at = CLUSTERS.replace("/clusters", "/serverConfig");
  const { validMasterVersions, defaultClusterVersion, channels } = get(at);
  validMasterVersions.forEach((initialClusterVersion: string, i: number) => {
    post(CLUSTERS, { cluster: { ...CLUSTER, name: `c${i}`, initialClusterVersion, privateClusterConfig: undefined } });
    expect(cloud.store.get(`container/${CLUSTERS}/c${i}`)?.currentMasterVersion).toBe(initialClusterVersion);
    cloud.store.delete(`container/${CLUSTERS}/c${i}`);
  });
  post(CLUSTERS, { cluster: CLUSTER });
  expect(get(`${CLUSTERS}/c`).currentMasterVersion).toBe(defaultClusterVersion);
  expect(channels).toContainEqual(
    expect.objectContaining({ channel: "REGULAR", defaultVersion: defaultClusterVersion }),
  );
  expect(errorOf(() => get("projects/p/locations/nowhere1/serverConfig"))).toContain("403");
});
