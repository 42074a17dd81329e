import { ConfigMap } from "../../constructs/kubernetes/config-map";
import { Secret } from "../../constructs/kubernetes/secret";
import type { JobProps } from "../../constructs/workloads/job";
import { NODE_ADDRESS } from "../../constructs/workloads/pod";
import { Task } from "../../constructs/workloads/task";
import { AUTOPILOT, at, build, namespace, placeOn } from "../construct";

interface Change extends Partial<Omit<JobProps, "pod">> {
  readonly pod?: Partial<JobProps["pod"]>;
  readonly config?: string;
  readonly generation?: number;
  readonly value?: string;
  readonly certificate?: string;
}

const synth = ({ pod, config = "info", generation = 1, value = "v", certificate = "PEM", ...props }: Change = {}) =>
  build((stack) => {
    const common = { namespace: "shop", name: "migrate" };
    new Task(stack, "m", {
      runs: true,
      namespace,
      pod: {
        name: "migrate",
        image: "registry.example/backend@sha256:0",
        command: ["npm", "run", "migrate"],
        place: placeOn("app"),
        resources: { cpu: "500m", memory: "512Mi", memoryLimit: "1Gi" },
        serviceAccount: "migrate",
        variables: { APP_VERSION: "1.0" },
        configMap: new ConfigMap(stack, "config", { ...common, data: { LOG_LEVEL: config } }),
        secret: new Secret(stack, "secret", { ...common, data: { URL: { value, changesWith: [generation] } } }),
        certificates: new ConfigMap(stack, "certificates", { ...common, data: { "ca.pem": certificate } }),
        ...pod,
      },
      deadline: 600,
      egress: { database: { peers: ["namespace"], ports: [{ port: 5432 }] } },
      dependsOn: [at("database-user")],
      ...props,
    });
  });
const ADDRESS = "kubernetes_job_v1.m_job";
const { resource, counts } = synth();
const { metadata, spec, ...job } = resource(ADDRESS);
const templateOf = (change: Change) => synth(change).resource(ADDRESS).spec.template;

test.each<[string, Change]>([
  ["image", { pod: { image: "registry.example/backend@sha256:1" } }],
  ["command", { pod: { command: ["npm", "run", "migrate", "--all"] } }],
  ["split of the same command", { pod: { command: ["npm", "run migrate"] } }],
  ["release variable", { pod: { variables: { APP_VERSION: "1.1" } } }],
  ["variable with the node's address", { pod: { variables: { APP_VERSION: "1.0", DD_AGENT_HOST: NODE_ADDRESS } } }],
  ["configuration", { config: "debug" }],
  ["generation of a secret", { generation: 2 }],
  ["certificate authority", { certificate: "another PEM" }],
])("another %s is another pod, which replaces the Job", (_what, change) => {
  expect(templateOf(change)).not.toEqual(spec.template);
});

test.each<[string, Change]>([
  ["deadline", { deadline: 900 }],
  ["connection", { egress: {} }],
  ["secret value of the same generation", { value: "w" }],
])("another %s is the same pod", (_what, change) => {
  expect(templateOf(change)).toEqual(spec.template);
});

test("Kubernetes completes its name, because it is created before the Job that it replaces is deleted", () => {
  expect(metadata).toEqual({
    generate_name: "migrate-",
    namespace: "shop",
    labels: { "app.kubernetes.io/name": "migrate" },
  });
  expect(job.lifecycle).toEqual({ create_before_destroy: true });
  expect(synth({ pod: { place: AUTOPILOT } }).resource(ADDRESS).lifecycle).toMatchObject({
    create_before_destroy: true,
    ignore_changes: expect.arrayContaining(["spec[0].template[0].spec[0].container[0].resources"]),
  });
});

test("it is tried once, is stopped at its deadline, and Terraform waits a little longer", () => {
  expect(spec).toMatchObject({ backoff_limit: 0, active_deadline_seconds: 600 });
  expect(spec.template.spec.restart_policy).toBe("Never");
  expect(job.wait_for_completion).toBe(true);
  for (const patience of [job.timeouts.create, job.timeouts.update]) {
    expect(patience).toMatch(/^\d+s$/);
    expect(Number.parseInt(patience, 10)).toBeGreaterThan(600);
  }
});

test("the autoscaler leaves its node alone, and it does not start again by itself when the node goes away", () => {
  expect(spec.template.metadata.annotations).toEqual({ "cluster-autoscaler.kubernetes.io/safe-to-evict": "false" });
  expect(spec).not.toHaveProperty("pod_failure_policy");
});

