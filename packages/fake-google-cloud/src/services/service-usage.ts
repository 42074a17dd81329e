import { denied, invalid, precondition } from "../api-error";
import { apiKey } from "../api-key";
import type { Body } from "../body";
import type { Cloud } from "../cloud";
import { longRunningAnswer } from "../collection";
import { route } from "../route";
import type { Service } from "../service";
import { agentKey, agentOf } from "../service-agents";
import { minutesOf } from "../times";

const SERVICES = "projects/{project}/services";

/** APIs that can be enabled here; Google has some hundred. https://cloud.google.com/service-usage/docs/list-services */
const APIS = new Set(
  [
    "aiplatform apikeys appengine artifactregistry bigquery bigquerystorage billingbudgets binaryauthorization",
    "certificatemanager cloudapis cloudasset cloudbilling cloudbuild clouderrorreporting cloudfunctions cloudidentity",
    "cloudkms cloudprofiler cloudresourcemanager cloudscheduler cloudtasks cloudtrace compute connectgateway container",
    "containeranalysis containerfilesystem containerregistry containerscanning containersecurity datastore dns",
    "essentialcontacts eventarc file firestore gkebackup gkeconnect gkehub iam iamcredentials iap logging memcache",
    "memorystore monitoring networkconnectivity networkmanagement networksecurity networkservices orgpolicy osconfig",
    "oslogin policyanalyzer privateca pubsub recommender redis run secretmanager securitycenter servicecontrol",
    "servicedirectory servicemanagement servicenetworking serviceusage spanner sql-component sqladmin stackdriver",
    "storage storage-api storage-component storagetransfer sts telemetry trafficdirector vpcaccess workflows",
  ].flatMap((line) => line.split(" ").map((name) => `${name}.googleapis.com`)),
);

/** What cannot be without an API. https://cloud.google.com/service-usage/docs/enable-disable#disabling */
const DEPENDENTS: Readonly<Record<string, readonly string[]>> = {
  "compute.googleapis.com": ["container.googleapis.com"],
};

const describe = (cloud: Cloud, project: string, api: string): Body => ({
  name: `projects/${cloud.numberOf(project)}/services/${api}`,
  parent: `projects/${cloud.numberOf(project)}`,
  config: { name: api },
  state: cloud.isEnabled(project, api) ? "ENABLED" : "DISABLED",
});

function checkKnown(apis: readonly string[]): void {
  const unknown = apis.filter((api) => !APIS.has(api));
  if (unknown.length) throw denied(`Not found or permission denied for service(s): ${unknown.join(",")}.`, "forbidden");
}

/** The provider asks again in a while. https://github.com/hashicorp/terraform-provider-google/blob/v7.45.0/google/transport/error_retry_predicates.go */
function checkNotBusy(cloud: Cloud, project: string, apis: readonly string[]): void {
  const busy = apis.filter((api) => cloud.operations.on(apiKey(project, api)));
  if (busy.length)
    throw precondition(
      `Another activation or deactivation is in progress for the service(s): ${busy.join(",")}. Please try again later.`,
    );
}

function enable(cloud: Cloud, project: string, apis: readonly string[]): Body {
  checkKnown(apis);
  checkNotBusy(cloud, project, apis);
  const off = apis.filter((api) => !cloud.isEnabled(project, api));
  for (const api of off) cloud.store.set(apiKey(project, api), { config: { name: api }, state: "ENABLED" });
  const minutes = off.length ? minutesOf("google_project_service") : 0;
  const [first] = (off.length ? off : apis).map((api) => {
    const operation = cloud.operations.begin(apiKey(project, api), minutes);
    if (off.length) cloud.propagation?.begin(apiKey(project, api), "api", operation);
    return operation;
  });
  return longRunningAnswer(cloud, `operations/${first?.name}`);
}

/** https://cloud.google.com/service-usage/docs/reference/rest/v1/services/disable */
function disable(cloud: Cloud, project: string, api: string, withDependents: boolean): Body {
  checkKnown([api]);
  checkNotBusy(cloud, project, [api]);
  if (!cloud.isEnabled(project, api)) throw precondition(`The service ${api} is not enabled for project ${project}.`);
  const dependents = (DEPENDENTS[api] ?? []).filter((dependent) => cloud.isEnabled(project, dependent));
  if (dependents.length && !withDependents)
    throw precondition(
      `The service ${api} is depended on by the following active service(s): ${dependents.join(",")}; Please specify disable_dependent_services=true if you want to proceed with disabling all services.`,
    );
  for (const off of [api, ...dependents])
    cloud.store.set(apiKey(project, off), { config: { name: off }, state: "DISABLED" });
  const { name } = cloud.operations.begin(apiKey(project, api), 0);
  return longRunningAnswer(cloud, `operations/${name}`);
}

/** Service Usage: https://cloud.google.com/service-usage/docs/reference/rest */
export const serviceUsage: Service = {
  name: "serviceusage",
  endpoints: { SERVICE_USAGE: "v1" },
  routes: [
    route("GET", "operations/{operation}", ({ path }, cloud) => longRunningAnswer(cloud, path)),
    route(
      "POST",
      `${SERVICES}:batchEnable`,
      ({ params, body }, cloud) => {
        const { project = "" } = params;
        const apis = body.serviceIds ?? [];
        // https://cloud.google.com/service-usage/docs/reference/rest/v1/services/batchEnable
        if (!apis.length) throw invalid("At least one service must be specified.");
        if (apis.length > 20) throw invalid(`A maximum of 20 services can be enabled at a time, not ${apis.length}.`);
        return enable(cloud, project, apis);
      },
      { serviceIds: ["text"] },
    ),
    route("POST", `${SERVICES}/{api}:enable`, ({ params: { project = "", api = "" } }, cloud) =>
      enable(cloud, project, [api]),
    ),
    route(
      "POST",
      `${SERVICES}/{api}:disable`,
      ({ params: { project = "", api = "" }, body }, cloud) =>
        disable(cloud, project, api, body.disableDependentServices ?? false),
      { disableDependentServices: "flag" },
    ),
    // https://cloud.google.com/service-usage/docs/reference/rest/v1beta1/services/generateServiceIdentity
    route("POST", `${SERVICES}/{api}:generateServiceIdentity`, ({ params: { project = "", api = "" } }, cloud) => {
      checkKnown([api]);
      const agent = agentOf(api);
      cloud.store.set(agentKey(project, agent), { api });
      return {
        name: `operations/finished.DONE_OPERATION.${cloud.next()}`,
        done: true,
        response: {
          "@type": "type.googleapis.com/google.api.serviceusage.v1beta1.ServiceIdentity",
          email: `service-${cloud.numberOf(project)}@${agent}.iam.gserviceaccount.com`,
          uniqueId: String(cloud.next()),
        },
      };
    }),
    route("GET", SERVICES, ({ path, params: { project = "" }, query }, cloud) => {
      const changed = cloud.store.members(`serviceusage/${path}`).map(({ config }) => config.name as string);
      const services = [...new Set([...(cloud.options.enabledApis ?? []), ...changed])].map((api) =>
        describe(cloud, project, api),
      );
      const [, state] = /^state:(\w+)$/.exec(query.get("filter") ?? "") ?? [];
      return { services: services.filter((service) => !state || service.state === state) };
    }),
    route("GET", `${SERVICES}/{api}`, ({ params: { project = "", api = "" } }, cloud) => {
      checkKnown([api]);
      return describe(cloud, project, api);
    }),
  ],
};
