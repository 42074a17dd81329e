import { ScheduledTask } from "../../constructs/workloads/scheduled-task";
import { AUTOPILOT, at, build, namespace, podOf } from "../construct";

const synth = (place = podOf("nightly").place) =>
  build((stack) => {
    new ScheduledTask(stack, "s", {
      namespace,
      pod: { ...podOf("nightly"), place, command: ["nightly"] },
      schedule: "30 3 * * *",
      timeZone: "Europe/Berlin",
      deadline: 1800,
      egress: { database: { peers: ["namespace"], ports: [{ port: 5432 }] } },
      dependsOn: [at("migration")],
    });
  });
const ADDRESS = "kubernetes_cron_job_v1.s_cron-job";
const { resource, counts } = synth();
const { metadata, spec, depends_on } = resource(ADDRESS);
const job = spec.job_template.spec;

test("it runs at the times of its schedule, in its time zone", () => {
  expect(metadata).toMatchObject({ name: "nightly", namespace: "shop" });
  expect(spec).toMatchObject({ schedule: "30 3 * * *", timezone: "Europe/Berlin", suspend: false });
});

test("no run starts while another one is running, and a late one is left out", () => {
  expect(spec.concurrency_policy).toBe("Forbid");
  // Kubernetes gives up after 100 missed runs, so within this time there must be fewer, even with a run every minute.
  expect(spec.starting_deadline_seconds).toBeGreaterThanOrEqual(60);
  expect(spec.starting_deadline_seconds).toBeLessThan(100 * 60);
});

test("a run is stopped at its deadline and is not repeated; its log stays for a day", () => {
  expect(job).toMatchObject({
    active_deadline_seconds: 1800,
    backoff_limit: 0,
    ttl_seconds_after_finished: String(24 * 3600),
  });
  expect(job.template.spec.restart_policy).toBe("Never");
  expect([spec.successful_jobs_history_limit, spec.failed_jobs_history_limit]).toEqual([1, 1]);
});

test("the pod runs its command, and the autoscaler leaves its node alone", () => {
  expect(job.template.spec.container[0].command).toEqual(["nightly"]);
  expect(job.template.metadata.annotations).toEqual({ "cluster-autoscaler.kubernetes.io/safe-to-evict": "false" });
});

test("it waits for what it is told to, and for the policies of its own pods", () => {
  expect(counts.kubernetes_network_policy_v1).toBe(1);
  const policy = resource("kubernetes_network_policy_v1.s_to-database").spec;
  expect(job.template.metadata.labels).toMatchObject(policy.pod_selector.match_labels);
  expect(depends_on).toEqual(["migration", "quota", "default-deny", "kubernetes_network_policy_v1.s_to-database"]);
});

test("what Autopilot writes into the template is no change of it", () => {
  const autopilot = synth(AUTOPILOT).resource(ADDRESS);
  expect(autopilot.lifecycle.ignore_changes).toEqual(
    expect.arrayContaining(["spec[0].job_template[0].spec[0].template[0].spec[0].container[0].resources"]),
  );
});
