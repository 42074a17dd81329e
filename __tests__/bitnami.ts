import type { BitnamiProps } from "../constructs/datastore/bitnami";
import type { Namespace } from "../constructs/kubernetes/namespace";
import { render, withChart } from "./charts";
import { AUTOPILOT, at, type Built, placeOn, platform, ref, values } from "./construct";
import { admits } from "./image-policy";
import type { Json } from "./support";

/** What each of Bitnami's datastores is given. */
export const common: BitnamiProps = {
  platform,
  namespace: { name: "datastores", ready: [at("quota"), at("default-deny")] } as unknown as Namespace,
  storageClass: "encrypted",
  registry: "docker.io/bitnamilegacy",
  place: placeOn("data"),
  password: { value: "the-password", changesWith: [1] },
  diskGb: 20,
  resources: { cpu: "500m", memory: "1Gi", memoryLimit: "2Gi" },
  clients: [{ pods: { "app.kubernetes.io/name": "sales" }, namespace: "shop" }],
  scrapers: [{ pods: { "app.kubernetes.io/name": "prometheus" }, namespace: "monitoring" }],
  storage: [at("storage-class")],
};

interface Described {
  readonly name: string;
  readonly version: string;
  readonly host: string;
  readonly port: number;
  readonly metricsPort: number;
  readonly images: (registry: string) => readonly string[];
  /** Part of the server's values. */
  readonly server: string;
  /** The Secret's key of `password`. */
  readonly key: string;
  /** What is printed of the chart beside ConfigMaps, Services and service accounts. */
  readonly prints: readonly string[];
}

