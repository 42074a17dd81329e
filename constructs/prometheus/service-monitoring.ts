import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { objects } from "../helm/objects";
import { ConfigMap } from "../kubernetes/config-map";
import type { Namespace } from "../kubernetes/namespace";
import { dashboard } from "./dashboard";
import { type MonitoredService, memoryRules, type ServiceLevel, serviceLevelRules } from "./service-level";

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
}

/** Prometheus's rules on a system's services and a Grafana dashboard of them. */
export class ServiceMonitoring extends Construct {
  constructor(scope: Construct, id: string, props: ServiceMonitoringProps) {
    super(scope, id);
    const { namespace, system, services, autopilot } = props;
    const groups = services.flatMap((service) => [
      ...(hasLevel(service) ? serviceLevelRules(service) : []),
      ...(autopilot ? [] : [memoryRules(service)]),
    ]);
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
    new ConfigMap(this, "dashboard", {
      namespace: namespace.name,
      name: `${name}-dashboard`,
      labels: { grafana_dashboard: "1" }, // Grafana's sidecar looks for it
      data: { [`${name}.json`]: JSON.stringify(dashboard({ system, services, cadvisor: !autopilot })) },
    });
  }
}

const hasLevel = (service: MonitoredService): service is ServiceLevel => Boolean(service.metrics && service.objective);
