import type { BitnamiProps } from "../../constructs/datastore/bitnami";
import { Elasticsearch } from "../../constructs/search/elasticsearch";
import { common, describeDatastore } from "../bitnami";
import { byName, render, withChart } from "../charts";
import { build, values } from "../construct";

const synth = (changes: Partial<BitnamiProps> = {}) =>
  build((stack) => {
    const { host, port, user, peers, ready } = new Elasticsearch(stack, "d", { ...common, ...changes });
    return { host, port, user, peers, ready: ready.map(({ fqn }) => fqn) };
  });

describeDatastore(synth, {
  name: "elasticsearch",
  version: "22.1.6",
  host: "elasticsearch.datastores.svc",
  port: 9200,
  metricsPort: 9114,
  images: (registry) => Elasticsearch.IMAGES(registry),
  server: "master",
  key: "elasticsearch-password",
  prints: ["Deployment", "StatefulSet"],
});

const RELEASE = "helm_release.datastore_elasticsearch";
const release = synth().resource(RELEASE);
const heap = (memoryLimit: string) =>
  values(synth({ resources: { cpu: "1", memory: "1Gi", memoryLimit } }).resource(RELEASE)).master.heapSize;

test("half of the memory is the heap, as far as that helps", () => {
  expect([heap("2Gi"), heap("3Gi"), heap("128Gi")]).toEqual(["1024m", "1536m", `${31 * 1024}m`]);
});

test("the exporter, which has a pod of its own, reaches the server", () => {
  const { spec } = synth().resource("kubernetes_network_policy_v1.d_to-itself");
  const itself = { pod_selector: { match_labels: { "app.kubernetes.io/name": "elasticsearch" } } };
  expect(spec.egress).toEqual([{ to: [itself], ports: [{ port: "9200", protocol: "TCP" }] }]);
  const { ingress } = synth().resource("kubernetes_network_policy_v1.d_release_from-clients").spec;
  expect(ingress[0].from).toContainEqual(itself);
});

test("it has time to start slowly, and to write its memory to the disk before it stops", () => {
  const { startupProbe, terminationGracePeriodSeconds } = values(release).master;
  expect(startupProbe.enabled).toBe(true);
  expect(startupProbe.periodSeconds * startupProbe.failureThreshold).toBe(3600);
  expect(terminationGracePeriodSeconds).toBe(120);
});

withChart(release, "one node has all roles, a login, and no certificate that could end", () => {
  const objects = byName(render(release, "datastores"));
  const server = objects.get("StatefulSet elasticsearch-master") as string;
  const variable = (name: string) => new RegExp(`- name: ${name}\\n *value: "?([^"\\n]*)`).exec(server)?.[1];
  expect(variable("ELASTICSEARCH_IS_DEDICATED_NODE")).toBe("no");
  expect(variable("ELASTICSEARCH_CLUSTER_HOSTS")).toBeUndefined(); // discovers no others
  expect(variable("ELASTICSEARCH_ENABLE_SECURITY")).toBe("true");
  expect(variable("ELASTICSEARCH_PASSWORD_FILE")).toMatch(/\/elasticsearch-password$/);
  expect(variable("ELASTICSEARCH_ENABLE_REST_TLS")).toBe("false");
  expect(variable("ELASTICSEARCH_SKIP_TRANSPORT_TLS")).toBe("true");
  expect(variable("ELASTICSEARCH_TLS_USE_PEM")).toBeUndefined();
  expect(server).not.toContain("checksum/tls");
  expect(server).toContain("replicas: 1\n");
  const settings = objects.get("ConfigMap elasticsearch") as string;
  expect(settings).toMatch(/node:\n *store:\n *allow_mmap: false/);
  expect(settings).toMatch(/downloader:\n *enabled: false/);
});

withChart(release, "the exporter is a part of the release, and logs in", () => {
  const exporter = byName(render(release, "datastores")).get("Deployment elasticsearch-metrics") as string;
  expect(exporter).not.toContain("helm.sh/hook");
  expect(exporter).toContain("--es.uri=http://elasticsearch:9200\n");
  expect(exporter).not.toContain("--es.ssl");
  expect(exporter).toMatch(
    /name: ES_PASSWORD\n *valueFrom:\n *secretKeyRef:\n *name: known-to-terraform\n *key: elasticsearch-password/,
  );
});
