import { connectionsInCluster } from "../schema/connections";
import { type Files, synth } from "./support";

/** pmcrm's production with its database in the cluster. */
const inCluster = ({ system, staging, production: { environment } }: Files, max: number) => {
  system.database.extensions = [];
  environment.database = {
    kind: "bitnami",
    version: "POSTGRES_17",
    diskGb: 20,
    resources: { cpu: "500m", memory: "2Gi", memoryLimit: "4Gi" },
    backups: { at: "02:00", keepDays: 30 },
  };
  environment.bitnami = { images: "docker.io/bitnamilegacy", pool: "app" };
  environment.services.backend = { replicas: { min: 3, max }, hosts: ["api.pmcrm.io"] };
  staging.environment.services.worker = { replicas: 1 };
};

test.each([
  ["256Mi", 32, 12],
  ["1Gi", 128, 108],
  ["2Gi", 256, 236],
  ["16Gi", 2048, 2028],
])("PostgreSQL with %s of memory takes %s connections, %s of them from pods", (memoryLimit, all, forPods) => {
  expect(connectionsInCluster({ memoryLimit })).toEqual({ all, forPods });
});

test("another number of pods does not restart the datastores", () => {
  const datastores = (max: number) =>
    synth((files) => inCluster(files, max)).production.resources.filter(([address]) =>
      /^(helm_release\.datastore_|google_sql_database_instance|google_redis_instance)/.test(address),
    );
  const before = datastores(20);
  expect(before.map(([address]) => address)).toEqual([
    "google_redis_instance.cache",
    "helm_release.datastore_postgresql",
  ]);
  expect(datastores(30)).toEqual(before);
  expect(datastores(4)).toEqual(before);

  const cloudSql = (max: number) =>
    synth(({ production: { environment } }) => {
      environment.services.backend = { replicas: { min: 3, max }, hosts: ["api.pmcrm.io"] };
    }).production.resource("google_sql_database_instance.database");
  expect(cloudSql(30)).toEqual(cloudSql(4));
});
