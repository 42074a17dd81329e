import type { Context } from "../../commands/context";
import { verified } from "../../commands/verify";
import type { Outside } from "../../commands/verify/check";
import { rolloutsChecked } from "../../commands/verify/rollouts";

import { collect, context, MANUAL } from "./support";

describe("rollouts", () => {
  const [OLD, NEW, NEXT] = ["1", "2", "3"].map((digit) => `sha256:${digit.repeat(64)}`) as [string, string, string];
  const shop = {
    ...context,
    system: {
      namespace: "shop",
      services: {
        api: { image: "shop", strategy: { kind: "canary" } },
        worker: { image: "shop", strategy: { kind: "rolling" } },
      },
      smokeChecks: {},
      buckets: {},
      vercel: {},
    },
    environment: { repository: "registry.example/shop", services: {}, frontends: {}, buckets: {} },
    release: { version: "1.4.0", images: { shop: NEW } },
  } as unknown as Context;
  const workload = (
    name: string,
    more: { digest?: string; kind?: string; status?: object; generation?: number } = {},
  ) => ({
    kind: more.kind ?? "Deployment",
    metadata: { name, generation: more.generation ?? 1 },
    spec: {
      replicas: 2,
      template: { spec: { containers: [{ image: `registry.example/shop/shop@${more.digest ?? NEW}` }] } },
    },
    status: { observedGeneration: 1, replicas: 2, updatedReplicas: 2, readyReplicas: 2, ...more.status },
  });
  const BOTH = [workload("api"), workload("worker", { kind: "StatefulSet" })];
  /** kubectl of a namespace with these workloads, and these labels of Helm's Secrets. */
  const kubectl = (workloads: readonly object[], revisions: readonly string[] = ["api/1/deployed"]): Outside =>
    ({
      kubectl: async (...args: readonly string[]) => {
        expect(args).toContain("--namespace=shop");
        return args[1] === "secrets"
          ? revisions.map((line) => `${line}\n`).join("")
          : JSON.stringify({ items: workloads });
      },
    }) as unknown as Outside;
  const failures = async (outside: Outside, more: object = {}) =>
    (await collect(rolloutsChecked({ ...shop, ...more }, outside)))
      .filter(({ result }) => result === "FAIL")
      .map(({ name, why }) => `${name}: ${why}`);

  test("run the release in all of their pods", async () => {
    expect(await collect(rolloutsChecked(shop, kubectl(BOTH)))).toEqual([
      { name: "rollout of api", result: "ok", why: `2 pods run shop@${NEW} of 1.4.0` },
      { name: "rollout of worker", result: "ok", why: `2 pods run shop@${NEW} of 1.4.0` },
      { name: "Helm releases", result: "ok", why: "1 are deployed" },
    ]);
  });

  test.each<[string, object[], string]>([
    ["is missing", [], "neither a Deployment nor a StatefulSet of this name runs"],
    [
      "runs another image",
      [workload("api", { digest: OLD })],
      `runs registry.example/shop/shop@${OLD}, not registry.example/shop/shop@${NEW} of 1.4.0: the release is not deployed, or its rollout was rolled back`,
    ],
    [
      "has old pods besides the new ones",
      [workload("api", { status: { replicas: 3 } })],
      "has 2 new and 2 ready pods of 2, and 1 old ones",
    ],
    [
      "has pods that are not updated",
      [workload("api", { status: { updatedReplicas: 1 } })],
      "has 1 new and 2 ready pods of 2",
    ],
    [
      "has pods that are not ready",
      [workload("api", { status: { readyReplicas: undefined } })],
      "has 2 new and 0 ready pods of 2",
    ],
    ["has changed just now", [workload("api", { generation: 2 })], "has changed, and Kubernetes has not acted yet"],
  ])("a service that %s fails", async (_what, api, why) => {
    expect(await failures(kubectl([...api, workload("worker")]))).toEqual([`rollout of api: ${why}`]);
  });

  test("a candidate runs its own release, and what nobody declares fails", async () => {
    const candidate = { release: { version: "1.5.0", images: { shop: NEXT } }, share: 0 };
    const beside = [...BOTH, workload("api-candidate", { digest: NEXT })];
    expect(await failures(kubectl(beside), { candidate })).toEqual([]);
    expect(await failures(kubectl([...BOTH, workload("api-candidate")]), { candidate })).toEqual([
      expect.stringContaining("rollout of api-candidate: runs"),
    ]);
    expect(await failures(kubectl(beside))).toEqual([
      "rollout of api-candidate: a Deployment of this name runs, but no file of the system or the release declares it",
    ]);
  });

  test("a cluster that does not answer fails", async () => {
    const silent = { kubectl: () => Promise.reject(new Error("Unable to connect")) } as unknown as Outside;
    expect(await failures(silent)).toEqual(["rollouts: Unable to connect"]);
  });

  test("what Helm has not finished fails; what it has rolled back is deployed, as the record of the deploy says", async () => {
    const revisions = [
      ...["api/9/superseded", "api/10/failed", "api/11/deployed"], // in any order, and not that of texts
      ...["routes/3/failed", "routes/2/superseded"],
      "limits/1/pending-upgrade",
    ];
    expect(await failures(kubectl(BOTH, revisions))).toEqual([
      "Helm releases: revision 3 of routes is failed; revision 1 of limits is pending-upgrade",
    ]);
  });

  test("come before hosts and smoke checks", async () => {
    const system = { ...shop.system, smokeChecks: { login: MANUAL } };
    const results = await collect(verified({ ...shop, system }, kubectl(BOTH), { names: ["login"], by: "ann" }));
    expect(results.map(({ name }) => name)).toEqual(["rollout of api", "rollout of worker", "Helm releases", "login"]);
    expect(results.at(-1)?.result).toBe("ok");
  });
});
