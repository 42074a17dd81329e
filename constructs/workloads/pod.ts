import type { Resources } from "../../facts/resources";
import type { Configuration } from "../kubernetes/configuration";
import { CONTAINER_SECURITY, podSecurity, requestsAndLimits } from "../kubernetes/container";
import { NAME_LABEL } from "../kubernetes/labels";
import type { Placement } from "../kubernetes/placement";

/** What the pods of a service, a worker or a migration have in common. */
export interface PodProps {
  /** Name of the workload, of its container and of the label that selects its pods. */
  readonly name: string;
  /** Pinned by digest. */
  readonly image: string;
  /** In place of the image's own. */
  readonly command?: readonly string[];
  readonly place: Placement;
  readonly resources: Resources;
  /** Kubernetes service account; its token is not mounted. */
  readonly serviceAccount: string;
  /** Environment variables: those that belong to the release, and those of a ConfigMap and of a Secret. */
  readonly variables: Readonly<Record<string, string | typeof NODE_ADDRESS>>;
  readonly configMap?: Configuration;
  readonly secret?: Configuration;
  /** PEM files, mounted at {@link CERTIFICATES}. */
  readonly certificates?: Configuration;
}

/** What a service's pods have beside. */
export interface ServingProps {
  /** TCP port of HTTP; without it nothing can be routed to the pod. */
  readonly port?: number;
  /** Where Prometheus scrapes. */
  readonly metrics?: { readonly port: number; readonly path: string };
  /** Seconds that a pod gets to finish its work when it must stop; default 30. */
  readonly timeoutSeconds?: number;
  /** HTTP paths on the port, or a program that exits 0 while all is well. */
  readonly health: { readonly live: string; readonly ready: string } | { readonly command: readonly string[] };
}

/**
 * Value of a variable: the IP address of the pod's node, where host agents listen.
 * {@link https://kubernetes.io/docs/concepts/workloads/pods/downward-api/}
 */
export const NODE_ADDRESS = { fieldPath: "status.hostIP" } as const;

/** Folder of the certificate authorities. */
export const CERTIFICATES = "/etc/ssl/datastores";

/** Seconds between a pod's leaving the load balancer and its being told to stop. */
const DRAIN = 15;
/** Any but root, the same for every image. */
const USER = 1000;

/** What a workload's pods need to start. */
export const configurationOf = ({ configMap, secret, certificates }: PodProps): readonly Configuration[] =>
  [configMap, secret, certificates].flatMap((configuration) => configuration ?? []);

/**
 * Pod template, as the Kubernetes API has it, that satisfies the restricted Pod Security Standard with a read-only
 * root.
 * {@link https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted}
 */
export function podTemplate(props: PodProps, serving?: ServingProps) {
  const labels = { [NAME_LABEL]: props.name };
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
      securityContext: podSecurity(USER),
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
          name: props.name,
          image: props.image,
          imagePullPolicy: "IfNotPresent",
          ...(props.command && { command: [...props.command] }),
          // The root is read-only.
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
 * Annotation of pods that run to completion: the autoscaler keeps their node until then. On Autopilot, it also lets them
 * run for days, even through node upgrades.
 * {@link https://cloud.google.com/kubernetes-engine/docs/how-to/extended-duration-pods}
 */
export const NOT_EVICTED = { "cluster-autoscaler.kubernetes.io/safe-to-evict": "false" } as const;

function servingFields({ port, metrics, health }: ServingProps) {
  return {
    ports: [
      ...(port ? [{ name: "http", containerPort: port, protocol: "TCP" }] : []),
      ...(metrics && metrics.port !== port ? [{ name: "metrics", containerPort: metrics.port, protocol: "TCP" }] : []),
    ],
    ...("live" in health ? httpProbes(health, port) : commandProbes(health)),
    // Load balancers need a moment to see that the pod is leaving.
    lifecycle: { preStop: { sleep: { seconds: DRAIN } } },
  };
}

/** Two minutes of trouble do not restart a pod: health often asks the database, and a failover takes a minute. */
function httpProbes({ live, ready }: { readonly live: string; readonly ready: string }, port?: number) {
  const get = (path: string) => ({ httpGet: { path, port }, timeoutSeconds: 5 });
  return {
    startupProbe: { ...get(live), periodSeconds: 5, failureThreshold: 24 },
    livenessProbe: { ...get(live), periodSeconds: 10, failureThreshold: 12 },
    readinessProbe: { ...get(ready), periodSeconds: 5, failureThreshold: 3 },
  };
}

/**
 * Each probe starts a program, so there are few of them. Readiness gates rollouts, though nothing is routed to the pod.
 */
function commandProbes({ command }: { readonly command: readonly string[] }) {
  const exec = { exec: { command }, timeoutSeconds: 10 };
  return {
    startupProbe: { ...exec, periodSeconds: 10, failureThreshold: 12 },
    livenessProbe: { ...exec, periodSeconds: 30, failureThreshold: 4 },
    readinessProbe: { ...exec, periodSeconds: 30, failureThreshold: 3 },
  };
}
