import type { Resources } from "../../facts/resources";
import type { Configuration } from "../kubernetes/configuration";
import { CONTAINER_SECURITY, podSecurity, requestsAndLimits } from "../kubernetes/container";
import { NAME_LABEL } from "../kubernetes/labels";
import type { Placement } from "../kubernetes/placement";

/** Props of the pods of services, workers and tasks. */
export interface PodProps {
  /** Name of the workload, and the label that selects its pods. */
  readonly name: string;
  /** Name of the container. By default, it is the workload's. Two releases of a service have containers of one name. */
  readonly container?: string;
  /** The image, with its digest. */
  readonly image: string;
  /**
   * Ids of the user and the group that the image's processes run as. Neither can be 0. The files that they write below
   * `/tmp` belong to the two. By default, both are 1000.
   */
  readonly runAs?: { readonly user: number; readonly group: number };
  /** The command. By default, the image's command runs. */
  readonly command?: readonly string[];
  readonly place: Placement;
  readonly resources: Resources;
  /** Name of the Kubernetes service account. Its token is not mounted. */
  readonly serviceAccount: string;
  /** Environment variables that the pod template sets itself, in addition to those from `configMap` and `secret`. */
  readonly variables: Readonly<Record<string, string | typeof NODE_ADDRESS>>;
  readonly configMap?: Configuration;
  readonly secret?: Configuration;
  /** Certificate authorities as PEM files, mounted at {@link CERTIFICATES}. By default, there are none. */
  readonly certificates?: Configuration;
}

/** Props that only pods of services have. */
export interface ServingProps {
  /** TCP port of the HTTP server. Without it, the pod receives no requests. */
  readonly port?: number;
  /** Port and path of the metrics that Prometheus scrapes. By default, Prometheus does not scrape the pod. */
  readonly metrics?: { readonly port: number; readonly path: string };
  /** Seconds for which a pod can finish its work when it must stop. The default is 30. */
  readonly timeoutSeconds?: number;
  /** HTTP paths on the port, or a command that exits with 0 while the pod is healthy. */
  readonly health: HttpHealth | { readonly command: readonly string[] };
}

/** HTTP paths that answer 200. */
export interface HttpHealth {
  /** While the process is alive. By default, the process is alive while it accepts connections on its port. */
  readonly live?: string;
  /** While the process can serve, so it may depend on datastores. */
  readonly ready: string;
}

/**
 * Value of a variable for the IP address of the pod's node, where host agents listen.
 * {@link https://kubernetes.io/docs/concepts/workloads/pods/downward-api/}
 */
export const NODE_ADDRESS = { fieldPath: "status.hostIP" } as const;

/** Mount path of the certificate authorities. */
export const CERTIFICATES = "/etc/ssl/datastores";

/** Seconds between a pod's removal from the load balancer and the signal to stop. */
const DRAIN = 15;
/** A non-root user, for images that need none of their own. */
const USER = { user: 1000, group: 1000 };

/** Returns the ConfigMaps and Secrets that a workload's pods use. */
export const configurationOf = ({ configMap, secret, certificates }: PodProps): readonly Configuration[] =>
  [configMap, secret, certificates].flatMap((configuration) => configuration ?? []);

/**
 * Returns a pod template, in the shape of the Kubernetes API, that satisfies the restricted Pod Security Standard and
 * has a read-only root file system.
 * {@link https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted}
 */
