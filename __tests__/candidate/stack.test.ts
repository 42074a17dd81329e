import { NetworkPolicies, readTerraform } from "@slipway/network-policy-evaluator";
import { values } from "../construct";
import { references } from "../graph";
import { declaredPods, differences, nameOf, podsOf, stacks } from "../network-world";
import { type Files, type Json, type Stack, synth } from "../support";
import { behindGateway, NEXT, withCandidate, withStrategy } from "./support";

const alone = synth(withStrategy).production;
const beside = Object.fromEntries([0, 10, 50, 100].map((share) => [share, synth(withCandidate(share)).production]));
const half = beside[50] as Stack;
const graph = references(half);

const addresses = ({ resources }: Stack) => resources.map(([address]) => address);
/** Addresses of what two stacks declare differently, but for what waits for what. */
const changed = (a: Stack, b: Stack) =>
  addresses(a).filter((address) => {
    if (!addresses(b).includes(address)) return false;
    const [one, other] = [a, b].map((stack) => JSON.stringify({ ...stack.resource(address), depends_on: [] }));
    return one !== other;
  });

const WEB = "helm_release.workload_backend_workload_deployment";
const CANDIDATE = "helm_release.workload_backend-candidate_workload_deployment";
const SHARES = "helm_release.ingress_shares";
const ROUTES = "helm_release.ingress_routes";
const job = (task: string) => `kubernetes_job_v1.workload_${task}_migration_job`;
/** The weights of a stack's Services, by the workloads that they select. */
const weights = (stack: Stack) =>
  values(stack.resource(SHARES)).objects[0].spec.weighted.services.map(({ name, weight }: Json) => [
    /workload_([\w-]+)_web-service/.exec(name)?.[1],
    weight,
  ]);

describe("what the files say decides what changes", () => {
  test("a candidate adds objects of its own, and changes none that is there", () => {
    expect(changed(beside[0] as Stack, alone)).toEqual([]);
    const added = addresses(half).filter((address) => !addresses(alone).includes(address));
    expect(added.filter((address) => !/\.workload_(backend|migrate)-candidate_/.test(address))).toEqual([]);
  });

  test("the candidate's migration takes the place of the stable one's, which does not know it", () => {
    expect(addresses(alone).filter((address) => !addresses(half).includes(address))).toEqual([job("migrate")]);
    expect(addresses(half)).toContain(job("migrate-candidate"));
  });

  test("another share changes the shares alone", () => {
    for (const share of [10, 50, 100]) {
      expect(changed(beside[share] as Stack, beside[0] as Stack)).toEqual([SHARES]);
      expect(addresses(beside[share] as Stack)).toEqual(addresses(beside[0] as Stack));
    }
  });

  test("behind a Gateway, the load balancer has the same settings for both, before a route names the candidate", () => {
    const stack = synth(withCandidate(10, behindGateway)).production;
    const settings = (workload: string) =>
      values(stack.resource(`helm_release.workload_${workload}_web-service_backend-policies`));
    expect(JSON.stringify(settings("backend")).replaceAll('"backend"', '"backend-candidate"')).toBe(
      JSON.stringify(settings("backend-candidate")),
    );
    const service = "kubernetes_service_v1.workload_backend-candidate_web-service_service";
    expect(references(stack).get("helm_release.gateway_routes")).toContain(service);
    expect(references(stack).get(service)).toContain(
      "helm_release.workload_backend-candidate_web-service_backend-policies",
    );
  });

  test("a canary service has the share, and a blue-green one all or nothing", () => {
    const shareOf = (share: number, change?: (files: Files) => void) =>
      weights(synth(withCandidate(share, change)).production);
    expect(weights(alone)).toEqual([["backend", 100]]);
    expect(weights(beside[0] as Stack)).toEqual([["backend", 100]]);
    expect(weights(beside[10] as Stack)).toEqual([
      ["backend", 90],
      ["backend-candidate", 10],
    ]);
    expect(weights(beside[100] as Stack)).toEqual([["backend-candidate", 100]]);
    const blueGreen = ({ system }: Files) => {
      if (system.services.backend) system.services.backend.strategy = { kind: "blue-green" };
    };
    expect(shareOf(0, blueGreen)).toEqual([["backend", 100]]);
    expect(shareOf(100, blueGreen)).toEqual([["backend-candidate", 100]]);
  });

  test("a promotion rolls the stable workload to the candidate's image, and only the stable one is left", () => {
    const promoted = synth((files) => {
      withStrategy(files);
      files.production.release = NEXT;
    }).production;
    expect(addresses(promoted)).toEqual(addresses(alone));
    expect(promoted.resource(WEB).values[0]).toContain(NEXT.images.backend);
  });
});

