import { ConfigMapV1 } from "@cdktf/provider-kubernetes/lib/config-map-v1";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { objects } from "../helm/objects";
import type { Namespace } from "../kubernetes/namespace";
import { certificateRules, type WatchedCertificates } from "./certificate-rules";
import { cronJobRules, type WatchedCronJob } from "./cron-job-rules";
import { dashboard } from "./dashboard";
import { overviewDashboard } from "./overview-dashboard";
import { errorRules, type MonitoredService, memoryRules, type ServiceLevel, serviceLevelRules } from "./service-level";

export interface ServiceMonitoringProps {
  /** Where Prometheus and Grafana are. */
  readonly namespace: Namespace;
  /** Prometheus's custom resource definitions. */
  readonly definitions: ITerraformDependable;
  /** Name of the system. */
  readonly system: string;
  /** At least one. Their texts go into rules as they are, so they hold no tokens. */
  readonly services: readonly MonitoredService[];
  /** Whether the cluster is one of Autopilot, where cAdvisor's metrics are not to be had. */
  readonly autopilot: boolean;
  /** Those whose success somebody relies on; default none. */
  readonly cronJobs?: readonly WatchedCronJob[];
  /** Those that cert-manager renews; default none. */
  readonly certificates?: WatchedCertificates;
  /** A second dashboard, of the system as a whole. */
  readonly overview?: {
    readonly title: string;
    /** Counters of what the business counts, by legend; each is shown as what the last 24 hours added to it. */
    readonly figures: Readonly<Record<string, string>>;
  };
}

/** Prometheus's rules on a system's services and a Grafana dashboard of them, or two. */
export class ServiceMonitoring extends Construct {
  constructor(scope: Construct, id: string, props: ServiceMonitoringProps) {
    super(scope, id);
    const { namespace, system, services, autopilot, overview, certificates, cronJobs = [] } = props;
    const groups = [
      ...services.flatMap((service) => [
        ...(hasLevel(service) ? serviceLevelRules(service) : []),
        ...errorRules(service),
        ...(autopilot ? [] : [memoryRules(service)]),
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
          labels: { grafana_dashboard: "1" }, // Grafana's sidecar looks for it
        },
        data: { [`${name}.json`]: JSON.stringify(content) },
      });
    provision("dashboard", name, dashboard({ system, services, cadvisor: !autopilot }));
    if (overview) provision("overview", `${system}-overview`, overviewDashboard({ system, services, ...overview }));
  }
}

const hasLevel = (service: MonitoredService): service is ServiceLevel => Boolean(service.metrics && service.objective);
