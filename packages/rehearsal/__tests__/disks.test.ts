import { smallDisks } from "../src/checks/disks";

const claim = (name: string, asked: string, has?: string) => ({
  metadata: { namespace: "monitoring", name },
  spec: { resources: { requests: { storage: asked } } },
  status: has && { capacity: { storage: has } },
});
const CLAIM = "prometheus-p-db-prometheus-p-0";
const prometheus = (asked: string, retentionSize: string) => ({
  kind: "Prometheus",
  metadata: { namespace: "monitoring", name: "p" },
  spec: { retentionSize, storage: { volumeClaimTemplate: { spec: { resources: { requests: { storage: asked } } } } } },
});

test("a disk that has not grown is found", () => {
  expect(smallDisks([claim("postgresql", "20Gi", "20Gi"), claim("redis", "8Gi")], [])).toEqual([]);
  expect(smallDisks([claim("postgresql", "30Gi", "20Gi")], [])).toEqual(["postgresql has 20Gi of 30Gi"]);
});

test("a size that the operator does not apply, and metrics that do not fit, are found", () => {
  const grown = prometheus("80Gi", "69632MB");
  expect(smallDisks([claim(CLAIM, "80Gi", "80Gi")], [grown])).toEqual([]);
  expect(smallDisks([claim(CLAIM, "50Gi", "50Gi")], [grown])).toEqual([
    "prometheus-p asks for 80Gi on a disk of 50Gi",
    "prometheus-p keeps 69632MB on a disk of 50Gi",
  ]);
  expect(smallDisks([claim(CLAIM, "50Gi", "50Gi")], [prometheus("1Gi", "69632MB")])).toEqual([
    "prometheus-p keeps 69632MB on a disk of 50Gi",
  ]);
});

test("a claim whose name the StatefulSet does not expect is found", () => {
  expect(smallDisks([claim("metrics", "80Gi", "80Gi")], [prometheus("1Gi", "69632MB")])).toEqual([
    `prometheus-p has no disk ${CLAIM}`,
  ]);
});
