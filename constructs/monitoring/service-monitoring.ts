import { ConfigMapV1 } from "@cdktf/provider-kubernetes/lib/config-map-v1";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { objects } from "../helm/objects";
import type { Namespace } from "../kubernetes/namespace";
import { candidateRules } from "./candidate-rules";
import { certificateRules, type WatchedCertificates } from "./certificate-rules";
import { cronJobRules, type WatchedCronJob } from "./cron-job-rules";
import { dashboard } from "./dashboard";
import { overviewDashboard } from "./overview-dashboard";
import { queueRules } from "./queue-rules";
import { errorRules, type MonitoredService, memoryRules, type ServiceLevel, serviceLevelRules } from "./service-level";
import { singlePodRules } from "./single-pod-rules";

export interface ServiceMonitoringProps {
  /** The namespace of Prometheus and Grafana. */
  readonly namespace: Namespace;
  /** The release of Prometheus' custom resource definitions. */
  readonly definitions: ITerraformDependable;
  /** The system's name. */
  readonly system: string;
  /** At least one service. Their fields must not contain Terraform expressions, because rules contain them as text. */
  readonly services: readonly MonitoredService[];
  /** Whether the cluster is an Autopilot cluster, where cAdvisor's metrics are not available. */
  readonly autopilot: boolean;
  /** CronJobs to alert on. By default, there are none. */
  readonly cronJobs?: readonly WatchedCronJob[];
  /** Certificates of cert-manager to alert on. By default, there are none. */
  readonly certificates?: WatchedCertificates;
  /** A second dashboard, for the whole system. By default, there is none. */
  readonly overview?: {
    readonly title: string;
    /**
     * Counters of business figures, by their legends. The dashboard shows the increase of each in the last 24 hours.
     */
    readonly figures: Readonly<Record<string, string>>;
  };
}

/** Prometheus rules for a system's services, and their Grafana dashboards. */
export class ServiceMonitoring extends Construct {
  constructor(scope: Construct, id: string, props: ServiceMonitoringProps) {
    super(scope, id);
    const { namespace, system, services, autopilot, overview, certificates, cronJobs = [] } = props;
    const groups = [
      ...services.flatMap((service) => [
        ...(hasLevel(service) ? serviceLevelRules(service) : []),
        ...errorRules(service),
        ...candidateRules(service),
        ...(autopilot ? [] : [memoryRules(service)]),
        ...(service.single ? [singlePodRules(service)] : []),
        ...(service.queue ? [queueRules(service, service.queue)] : []),
      ]),
      ...cronJobs.map(cronJobRules),
      ...(certificates ? [certificateRules(certificates)] : []),
    ];
    const name = `${system}-services`;
    if (groups.length)
      objects(this, "rules", {
        name: `${name}-rules`,
        namespace: namespace.name,
        objects: [
          {
            apiVersion: "monitoring.coreos.com/v1",
            kind: "PrometheusRule",
            metadata: { name, namespace: namespace.name },
            spec: { groups },
          },
        ],
        dependsOn: [props.definitions],
      });
    const provision = (id: string, name: string, content: object) =>
      new ConfigMapV1(this, `${id}_config-map`, {
        metadata: {
          namespace: namespace.name,
          name: `${name}-dashboard`,
          labels: { grafana_dashboard: "1" }, // Grafana's sidecar loads ConfigMaps with this label
        },
        data: { [`${name}.json`]: JSON.stringify(content) },
      });
    provision("dashboard", name, dashboard({ system, services, cadvisor: !autopilot }));
    if (overview) provision("overview", `${system}-overview`, overviewDashboard({ system, services, ...overview }));
  }
}

const hasLevel = (service: MonitoredService): service is ServiceLevel => Boolean(service.metrics && service.objective);
