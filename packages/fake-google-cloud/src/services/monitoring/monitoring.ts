import { invalid, notFound } from "../../api-error";
import { type Body, defaults, masked } from "../../body";
import type { Cloud } from "../../cloud";
import { type Call, type Route, route } from "../../route";
import type { Service } from "../../service";
import { type Shape, TEXTS, withoutNulls } from "../../shape";
import { ALERT_POLICY, acceptAlertPolicy } from "./alert-policy";
import { checkUserLabels, invalidField, missingField } from "./fields";
import { acceptUptimeCheck, UPTIME_CHECK } from "./uptime-check";

/** Labels that a channel of a type must have. https://cloud.google.com/monitoring/alerts/using-channels-api#ncd */
const CHANNELS: Readonly<Record<string, readonly string[]>> = {
  campfire: [],
  email: ["email_address"],
  google_chat: ["space"],
  hipchat: [],
  pagerduty: ["service_key"],
  pubsub: ["topic"],
  slack: ["channel_name"],
  sms: ["number"],
  webhook_basicauth: ["url"],
  webhook_tokenauth: ["url"],
};

/** https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.notificationChannels#NotificationChannel */
function acceptChannel(channel: Body): void {
  const { type, labels = {} } = channel;
  if (!type) throw missingField("notification_channel.type");
  const required = Object.hasOwn(CHANNELS, type) && CHANNELS[type];
  if (!required) throw invalidField("notification_channel.type", type, "There is no channel of that type.");
  for (const label of required) if (!labels[label]) throw missingField(`notification_channel.labels[${label}]`);
  checkUserLabels("notification_channel.user_labels", channel.userLabels);
  defaults(channel, { enabled: true, labels, creationRecord: { mutateTime: new Date().toISOString() } });
}

/** https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.groups */
function acceptGroup({ displayName, filter }: Body): void {
  if (!displayName) throw missingField("group.display_name");
  if (!filter) throw missingField("group.filter");
}

const policiesOf = (cloud: Cloud, project = "") => cloud.store.members(`monitoring/projects/${project}/alertPolicies`);

/** https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.notificationChannels/delete */
function releaseChannel({ path, params, query }: Call, cloud: Cloud): void {
  const users = policiesOf(cloud, params.project).filter((policy) => policy.notificationChannels?.includes(path));
  if (users.length > 0 && query.get("force") !== "true")
    throw invalid(
      `Could not delete "${path}" because it is still being referenced by: ${users.map(({ name }) => `"${name}"`).join(", ")}`,
    );
  for (const policy of users)
    policy.notificationChannels = policy.notificationChannels.filter((channel: string) => channel !== path);
}

/** https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.uptimeCheckConfigs/delete */
function releaseUptimeCheck({ params }: Call, cloud: Cloud): void {
  const filtered = JSON.stringify(`"${params.id}"`).slice(1, -1); // as it stands in a filter that is written as JSON
  const user = policiesOf(cloud, params.project).find((policy) => JSON.stringify(policy.conditions).includes(filtered));
  if (user)
    throw invalid(
      `Cannot delete check ${params.id}. One or more alerting policies is using it. Delete the alerting policy with id ${user.name} and try again.`,
    );
}

/** Objects that the service names itself. */
interface Kind {
  /** Their collection's name. */
  readonly at: string;
  /** First part of their ids. */
  readonly prefix: string;
  readonly shape: Shape;
  /** Refuses what Google refuses and fills in what Google fills in, in what is created and in what an update leads to. */
  readonly accept: (object: Body, cloud: Cloud, project: string) => void;
  /** Refuses the deletion of what is in use. */
  readonly release?: (call: Call, cloud: Cloud) => void;
}

function routesOf({ at, prefix, shape, accept, release }: Kind): Route[] {
  const all = `projects/{project}/${at}`;
  const one = `${all}/{id}`;
  const find = ({ path }: Call, cloud: Cloud) => cloud.need(`monitoring/${path}`, notFound(`Could not find ${path}.`));
  const store = (object: Body, cloud: Cloud, { project = "" }: Call["params"]) => {
    accept(object, cloud, project);
    return cloud.store.set(`monitoring/${object.name}`, object);
  };
  return [
    route(
      "POST",
      all,
      ({ path, params, body }, cloud) =>
        store({ ...structuredClone(body), name: `${path}/${prefix}${cloud.next()}` }, cloud, params),
      shape,
    ),
    route("GET", all, ({ path }, cloud) => ({ [at]: cloud.store.members(`monitoring/${path}`) })),
    route("GET", one, find),
    // Without a mask the body takes the object's place.
    route(
      "PATCH",
      one,
      (call, cloud) => {
        const before = find(call, cloud);
        const mask = call.query.get("updateMask");
        const { name, creationRecord } = before;
        const after = mask ? masked(before, call.body, mask) : { ...withoutNulls(call.body), name, creationRecord };
        return store(structuredClone(after), cloud, call.params);
      },
      shape,
    ),
    route("DELETE", one, (call, cloud) => {
      find(call, cloud);
      release?.(call, cloud);
      cloud.store.delete(`monitoring/${call.path}`);
      return {};
    }),
  ];
}

/** Cloud Monitoring: https://cloud.google.com/monitoring/api/ref_v3/rest */
export const monitoring: Service = {
  name: "monitoring",
  api: "monitoring.googleapis.com",
  endpoints: { MONITORING: "v3" },
  routes: [
    ...routesOf({
      at: "notificationChannels",
      prefix: "1000000000",
      shape: { type: "text", displayName: "text", labels: TEXTS, userLabels: TEXTS, enabled: "flag" },
      accept: acceptChannel,
      release: releaseChannel,
    }),
    ...routesOf({
      at: "uptimeCheckConfigs",
      prefix: "check-",
      shape: UPTIME_CHECK,
      accept: (check, _cloud, project) => acceptUptimeCheck(check, project),
      release: releaseUptimeCheck,
    }),
    ...routesOf({
      at: "groups",
      prefix: "1000000000",
      shape: { displayName: "text", filter: "text", parentName: "text", isCluster: "flag" },
      accept: acceptGroup,
    }),
    ...routesOf({ at: "alertPolicies", prefix: "1000000000", shape: ALERT_POLICY, accept: acceptAlertPolicy }),
  ],
};
