import { DEDICATED } from "../../constructs/kubernetes/placement";
import {
  CERTIFICATES,
  NODE_ADDRESS,
  type PodProps,
  podTemplate,
  type ServingProps,
} from "../../constructs/workloads/pod";
import { AUTOPILOT, placeOn } from "../construct";
import type { Json } from "../support";

const props: PodProps = {
  name: "backend",
  image: "registry.example/backend@sha256:0",
  place: placeOn("app"),
  resources: { cpu: "500m", memory: "512Mi", memoryLimit: "1Gi" },
  serviceAccount: "backend",
  variables: { PORT: "3000" },
};
const http: ServingProps = { port: 3000, health: { live: "/live", ready: "/ready" } };
const template = (change: Partial<PodProps> = {}, serving?: ServingProps): Json =>
  podTemplate({ ...props, ...change }, serving);
const files = {
  configMap: { name: "config" },
  secret: { name: "secret" },
  certificates: { name: "certificates" },
};
const { spec } = template({}, http);
const [container] = spec.containers;

test.each([
  ["service", http],
  ["worker", { health: { command: ["check"] } }],
  ["job", undefined],
])("every container of a %s satisfies the restricted Pod Security Standard", (_kind, serving?: ServingProps) => {
  const { spec } = template(files, serving);
  expect(spec.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } });
  for (const id of ["runAsUser", "runAsGroup", "fsGroup"]) expect(spec.securityContext[id]).toBeGreaterThan(0);
  const containers = [...spec.containers, ...(spec.initContainers ?? [])];
  expect(containers).toHaveLength(1);
  for (const { securityContext, ports = [] } of containers) {
    expect(securityContext).toMatchObject({
      allowPrivilegeEscalation: false,
      privileged: false,
      runAsNonRoot: true, // the kubernetes provider would send false
      capabilities: { drop: ["ALL"] },
      seccompProfile: { type: "RuntimeDefault" },
    });
    expect(securityContext.capabilities).not.toHaveProperty("add");
    for (const port of ports) expect(port).not.toHaveProperty("hostPort");
  }
  for (const host of ["hostNetwork", "hostPID", "hostIPC"]) expect(spec[host] ?? false).toBe(false);
  for (const { name: _, ...source } of spec.volumes)
    expect(["emptyDir", "configMap"]).toContain(Object.keys(source)[0]);
});

test("processes and files belong to user and group 1000, or to those of the image", () => {
  expect(spec.securityContext).toMatchObject({ runAsUser: 1000, runAsGroup: 1000, fsGroup: 1000 });
  const nginx = template({ runAs: { user: 101, group: 102 } }, http).spec.securityContext;
  expect(nginx).toEqual({ ...spec.securityContext, runAsUser: 101, runAsGroup: 102, fsGroup: 102 });
});

test("the root is read-only; /tmp is writable, and home", () => {
  expect(container.securityContext.readOnlyRootFilesystem).toBe(true);
  expect(container.volumeMounts).toEqual([{ name: "tmp", mountPath: "/tmp" }]);
  expect(spec.volumes).toEqual([{ name: "tmp", emptyDir: { sizeLimit: expect.any(String) } }]);
  expect(container.env).toContainEqual({ name: "HOME", value: "/tmp" });
});

test("it has its own service account, without a token, and no variables of other services", () => {
  expect(spec).toMatchObject({
    serviceAccountName: "backend",
    automountServiceAccountToken: false,
    enableServiceLinks: false,
  });
});

test("it runs on its pool's nodes, dedicated or not", () => {
  expect(spec.nodeSelector).toEqual({ "cloud.google.com/gke-nodepool": "app" }); // GKE's label
  expect(spec.tolerations).toEqual([{ key: DEDICATED, operator: "Equal", value: "app", effect: "NoSchedule" }]);
});

test("without a pool it runs wherever there is room: on Autopilot, Google makes it", () => {
  const { spec } = template({ place: AUTOPILOT }, http);
  expect(spec).not.toHaveProperty("nodeSelector");
  expect(spec).not.toHaveProperty("tolerations");
});

test("it asks for scratch space where it is said, and gets no more", () => {
  const resources = { ...props.resources, ephemeralStorage: "1Gi" };
  const { requests, limits } = template({ resources }, http).spec.containers[0].resources;
  expect([requests["ephemeral-storage"], limits["ephemeral-storage"]]).toEqual(["1Gi", "1Gi"]);
});

test("it asks for CPU and memory and is limited in memory, in CPU where it is said", () => {
  const requests = { cpu: "500m", memory: "512Mi" };
  expect(container.resources).toEqual({ requests, limits: { memory: "1Gi" } });
  const [limited] = template({ resources: { ...props.resources, cpuLimit: "1" } }, http).spec.containers;
  expect(limited.resources).toEqual({ requests, limits: { cpu: "1", memory: "1Gi" } });
});

