import { invalid } from "../../api-error";

/** Message and name of an enumeration, and its values, by the field that has it. */
type Enumerations = Readonly<Record<string, readonly [type: string, values: string]>>;

/** https://cloud.google.com/kubernetes-engine/docs/reference/rest/v1/projects.locations.clusters#Cluster */
export const CLUSTER_ENUMERATIONS: Enumerations = {
  "releaseChannel.channel": ["ReleaseChannel.Channel", "UNSPECIFIED RAPID REGULAR STABLE EXTENDED"],
  "networkConfig.datapathProvider": [
    "DatapathProvider",
    "DATAPATH_PROVIDER_UNSPECIFIED LEGACY_DATAPATH ADVANCED_DATAPATH",
  ],
  "networkConfig.gatewayApiConfig.channel": [
    "GatewayAPIConfig.Channel",
    "CHANNEL_UNSPECIFIED CHANNEL_DISABLED CHANNEL_EXPERIMENTAL CHANNEL_STANDARD",
  ],
  "loggingConfig.componentConfig.enableComponents": [
    "LoggingComponentConfig.Component",
    "COMPONENT_UNSPECIFIED SYSTEM_COMPONENTS WORKLOADS APISERVER SCHEDULER CONTROLLER_MANAGER KCP_SSHD KCP_CONNECTION KCP_HPA KCP_VPA",
  ],
  "monitoringConfig.componentConfig.enableComponents": [
    "MonitoringComponentConfig.Component",
    "COMPONENT_UNSPECIFIED SYSTEM_COMPONENTS APISERVER SCHEDULER CONTROLLER_MANAGER STORAGE HPA POD DAEMONSET DEPLOYMENT STATEFULSET CADVISOR KUBELET DCGM JOBSET",
  ],
  "monitoringConfig.managedPrometheusConfig.autoMonitoringConfig.scope": [
    "AutoMonitoringConfig.Scope",
    "SCOPE_UNSPECIFIED ALL NONE",
  ],
  "securityPostureConfig.mode": ["SecurityPostureConfig.Mode", "MODE_UNSPECIFIED DISABLED BASIC ENTERPRISE"],
  "securityPostureConfig.vulnerabilityMode": [
    "SecurityPostureConfig.VulnerabilityMode",
    "VULNERABILITY_MODE_UNSPECIFIED VULNERABILITY_DISABLED VULNERABILITY_BASIC VULNERABILITY_ENTERPRISE",
  ],
  "binaryAuthorization.evaluationMode": [
    "BinaryAuthorization.EvaluationMode",
    "EVALUATION_MODE_UNSPECIFIED DISABLED PROJECT_SINGLETON_POLICY_ENFORCE",
  ],
  "databaseEncryption.state": [
    "DatabaseEncryption.State",
    "UNKNOWN ENCRYPTED DECRYPTED ALL_OBJECTS_ENCRYPTION_ENABLED",
  ],
  "anonymousAuthenticationConfig.mode": ["AnonymousAuthenticationConfig.Mode", "MODE_UNSPECIFIED ENABLED LIMITED"],
  "ipAllocationPolicy.stackType": ["StackType", "STACK_TYPE_UNSPECIFIED IPV4 IPV4_IPV6"],
};

/** https://cloud.google.com/kubernetes-engine/docs/reference/rest/v1/projects.locations.clusters.nodePools#NodePool */
export const POOL_ENUMERATIONS: Enumerations = {
  "config.workloadMetadataConfig.mode": ["WorkloadMetadataConfig.Mode", "MODE_UNSPECIFIED GCE_METADATA GKE_METADATA"],
  "config.taints.effect": ["NodeTaint.Effect", "EFFECT_UNSPECIFIED NO_SCHEDULE PREFER_NO_SCHEDULE NO_EXECUTE"],
  "autoscaling.locationPolicy": ["NodePoolAutoscaling.LocationPolicy", "LOCATION_POLICY_UNSPECIFIED BALANCED ANY"],
  "upgradeSettings.strategy": [
    "NodePoolUpdateStrategy",
    "NODE_POOL_UPDATE_STRATEGY_UNSPECIFIED BLUE_GREEN SURGE SHORT_LIVED",
  ],
};

/** Refuses a value that its enumeration lacks; `prefix` is what Google writes before the field. */
export function checkEnumerations(prefix: string, object: unknown, enumerations: Enumerations): void {
  for (const [field, [type, values]] of Object.entries(enumerations))
    for (const [name, value] of valuesAt(object, "", field.split(".")))
      if (!values.split(" ").includes(String(value)))
        throw invalid(
          `Invalid value at '${prefix}${name.slice(1)}' (type.googleapis.com/google.container.v1.${type}), "${value}"`,
        );
}

const snake = (text: string) => text.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** The values at a field, with their names; a list on the way has many. */
function* valuesAt(object: unknown, name: string, keys: readonly string[]): Generator<[string, unknown]> {
  if (object === undefined || object === null) return;
  if (Array.isArray(object)) {
    for (const [n, one] of object.entries()) yield* valuesAt(one, `${name}[${n}]`, keys);
    return;
  }
  const [key, ...rest] = keys;
  if (key === undefined) yield [name, object];
  else yield* valuesAt((object as Record<string, unknown>)[key], `${name}.${snake(key)}`, rest);
}