/** What must hold for each of Bitnami's datastores, made of {@link common} and of changes to it, under the id `d`. */
export function describeDatastore(synth: (changes?: Partial<BitnamiProps>) => Built, expected: Described): void {
  const { name, port, metricsPort } = expected;
  const RELEASE = `helm_release.datastore_${name}`;
  const CLAIM = `kubernetes_persistent_volume_claim_v1.datastore_${name}_volume`;
  const SECRET = "kubernetes_secret_v1.d_release_passwords";
  const release = (built = synth()) => built.resource(RELEASE);
  const policies = (built = synth()): Json[] => Object.values(built.json.resource.kubernetes_network_policy_v1 ?? {});

  test("the chart has its exact version and comes from its publisher, or from the mirror", () => {
    expect(release()).toMatchObject({
      name,
      namespace: "datastores",
      chart: name,
      version: expected.version,
      repository: "oci://registry-1.docker.io/bitnamicharts",
    });
    const mirrored = release(synth({ platform: { ...platform, chartsMirror: "oci://mirror.example/charts" } }));
    expect(mirrored).toMatchObject({ version: expected.version, repository: "oci://mirror.example/charts" });
  });

  test("services find it by name and port, and its pods by its label", () => {
    const { host, peers, ready } = synth().given;
    const [service, ...rest] = expected.host.split(".");
    expect([host, synth().given.port]).toEqual([
      ref(`join(".", ${JSON.stringify([service, ...rest]).replaceAll(",", ", ")})`),
      port,
    ]);
    expect(peers).toEqual([{ pods: { "app.kubernetes.io/name": name }, namespace: "datastores" }]);
    expect(ready).toEqual([ref(RELEASE)]);
  });

  test("passwords are in a write-only Secret, and nowhere that can be read; a new one restarts the server", () => {
    const built = synth();
    const [address, secret] = built.digested(SECRET);
    expect(secret.metadata.namespace).toBe("datastores");
    expect(secret.data_wo[expected.key]).toBe("the-password");
    expect(built.readable).not.toContain("the-password");
    // The pods' templates contain its name; a new value makes a new Secret.
    expect(release().values.join()).toContain(`jsonencode(${address}.metadata[0].name)`);
    const [other] = synth({ password: { value: "x", changesWith: [2] } }).digested(SECRET);
    expect(other).not.toBe(address);
  });

  test("a server that does not start does not block the drain of its node", () => {
    expect(values(release())[expected.server].pdb).toEqual({ create: false });
  });

  test.each([true, false])("release and volume have fixed addresses and are locked: %s", (deletionProtection) => {
    const built = synth({ platform: { ...platform, deletionProtection } });
    for (const address of [RELEASE, CLAIM])
      expect(built.resource(address).lifecycle.prevent_destroy).toBe(deletionProtection);
  });

  test("its volume is claimed beside the release, so that it can grow, and nobody waits for a pod that waits for it", () => {
    const claim = synth().resource(CLAIM);
    expect(claim).toMatchObject({
      metadata: { name, namespace: "datastores" },
      spec: { storage_class_name: "encrypted", resources: { requests: { storage: "20Gi" } } },
      wait_until_bound: false,
    });
    expect(values(release())[expected.server].persistence).toEqual({
      existingClaim: ref(`jsonencode(${CLAIM}.metadata[0].name)`),
    });
  });

  test("clients come in, and Prometheus to the exporter, once there are policies that the release waits for", () => {
    const ingress = policies().flatMap(({ spec }) => spec.ingress ?? []);
    const pods = ({ from }: Json) =>
      from.flatMap((f: Json) => (f.namespace_selector ? [f.pod_selector.match_labels] : []));
    expect(ingress.map((rule: Json) => [pods(rule), rule.ports])).toEqual([
      [[{ "app.kubernetes.io/name": "sales" }], [{ port: String(port), protocol: "TCP" }]],
      [[{ "app.kubernetes.io/name": "prometheus" }], [{ port: String(metricsPort), protocol: "TCP" }]],
    ]);
    for (const { spec } of policies())
      expect(spec.pod_selector.match_labels).toEqual({ "app.kubernetes.io/name": name });
    const ids = Object.keys(synth().json.resource.kubernetes_network_policy_v1);
    expect(release().depends_on).toEqual(
      expect.arrayContaining([
        "pool",
        "quota",
        "default-deny",
        ...ids.map((id) => `kubernetes_network_policy_v1.${id}`),
      ]),
    );
  });

  test("nothing can go wrong where nobody connects", () => {
    expect(() => synth({ clients: [], scrapers: [] })).not.toThrow();
  });

  test("it reaches nothing but for its own kind", () => {
    const egress = policies().flatMap(({ spec }) => spec.egress ?? []);
    for (const { to } of egress)
      expect(to).toEqual([{ pod_selector: { match_labels: { "app.kubernetes.io/name": name } } }]);
  });

  describe("the real chart", () => {
    const printed = (changes: Partial<BitnamiProps> = {}) =>
      render(release(synth(changes)), "datastores", "--kube-version=1.33.0");
    const kind = (object: string) => /^kind: (.+)$/m.exec(object)?.[1] ?? "";
    const pods = (objects: readonly string[]) => objects.filter((o) => /^ {4}spec:$/m.test(o)); // workloads alone have it
    const all = (pattern: RegExp, objects: readonly string[]) =>
      objects.flatMap((o) => [...o.matchAll(pattern)].map(([, found]) => found as string));

    withChart(release(), "prints no Secret, no policy and no certificate of its own", () => {
      const kinds = printed()
        .map(kind)
        .filter((k) => !["ConfigMap", "Service", "ServiceAccount"].includes(k));
      expect(kinds.sort()).toEqual([...expected.prints].sort());
    });

    withChart(release(), "runs the images of the patterns, wherever they are mirrored, and no others", () => {
      for (const registry of ["docker.io/bitnamilegacy", "europe-west1-docker.pkg.dev/acme-test/bitnami"]) {
        const images = all(/^ *(?:- )?image: "?([^"\s]+)"?$/gm, printed({ registry }));
        const patterns = expected.images(registry);
        expect(images.length).toBeGreaterThanOrEqual(2);
        expect(images.filter((image) => !patterns.some((pattern) => admits(pattern, image)))).toEqual([]);
        expect(patterns.filter((pattern) => !images.some((image) => admits(pattern, image)))).toEqual([]);
        for (const image of images) expect(image).toMatch(/:\d+\.\d+\.\d+-debian-12-r\d+$/);
      }
    });

    withChart(release(), "satisfies the restricted Pod Security Standard in every container", () => {
      const workloads = pods(printed());
      const containers = all(/^ *image: (.+)$/gm, workloads).length;
      for (const rule of [
        /^ {10,}allowPrivilegeEscalation: (false)$/gm,
        /^ {10,}runAsNonRoot: (true)$/gm,
        /^ {10,}readOnlyRootFilesystem: (true)$/gm,
        /^ {10,}type: (RuntimeDefault)$/gm,
        /^ {10,}drop:\n *- (ALL)$/gm,
      ])
        expect([rule, all(rule, workloads).length]).toEqual([rule, containers]);
      expect(workloads.join()).not.toMatch(/privileged: true|runAsUser: 0$|hostPath:|hostNetwork: true/m);
      expect(all(/automountServiceAccountToken: (.+)$/gm, workloads)).not.toContain("true");
    });

    withChart(release(), "finds password and volume by their names", () => {
      const workloads = pods(printed()).join();
      expect(workloads).toMatch(/secretName: "?known-to-terraform|secret:\n *name: "?known-to-terraform/);
      expect(workloads).toMatch(/claimName: "?known-to-terraform/);
      expect(printed().join()).not.toContain("volumeClaimTemplates");
    });

    withChart(release(), "does not restart the server when only Helm's own values change", () => {
      expect(printed()).toEqual(printed());
    });

    withChart(release(), "does not kill a server that is still starting", () => {
      const [server = ""] = pods(printed()).filter((o) => /^kind: StatefulSet$/m.test(o));
      // Redis: the chart's probe counts LOADING as alive. Others have an hour.
      if (name === "redis") expect(printed().join()).toContain('"$responseFirstWord" != "LOADING"');
      else {
        const probe = /^ {10}startupProbe:\n((?: {12}.*\n)+)/m.exec(server)?.[1];
        expect(probe).toMatch(/failureThreshold: 360$/m);
        expect(probe).toMatch(/periodSeconds: 10$/m);
        expect(server).toMatch(/^ {6}terminationGracePeriodSeconds: 120$/m);
      }
    });

    withChart(release(), "is scraped at the exporter's port, which a container declares", () => {
      const [scraped, ...others] = pods(printed()).filter((o) => o.includes("prometheus.io/scrape"));
      expect(others).toEqual([]);
      expect(scraped).toMatch(new RegExp(`prometheus.io/port: "?${metricsPort}"?$`, "m"));
      expect(scraped).toMatch(new RegExp(`containerPort: ${metricsPort}$`, "m"));
      expect(scraped).toMatch(/prometheus.io\/path: \/metrics$/m);
      expect(scraped).toMatch(new RegExp(`^ {8}app.kubernetes.io/name: ${name}$`, "m"));
    });

    withChart(release(), "runs on the pool with sizes for all containers, or as Autopilot would have it", () => {
      const sizes = (objects: readonly string[]) => {
        const containers = pods(objects).flatMap((o) => o.split(/^(?= *image: )/m).slice(1));
        return containers.map((c) => ({
          limits: /^( *)limits:\n((?:\1 .*\n)+)/m.exec(c)?.[2]?.replace(/ +/g, " "),
          requests: /^( *)requests:\n((?:\1 .*\n)+)/m.exec(c)?.[2]?.replace(/ +/g, " "),
        }));
      };
      for (const workload of pods(printed())) {
        expect(workload).toMatch(/nodeSelector:\n *cloud.google.com\/gke-nodepool: data$/m);
        expect(workload).toMatch(/value: data$/m);
      }
      for (const { limits, requests } of sizes(printed())) {
        expect(limits).toMatch(/^ memory: \d+[MG]i\n$/); // a preset would limit CPU too
        expect(requests).toMatch(/cpu: \d+m\n memory/);
      }
      for (const workload of pods(printed({ place: AUTOPILOT }))) expect(workload).not.toContain("nodeSelector");
      for (const { limits, requests } of sizes(printed({ place: AUTOPILOT }))) {
        expect(limits).toMatch(/cpu: .*\n ephemeral-storage: 1Gi\n memory: /);
        expect(limits).toBe(requests);
      }
    });
  });
}