test("the image's own command stands unless another is given", () => {
  expect(container).toMatchObject({ name: "backend", image: props.image });
  expect(container).not.toHaveProperty("command");
  expect(template({ command: ["node", "worker"] }).spec.containers[0].command).toEqual(["node", "worker"]);
});

test("variables come from the release, a ConfigMap and a Secret, whose names roll the pods", () => {
  const { spec } = template(files, http);
  expect(spec.containers[0].env).toContainEqual({ name: "PORT", value: "3000" });
  expect(spec.containers[0].envFrom).toEqual([{ configMapRef: { name: "config" } }, { secretRef: { name: "secret" } }]);
  expect(container.envFrom).toEqual([]);
});

test("a variable may hold the address of the pod's own node, which is known when it runs", () => {
  const [{ env }] = template({ variables: { PORT: "3000", DD_AGENT_HOST: NODE_ADDRESS } }, http).spec.containers;
  expect(env).toContainEqual({ name: "DD_AGENT_HOST", valueFrom: { fieldRef: { fieldPath: "status.hostIP" } } });
  expect(env).toContainEqual({ name: "PORT", value: "3000" });
});

test("certificates are read-only files", () => {
  const { spec } = template(files);
  expect(spec.volumes).toContainEqual({ name: "certificates", configMap: { name: "certificates" } });
  expect(spec.containers[0].volumeMounts).toContainEqual({
    name: "certificates",
    mountPath: CERTIFICATES,
    readOnly: true,
  });
});

test("a service is asked over HTTP whether it lives and whether it can serve, and has two minutes to start", () => {
  expect(container.livenessProbe.httpGet).toEqual({ path: "/live", port: 3000 });
  expect(container.readinessProbe.httpGet).toEqual({ path: "/ready", port: 3000 });
  const { httpGet, periodSeconds, failureThreshold } = container.startupProbe;
  expect(httpGet.path).toBe("/live"); // not /ready, which may wait for something else
  expect(periodSeconds * failureThreshold).toBe(120);
});

test("without a path for liveness, a service is alive while its port accepts connections: readiness restarts no pod", () => {
  const [{ livenessProbe, startupProbe, readinessProbe }] = template({}, { port: 3000, health: { ready: "/ready" } })
    .spec.containers;
  for (const probe of [livenessProbe, startupProbe]) {
    expect(probe).toMatchObject({ tcpSocket: { port: 3000 } });
    expect(probe).not.toHaveProperty("httpGet");
    expect(probe.periodSeconds * probe.failureThreshold).toBe(120);
  }
  expect(readinessProbe.httpGet).toEqual({ path: "/ready", port: 3000 });
});

test("a worker is asked by a command and opens no port", () => {
  const [{ ports, ...worker }] = template({}, { health: { command: ["node", "health"] } }).spec.containers;
  for (const probe of ["startupProbe", "livenessProbe", "readinessProbe"])
    expect(worker[probe].exec).toEqual({ command: ["node", "health"] });
  expect(ports).toEqual([]);
});

test("a job has neither probes nor ports", () => {
  const [job] = template().spec.containers;
  for (const field of ["startupProbe", "livenessProbe", "readinessProbe", "ports"])
    expect(job).not.toHaveProperty(field);
});

test("Prometheus is told where the metrics are, and only where there are some", () => {
  const { metadata, spec } = template({}, { ...http, metrics: { port: 9464, path: "/stats" } });
  expect(metadata.annotations).toEqual({
    "prometheus.io/scrape": "true",
    "prometheus.io/port": "9464",
    "prometheus.io/path": "/stats",
  });
  expect(spec.containers[0].ports.map((p: Json) => p.containerPort)).toEqual([3000, 9464]);
  expect(template({}, http).metadata.annotations).toEqual({});
});

test("a pod that stops has left the load balancer before, with time to finish", () => {
  const drain = container.lifecycle.preStop.sleep.seconds;
  expect(drain).toBeGreaterThanOrEqual(10);
  expect(spec.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(drain + 30);
});

test("pods are spread over zones and nodes, but rather close than not at all", () => {
  const { metadata } = template({}, http);
  expect(spec.topologySpreadConstraints.map((c: Json) => c.topologyKey)).toEqual([
    "topology.kubernetes.io/zone",
    "kubernetes.io/hostname",
  ]);
  for (const constraint of spec.topologySpreadConstraints) {
    expect(constraint.whenUnsatisfiable).toBe("ScheduleAnyway");
    expect(metadata.labels).toMatchObject(constraint.labelSelector.matchLabels);
  }
});
