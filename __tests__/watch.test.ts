import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import type { Context } from "../commands/context";
import { prometheusAt, prometheusOf } from "../commands/prometheus";
import { watch } from "../commands/watch";
import { environmentOf } from "../schema/load";
import { alertOf, fakePrometheus } from "./releasing/prometheus";
import { configuration } from "./support";

const { system } = environmentOf(
  configuration(({ system }) => {
    const objective = { availability: 99.9, latency: { percent: 95, seconds: 1 } };
    Object.assign(system.services.backend as object, { objective });
  }),
  "production",
);
const AVAILABILITY = "ServiceAvailabilityBudgetBurn";

/** Watches alerts that change by the minute. `undefined` stands for a Prometheus that does not answer. */
async function watched(alerts: (minute: number) => readonly object[] | undefined, minutes = 15) {
  let seconds = 0;
  const prometheus = await fakePrometheus({ alerts: () => alerts(seconds / 60) ?? [] });
  const lines: string[] = [];
  const result = watch(system, minutes, {
    prometheus: (use) =>
      alerts(seconds / 60) ? prometheus.ask(use) : Promise.reject(new Error("kubectl forwards no port")),
    print: { say: (line) => void lines.push(line), doing: () => {}, done: () => {}, passed: "ok  ", failed: "FAIL" },
    wait: async (more) => {
      seconds += more;
    },
  });
  return result.then((passed) => ({ passed, lines, seconds })).finally(prometheus.stop);
}

test("no new alert passes after the minutes", async () => {
  expect(await watched(() => [])).toEqual({
    passed: true,
    lines: ["ok   no alert of an objective began to fire in 15 minutes"],
    seconds: 900,
  });
});

test.each([AVAILABILITY, "ServiceLatencyBudgetBurn"])("%s that begins to fire fails at once", async (name) => {
  const { passed, lines, seconds } = await watched((minute) => (minute >= 4 ? [alertOf(name, "backend")] : []));
  expect([passed, lines, seconds]).toEqual([false, [`FAIL ${name}: backend uses up its error budget`], 240]);
});

test("an alert that fired before does not fail, but another one of the same name does", async () => {
  const old = alertOf(AVAILABILITY, "backend", { window: "1d" });
  expect((await watched(() => [old])).lines[0]).toBe(
    `     fired before: ${AVAILABILITY}: backend uses up its error budget`,
  );
  expect((await watched(() => [old])).passed).toBe(true);
  const next = alertOf(AVAILABILITY, "backend", { window: "1h" });
  expect((await watched((minute) => (minute > 1 ? [old, next] : [old]))).passed).toBe(false);
});

test("pending alerts, other alerts and other namespaces' do not count", async () => {
  const others = [
    alertOf(AVAILABILITY, "backend", { state: "pending" }),
    alertOf("ContainerMemoryNearLimit", "backend"),
    alertOf(AVAILABILITY, "backend", { namespace: "other" }),
  ];
  expect((await watched((minute) => (minute > 1 ? others : []))).passed).toBe(true);
});

test("objectives without metrics are named, and if there are no others, nothing was watched", async () => {
  const absent = (objective: string) =>
    alertOf("ServiceMetricsAbsent", "backend", {
      ...{ state: "pending", objective, summary: `Nobody watches backend's ${objective}` },
    });
  const { passed, lines } = await watched(() => [absent("availability")]);
  expect([passed, lines[0]]).toEqual([true, "     ServiceMetricsAbsent: Nobody watches backend's availability"]);
  await expect(watched(() => [absent("availability"), absent("latency")])).rejects.toThrow("No objective has metrics");
});

test("a system without an objective has nothing to watch", async () => {
  const { system } = environmentOf(
    configuration(({ system }) => {
      for (const service of Object.values(system.services)) delete service.objective;
    }),
    "production",
  );
  const outside = { prometheus: () => Promise.reject(), print: {}, wait: async () => {} };
  await expect(watch(system, 1, outside as unknown as Parameters<typeof watch>[2])).rejects.toThrow(
    "No service of the system has an objective",
  );
});

test("Prometheus may be away for a while, but not at the beginning or at the end", async () => {
  const away = (from: number, to: number) => watched((minute) => (minute >= from && minute < to ? undefined : []));
  expect((await away(3, 5)).passed).toBe(true);
  const nobody = "Nobody knows whether an alert fires: kubectl forwards no port";
  await expect(away(0, 1)).rejects.toThrow(nobody);
  await expect(away(3, 9)).rejects.toThrow(nobody);
  await expect(away(14, 16)).rejects.toThrow(nobody);
});

describe("Prometheus", () => {
  test("answers with a value, without one, and with what is wrong", async () => {
    const value = (query: string) => ({ up: "1", none: undefined, ratio: "NaN", big: "1.2e+03" })[query];
    const { ask, port, queries, stop } = await fakePrometheus({ value });
    try {
      const values = ["up", "none", "ratio", "big"].map((query) => ask((it) => it.value(query)));
      expect(await Promise.all(values)).toEqual([1, undefined, Number.NaN, 1200]);
      await ask((it) => it.value("up", new Date("2027-01-01T00:00:00Z")));
      expect(queries.at(-1)).toEqual({ query: "up", time: "2027-01-01T00:00:00.000Z" });
      await expect(ask((it) => it.value("up["))).rejects.toThrow("Prometheus answers bad_data: invalid parameter");
      const elsewhere = prometheusAt(`http://127.0.0.1:${port}/`);
      expect(await elsewhere.alerts()).toEqual([]);
    } finally {
      stop();
    }
  });

  test("is reached through a port that kubectl forwards to its Service, with credentials of its own", async () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), "prometheus-"));
    const { PATH } = process.env;
    const { port, stop } = await fakePrometheus({ value: () => "7" });
    try {
      const called = path.join(folder, "called");
      const program = (name: string, script: string) =>
        writeFileSync(path.join(folder, name), `#!/bin/sh\necho "${name} $*" >> ${called}\n${script}\n`, {
          mode: 0o755,
        });
      program("gcloud", `[ -e ${folder}/tried ] || { touch ${folder}/tried; echo no network >&2; exit 1; }`);
      program("kubectl", `[ "$1" = get ] && exit; echo "Forwarding from 127.0.0.1:${port} -> 9090"; exec sleep 60`);
      process.env.PATH = `${folder}:${PATH}`;
      const files = {
        systemName: "pmcrm",
        environmentName: "production",
        ...environmentOf(configuration(), "production"),
      };
      const ask = prometheusOf(files as Context, folder);
      await expect(ask((it) => it.value("up"))).rejects.toThrow("no network");
      expect(await ask((it) => it.value("up"))).toBe(7); // it gets the credentials again
      const calls = readFileSync(called, "utf8").trim().split("\n");
      expect(calls.slice(2)).toEqual([
        "kubectl get service prometheus-prometheus --namespace=monitoring",
        "kubectl port-forward --namespace=monitoring service/prometheus-prometheus :9090",
      ]);
    } finally {
      process.env.PATH = PATH;
      stop();
      rmSync(folder, { recursive: true });
    }
  });
});