export function podTemplate(props: PodProps, serving?: ServingProps) {
  const labels = { [NAME_LABEL]: props.name };
  const { user, group } = props.runAs ?? USER;
  const annotations = {
    ...(serving?.metrics && {
      "prometheus.io/scrape": "true",
      "prometheus.io/port": String(serving.metrics.port),
      "prometheus.io/path": serving.metrics.path,
    }),
  };
  return {
    metadata: { labels, annotations },
    spec: {
      serviceAccountName: props.serviceAccount,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      ...props.place.pod,
      securityContext: podSecurity(user, group),
      ...(serving && {
        terminationGracePeriodSeconds: DRAIN + (serving.timeoutSeconds ?? 30),
        topologySpreadConstraints: ["topology.kubernetes.io/zone", "kubernetes.io/hostname"].map((topologyKey) => ({
          topologyKey,
          maxSkew: 1,
          whenUnsatisfiable: "ScheduleAnyway",
          labelSelector: { matchLabels: labels },
        })),
      }),
      containers: [
        {
          name: props.container ?? props.name,
          image: props.image,
          imagePullPolicy: "IfNotPresent",
          ...(props.command && { command: [...props.command] }),
          // The root file system is read-only.
          env: Object.entries({ ...props.variables, HOME: "/tmp" }).map(([name, value]) =>
            typeof value === "string" ? { name, value } : { name, valueFrom: { fieldRef: value } },
          ),
          envFrom: [
            ...(props.configMap ? [{ configMapRef: { name: props.configMap.name } }] : []),
            ...(props.secret ? [{ secretRef: { name: props.secret.name } }] : []),
          ],
          resources: requestsAndLimits(props.place.resources(props.resources)),
          securityContext: CONTAINER_SECURITY,
          volumeMounts: [
            { name: "tmp", mountPath: "/tmp" },
            ...(props.certificates ? [{ name: "certificates", mountPath: CERTIFICATES, readOnly: true }] : []),
          ],
          ...(serving && servingFields(serving)),
        },
      ],
      volumes: [
        { name: "tmp", emptyDir: { sizeLimit: "256Mi" } },
        ...(props.certificates ? [{ name: "certificates", configMap: { name: props.certificates.name } }] : []),
      ],
    },
  };
}

/**
 * Annotation of pods that run to completion. The autoscaler does not remove their nodes. In Autopilot clusters, the
 * pods can run for up to seven days, even during node upgrades.
 * {@link https://cloud.google.com/kubernetes-engine/docs/how-to/extended-duration-pods}
 */
export const NOT_EVICTED = { "cluster-autoscaler.kubernetes.io/safe-to-evict": "false" } as const;

function servingFields({ port, metrics, health }: ServingProps) {
  return {
    ports: [
      ...(port ? [{ name: "http", containerPort: port, protocol: "TCP" }] : []),
      ...(metrics && metrics.port !== port ? [{ name: "metrics", containerPort: metrics.port, protocol: "TCP" }] : []),
    ],
    ...("ready" in health ? httpProbes(health, port) : commandProbes(health)),
    // Load balancers need some seconds to stop sending requests to the pod.
    lifecycle: { preStop: { sleep: { seconds: DRAIN } } },
  };
}

/**
 * Returns probes that restart a pod only after two minutes of failures, because health checks often depend on the
 * database, whose failover takes a minute.
 *
 * Without a path for liveness, a pod restarts only while its port accepts no connections. The path for readiness would
 * restart all pods during a long outage of the database, which restarts cannot end, and prevent new ones from starting.
 * {@link https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/}
 */
function httpProbes({ live, ready }: HttpHealth, port?: number) {
  const get = (path: string) => ({ httpGet: { path, port }, timeoutSeconds: 5 });
  const alive = live === undefined ? { tcpSocket: { port }, timeoutSeconds: 5 } : get(live);
  return {
    startupProbe: { ...alive, periodSeconds: 5, failureThreshold: 24 },
    livenessProbe: { ...alive, periodSeconds: 10, failureThreshold: 12 },
    readinessProbe: { ...get(ready), periodSeconds: 5, failureThreshold: 3 },
  };
}

/**
 * Returns probes with long periods, because each one starts a process. Rollouts wait for readiness, although the pod
 * receives no requests.
 */
function commandProbes({ command }: { readonly command: readonly string[] }) {
  const exec = { exec: { command }, timeoutSeconds: 10 };
  return {
    startupProbe: { ...exec, periodSeconds: 10, failureThreshold: 12 },
    livenessProbe: { ...exec, periodSeconds: 30, failureThreshold: 4 },
    readinessProbe: { ...exec, periodSeconds: 30, failureThreshold: 3 },
  };
}
