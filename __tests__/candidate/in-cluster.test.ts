import { Inconclusive } from "@slipway/rehearsal";
import { looksAt } from "../../commands/rehearse/releases-in-cluster";
import { shiftsOf } from "../../commands/rehearse/shifts";
import { NAME_LABEL } from "../../constructs/kubernetes/labels";
import { configuration, type Files, type Json } from "../support";
import { NEXT, withCandidate, withStrategy } from "./support";

const { system, release, ...production } = configuration(withCandidate(10)).environments.production;
const beside = { release, candidate: production.candidate };

const object = (kind: string, name: string, more: object = {}) => ({
  kind,
  metadata: { namespace: "pmcrm", name, ...more },
});
/** What a cluster has of one release of the backend. */
const workload = (name: string, image: string): Json[] => [
  {
    ...object("Deployment", name),
    spec: {
      replicas: 3,
      selector: { matchLabels: { [NAME_LABEL]: name } },
      template: {
        spec: {
          containers: [
            {
              name: "backend",
              image: `registry/backend@${image}`,
              env: [{ name: "APP_VERSION", value: image }],
              envFrom: [{ configMapRef: { name: `${name}-0123456789` } }],
            },
          ],
        },
      },
    },
  },
  { ...object("HorizontalPodAutoscaler", name), spec: { scaleTargetRef: { name }, minReplicas: 3, maxReplicas: 20 } },
  { ...object("PodDisruptionBudget", `${name}.pods`), spec: { maxUnavailable: 1, selector: { [NAME_LABEL]: name } } },
  { ...object("Service", name), spec: { clusterIP: name, selector: { [NAME_LABEL]: name }, ports: [{ port: 80 }] } },
  { ...object("ConfigMap", `${name}-0123456789`), data: { LOG_LEVEL: name } },
  { ...object("NetworkPolicy", `${name}.to.database`), spec: { podSelector: { [NAME_LABEL]: name }, egress: [5432] } },
  { ...object("Pod", `${name}-1`, { labels: { [NAME_LABEL]: name } }), spec: {} },
];
const route = (...weights: (readonly [string, number])[]): Json => ({
  ...object("TraefikService", "backend"),
  spec: { weighted: { services: weights.map(([name, weight]) => ({ name, weight })) } },
});
const RULES = {
  ...object("PrometheusRule", "rules"),
  spec: { groups: [{ expr: 'sum(a{service="backend",track=""}) > sum(a{track="candidate"})' }] },
};
const both = (): Json[] => [
  ...workload("backend", String(release.images.backend)),
  ...workload("backend-candidate", NEXT.images.backend),
  route(["backend", 90], ["backend-candidate", 10]),
  RULES,
];
const found = (objects: Json[], name: string, kind: string): Json =>
  objects.find((it) => it.metadata.name === name && it.kind === kind);
const without = (objects: Json[], name: string, kind: string) =>
  objects.filter((it) => it.metadata.name !== name || it.kind !== kind);

test("a candidate that is like the stable release, with its share, is right", () => {
  expect(looksAt(system, beside)(both())).toEqual({
    wrong: [],
    note: "backend backend 90 %, backend-candidate 10 %, 6 kinds of objects alike",
  });
});

test.each<[string, (objects: Json[]) => Json[], RegExp]>([
  [
    "other weights",
    (all) => [...without(all, "backend", "TraefikService"), route(["backend", 50], ["backend-candidate", 50])],
    /a route has the weights backend 50 %, backend-candidate 50 %, not backend 90 %, backend-candidate 10 %/,
  ],
  ["no route", (all) => without(all, "backend", "TraefikService"), /has no route with weights/],
  ["no autoscaler", (all) => without(all, "backend-candidate", "HorizontalPodAutoscaler"), /HorizontalPodAutoscaler/],
  ["no budget", (all) => without(all, "backend-candidate.pods", "PodDisruptionBudget"), /PodDisruptionBudget .pods/],
  ["no policy", (all) => without(all, "backend-candidate.to.database", "NetworkPolicy"), /NetworkPolicy .to.database/],
  ["no configuration", (all) => without(all, "backend-candidate-0123456789", "ConfigMap"), /ConfigMap/],
  [
    "no settings of the load balancer",
    (all) => [...all, { ...object("GCPBackendPolicy", "backend"), spec: { default: {} } }],
    /GCPBackendPolicy of its candidate is undefined/,
  ],
  ["no pods", (all) => without(all, "backend-candidate-1", "Pod"), /backend-candidate has no pods/],
  ["no rule that compares the two", (all) => without(all, "rules", "PrometheusRule"), /selects track="candidate"/],
  [
    "another range of the autoscaler",
    (all) => {
      found(all, "backend-candidate", "HorizontalPodAutoscaler").spec.maxReplicas = 3;
      return all;
    },
    /HorizontalPodAutoscaler of its candidate is .*"maxReplicas":3/,
  ],
  [
    "another image",
    (all) => {
      found(all, "backend-candidate", "Deployment").spec.template.spec.containers[0].image =
        "registry/backend@sha256:0";
      return all;
    },
    /its candidate runs registry\/backend@sha256:0/,
  ],
])("%s is found", (_what, change, line) => {
  expect(looksAt(system, beside)(change(both())).wrong.join("\n")).toMatch(line);
});

test("what is left of a candidate is found, and a failed one may have left something", () => {
  const alone = [...workload("backend", String(release.images.backend)), route(["backend", 100]), RULES];
  expect(looksAt(system, { release })(alone)).toEqual({ wrong: [], note: "backend backend 100 %, alone" });
  const left = [...alone, object("Service", "backend-candidate")];
  expect(looksAt(system, { release })(left).wrong).toEqual(["backend: backend-candidate still has its Service"]);
  expect(looksAt(system, beside, true)(left).wrong).toEqual([]);
  expect(looksAt(system, beside, true)([...left, route(["backend-candidate", 10])]).wrong).toHaveLength(1);
});

describe("the versions of --shift", () => {
  const files = (change: (files: Files) => void) => configuration(change).environments.production;
  const runs: Json[] = [];
  const shifts = shiftsOf(files(withStrategy), (version, changed) => {
    runs.push(changed);
    return version;
  });

  test("shift requests in steps and back, promote, go back, and run two bad candidates", () => {
    expect(
      runs.map(({ candidate, release: { version } }) => [version, candidate?.release.version, candidate?.share]),
    ).toEqual([
      ["1.0.0", "1.0.0-next", 0],
      ["1.0.0", "1.0.0-next", 10],
      ["1.0.0", "1.0.0-next", 50],
      ["1.0.0", "1.0.0-next", 100],
      ["1.0.0", "1.0.0-next", 0],
      ["1.0.0", "1.0.0-next", 100],
      ["1.0.0-next", undefined, undefined],
      ["1.0.0", undefined, undefined],
      ["1.0.0", "1.0.0-unready", 10],
      ["1.0.0", undefined, undefined],
      ["1.0.0", "1.0.0-next", 10],
      ["1.0.0", "1.0.0-next", 0],
      ["1.0.0", undefined, undefined],
    ]);
    expect(shifts.map(({ fails = false }) => fails).filter(Boolean)).toHaveLength(1);
    expect(new Set(shifts.map(({ stack }) => stack)).size).toBe(shifts.length);
  });

  test("need a service with a strategy, and no candidate", () => {
    expect(() =>
      shiftsOf(
        files(() => {}),
        String,
      ),
    ).toThrow(Inconclusive);
    expect(() => shiftsOf(files(withCandidate(10)), String)).toThrow("the stack has a candidate already");
  });
});