describe("order", () => {
  test("a candidate's pods wait for its own task, and the stable ones do not", () => {
    expect(graph.get(CANDIDATE)).toContain(job("migrate-candidate"));
    expect(graph.get(WEB)).not.toContain(job("migrate-candidate"));
  });

  test("shares wait for both rollouts, even without a candidate for the stable one's, and routes for the shares", () => {
    expect([...(graph.get(SHARES) ?? [])]).toEqual(expect.arrayContaining([WEB, CANDIDATE]));
    expect(references(alone).get(SHARES)).toContain(WEB);
    expect(graph.get(ROUTES)).toContain(SHARES);
  });

  test("what is removed is deleted after the shares: all that they wait for creates before it destroys", () => {
    for (const address of [SHARES, CANDIDATE, job("migrate-candidate")])
      expect([address, half.resource(address).lifecycle?.create_before_destroy]).toEqual([address, true]);
  });
});

describe("a candidate is like the stable release", () => {
  /** Text of what is declared under a name, as if it were the stable workload's. */
  const asStable = (text: string) =>
    text
      .replaceAll("-candidate", "")
      .replace(/_config_[0-9a-f]{8}/g, "_config")
      .replace(/_secret_[0-9a-f]{8}/g, "_secret");
  const declared = (workload: string) =>
    new Map(
      // The stable migration is there only without a candidate.
      (workload === "migrate" ? alone : half).resources
        .filter(([address]) => new RegExp(`\\.workload_${workload}_`).test(address))
        .map(([address, { "//": _, lifecycle: __, depends_on: ___, ...config }]) => [
          asStable(address),
          asStable(JSON.stringify(config)).replaceAll(NEXT.images.backend, FIRST).replaceAll("2.0.0", VERSION),
        ]),
    );
  const { version: VERSION, images } = { version: "1.0.0", images: { backend: `sha256:${"1".repeat(64)}` } };
  const FIRST = images.backend;

  test.each(["backend", "migrate"])("in all that %s has, but the image and the version", (workload) => {
    const [stable, candidate] = [declared(workload), declared(`${workload}-candidate`)];
    expect(candidate.size).toBeGreaterThan(workload === "backend" ? 8 : 3);
    for (const [address, config] of candidate) expect([address, stable.get(address)]).toEqual([address, config]);
    // They act as one account.
    const only = [...stable.keys()].filter((address) => !candidate.has(address));
    expect(only.filter((address) => !/service_account|secret_manager|identity/.test(address))).toEqual([]);
  });

  test("with configuration, an autoscaler, a budget and policies of its own", () => {
    const types = half.resources.flatMap(([address]) =>
      address.includes("_backend-candidate_") ? [address.split(".")[0]] : [],
    );
    expect([...new Set(types)].sort()).toEqual([
      "helm_release",
      "kubernetes_config_map_v1",
      "kubernetes_horizontal_pod_autoscaler_v2",
      "kubernetes_network_policy_v1",
      "kubernetes_secret_v1",
      "kubernetes_service_v1",
      "terraform_data",
    ]);
    expect(half.resource(CANDIDATE).values[0]).toContain('"kind":"PodDisruptionBudget"');
    for (const stem of [
      "config_map_v1.workload_backend-candidate_config",
      "secret_v1.workload_backend-candidate_secret",
    ])
      expect(half.digested(`kubernetes_${stem}`)[1].metadata.name).toMatch(/^backend-candidate-/);
  });

  test("with the metrics of one service: its container has the same name", () => {
    expect(half.resource(CANDIDATE).values[0]).toContain('"containers":[{"name":"backend"');
  });
});

describe.each([
  ["without a candidate", withStrategy],
  ["with a candidate", withCandidate(50)],
])("network policies %s", (_what, change) => {
  const { production } = stacks(change);

  test("the stack creates the pods that the files declare", () => {
    expect(podsOf(production.json).map(nameOf).sort()).toEqual(declaredPods(production.world).sort());
  });

  test("allow exactly the declared connections", () => {
    expect([...differences(new NetworkPolicies(readTerraform(production.json)), production.expected)]).toEqual([]);
  });
});

test("the quota has room for both releases, whether or not there is a candidate", () => {
  const quota = (stack: Stack): Json => stack.resource("kubernetes_resource_quota_v1.namespace_quota").spec.hard;
  const rolling = synth((files) => {
    withStrategy(files);
    if (files.system.services.backend) files.system.services.backend.strategy = { kind: "rolling" };
  }).production;
  expect(quota(alone)).toEqual(quota(half));
  expect(Number(quota(alone).pods)).toBe(Number(quota(rolling).pods) + 2 * 20 + 1);
});