test("it stays when it is done: a job that disappears would run again", () => {
  expect(spec).not.toHaveProperty("ttl_seconds_after_finished");
});

test("its container satisfies the restricted Pod Security Standard", () => {
  const pod = spec.template.spec;
  expect(pod.security_context).toMatchObject({ run_as_non_root: true, seccomp_profile: { type: "RuntimeDefault" } });
  for (const id of ["run_as_user", "run_as_group", "fs_group"])
    expect(Number(pod.security_context[id])).toBeGreaterThan(0);
  expect(pod.automount_service_account_token).toBe(false);
  expect(pod.container).toHaveLength(1);
  expect(pod.container[0].security_context).toMatchObject({
    allow_privilege_escalation: false,
    read_only_root_filesystem: true,
    run_as_non_root: true, // the provider would send false
    capabilities: { drop: ["ALL"] },
    seccomp_profile: { type: "RuntimeDefault" },
  });
});

test("it runs as the user and the group of its image", () => {
  const { security_context } = synth({ pod: { runAs: { user: 101, group: 102 } } }).resource(ADDRESS).spec.template
    .spec;
  expect(security_context).toMatchObject({ run_as_user: "101", run_as_group: "102", fs_group: "102" });
});

test("nothing of the pod is lost on its way to the typed resource", () => {
  const { container, volume, toleration, node_selector } = spec.template.spec;
  const [{ env, env_from, volume_mount, resources, command }] = container;
  expect(command).toEqual(["npm", "run", "migrate"]);
  expect(env).toContainEqual({ name: "APP_VERSION", value: "1.0" });
  expect(env_from[0].config_map_ref.name).toContain("kubernetes_config_map_v1.config_");
  expect(env_from[1].secret_ref.name).toContain("kubernetes_secret_v1.secret_");
  expect(resources).toEqual({ requests: { cpu: "500m", memory: "512Mi" }, limits: { memory: "1Gi" } });
  expect(volume_mount).toHaveLength(2);
  expect(volume.map((v: { name: string }) => v.name)).toEqual(volume_mount.map((m: { name: string }) => m.name));
  expect(toleration).toHaveLength(1);
  expect(node_selector).toEqual({ "cloud.google.com/gke-nodepool": "app" });
});

test("a variable with the node's address is a reference in the typed resource too", () => {
  const { spec } = synth({ pod: { variables: { DD_AGENT_HOST: NODE_ADDRESS } } }).resource(ADDRESS);
  expect(spec.template.spec.container[0].env).toContainEqual({
    name: "DD_AGENT_HOST",
    value_from: { field_ref: { field_path: "status.hostIP" } },
  });
});

test("it starts once its own policies, the namespace's and what it needs are there", () => {
  expect(counts.kubernetes_network_policy_v1).toBe(1);
  const policy = resource("kubernetes_network_policy_v1.m_to-database").spec;
  expect(policy.egress).toEqual([{ to: [{ pod_selector: {} }], ports: [{ port: "5432", protocol: "TCP" }] }]);
  expect(spec.template.metadata.labels).toMatchObject(policy.pod_selector.match_labels);
  expect(job.depends_on).toEqual([
    "database-user",
    "quota",
    "default-deny",
    "kubernetes_network_policy_v1.m_to-database",
  ]);
});

test("each connection's policy has a name that Kubernetes takes", () => {
  const built = synth({ egress: { "internet:443": { peers: ["cluster"], ports: [] } } });
  const { metadata } = built.resource("kubernetes_network_policy_v1.m_to-internet-443");
  expect(metadata.name).toMatch(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/);
});

test("what Autopilot writes into the job does not make it run again, and nothing else is overlooked", () => {
  const autopilot = synth({ pod: { place: AUTOPILOT } }).resource(ADDRESS);
  expect(autopilot.metadata.name).toBe(metadata.name);
  expect(autopilot.lifecycle.ignore_changes).toEqual([
    'spec[0].template[0].metadata[0].annotations["autopilot.gke.io/resource-adjustment"]',
    'spec[0].template[0].metadata[0].annotations["autopilot.gke.io/warden-version"]',
    "spec[0].template[0].spec[0].toleration",
    "spec[0].template[0].spec[0].container[0].resources",
  ]);
  expect(autopilot.spec.template.spec).not.toHaveProperty("toleration");
  expect(job.lifecycle).not.toHaveProperty("ignore_changes"); // a Standard cluster writes nothing
});
