import { readFileSync } from "node:fs";
import path from "node:path";
import { CERTIFICATES, podTemplate } from "../constructs/workloads/pod";
import { podOf } from "./construct";
import { type Json, ROOT, synth } from "./support";

test("the services and tasks of an image run as its user and group, and others as before", () => {
  const { production } = synth(({ system, production, staging }) => {
    (system.services.worker as Json).image = "worker";
    for (const { release } of [staging, production]) release.images.worker = release.images.backend as string;
    system.images = { backend: { user: 101, group: 102 } };
  });
  const usersOf = (service: string) => {
    const [values] = production.resource(`helm_release.workload_${service}_workload_deployment`).values;
    return ["runAsUser", "runAsGroup", "fsGroup"].map((field) => new RegExp(`"${field}":(\\d+)`).exec(values)?.[1]);
  };
  expect(usersOf("backend")).toEqual(["101", "102", "102"]);
  expect(usersOf("worker")).toEqual(["1000", "1000", "1000"]);
  const job = production.resource("kubernetes_job_v1.workload_migrate_migration_job").spec.template.spec;
  expect(job.security_context).toMatchObject({ run_as_user: "101", run_as_group: "102", fs_group: "102" });
});

test("the page about images says what the pods set", () => {
  const page = readFileSync(path.join(ROOT, "docs", "images.md"), "utf8").replace(/\s+/g, " ");
  const pod = (serving?: Parameters<typeof podTemplate>[1]): Json => podTemplate(podOf("shop"), serving).spec;
  const web = pod({ port: 3000, health: { ready: "/ready" } });
  const [{ readinessProbe: ready, livenessProbe: live, startupProbe: start, lifecycle }] = web.containers;
  const [{ livenessProbe: alive, readinessProbe: healthy }] = pod({ health: { command: ["true"] } }).containers;
  const drain = lifecycle.preStop.sleep.seconds;
  for (const said of [
    `User and group ${web.securityContext.runAsUser}`,
    `has ${web.volumes[0].emptyDir.sizeLimit.replace("Mi", " MiB")}`,
    `in \`${CERTIFICATES}\``,
    `Kubernetes asks every ${ready.periodSeconds} seconds. After ${ready.failureThreshold} other answers`,
    `Kubernetes asks every ${live.periodSeconds} seconds`,
    `within ${live.timeoutSeconds} seconds`,
    `within ${alive.timeoutSeconds} seconds`,
    `It runs every ${healthy.periodSeconds} seconds`,
    `For ${drain} seconds, it still runs`,
    `and ${web.terminationGracePeriodSeconds - drain} for a worker`,
  ])
    expect(page).toContain(said);
  for (const probe of [live, start, alive]) expect(probe.periodSeconds * probe.failureThreshold).toBe(120); // two minutes
});
