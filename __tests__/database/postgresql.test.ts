import { PostgreSql } from "../../constructs/database/postgresql";
import type { BitnamiProps } from "../../constructs/datastore/bitnami";
import { common, describeDatastore } from "../bitnami";
import { byName, render, withChart } from "../charts";
import { build, ref, values } from "../construct";
import { admits } from "../image-policy";

const synth = (changes: Partial<BitnamiProps> = {}) =>
  build((stack) => {
    const { host, port, user, database, image, administrator, peers, ready } = new PostgreSql(stack, "d", {
      ...common,
      database: "shop",
      user: "sales",
      adminPassword: { value: "the-administrator's", changesWith: [7] },
      maxConnections: 150,
      ...changes,
    });
    return {
      host,
      port,
      user,
      database,
      image,
      peers,
      ready: ready.map(({ fqn }) => fqn),
      administrator: administrator.user,
      key: administrator.key,
      secret: administrator.secret.name,
    };
  });

describeDatastore(synth, {
  name: "postgresql",
  version: "16.7.27",
  host: "postgresql.datastores.svc",
  port: 5432,
  metricsPort: 9187,
  images: (registry) => PostgreSql.IMAGES(registry),
  server: "primary",
  key: "password",
  prints: ["StatefulSet"],
});

const { resource, digested, given, readable } = synth();
const release = resource("helm_release.datastore_postgresql");

test("the user owns the database and is not the administrator, who has a password of its own", () => {
  const { auth } = values(release);
  expect(auth).toMatchObject({ username: "sales", database: "shop" });
  expect(given).toMatchObject({
    user: "sales",
    administrator: "postgres",
    database: "shop",
    key: auth.secretKeys.adminPasswordKey,
  });
  const [, { data_wo }] = digested("kubernetes_secret_v1.d_release_passwords");
  expect([data_wo[auth.secretKeys.userPasswordKey], data_wo[auth.secretKeys.adminPasswordKey]]).toEqual([
    "the-password",
    "the-administrator's",
  ]);
  expect(auth.existingSecret).toBe(ref(`jsonencode(${given.secret.slice(2, -1)})`));
  expect(readable).not.toContain("the-administrator's");
});

test("the client programs are of the server's image", () => {
  const { registry, repository, tag } = values(release).image;
  expect(given.image).toBe(`${registry}/${repository}:${tag}`);
  expect(PostgreSql.IMAGES("docker.io/bitnamilegacy").some((pattern) => admits(pattern, given.image))).toBe(true);
});

withChart(release, "the tag is the chart's own", () => {
  const untagged = release.values[0].replace(/,"tag":"[^"]*"/, "");
  expect(untagged).not.toBe(release.values[0]);
  const own = render({ ...release, values: [untagged] }, "datastores");
  expect(own.join()).toContain(`image: ${given.image}\n`);
});

test("the server takes the connections that it is given, and stops without waiting for clients", () => {
  const { primary } = values(release);
  expect(primary.extendedConfiguration).toBe("max_connections = 150");
  expect(primary.lifecycleHooks).toEqual({ preStop: { exec: { command: ["/bin/sh", "-c", "kill -INT 1"] } } });
});

withChart(release, "the hook that stops the server is the server's, and not the exporter's", () => {
  const server = byName(render(release, "datastores")).get("StatefulSet postgresql") as string;
  const [before = "", ...after] = server.split("preStop:");
  expect(after).toHaveLength(1);
  expect([...before.matchAll(/^ {8}- name: (.+)$/gm)].at(-1)?.[1]).toBe("postgresql");
});
