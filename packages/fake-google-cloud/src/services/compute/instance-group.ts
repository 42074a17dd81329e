import { notFound } from "../../api-error";
import { type Body, defaults } from "../../body";
import type { Cloud } from "../../cloud";
import type { About } from "../../collection";
import { type Call, type Route, route } from "../../route";
import { type Shape, TEXTS } from "../../shape";
import { action, computeCollection, urlOf, wrong } from "./kind";
import { needNetwork, refer } from "./reference";

const ZONE = "projects/{project}/zones/{zone}";
const GROUPS = `${ZONE}/instanceGroups`;
const INSTANCES = `${ZONE}/instances`;

const PORTS: Shape = [{ name: "text", port: "number" }];
const MEMBERS: Shape = { instances: [{ instance: "text" }] };

/** What a group has of each member, by its name. */
const membersOf = (cloud: Cloud, group: string): Body[] => cloud.store.members(`compute/${group}/instances`);

function acceptGroup(group: Body, { cloud, call }: About): void {
  if (group.network) group.network = urlOf(needNetwork(cloud, call.params.project ?? "", group.network).path);
  group.fingerprint = String(cloud.next());
  group.size = 0;
}

/** Changes who is in a group: machines of its zone. */
const change = (verb: string, put: (cloud: Cloud, group: string, name: string, instance: string) => void): Route =>
  action(
    GROUPS,
    verb,
    (group, { instances = [] }, { cloud, path }) => {
      const [, project = "", , zone] = path.split("/");
      for (const [index, { instance = "" }] of instances.entries()) {
        const member = refer(cloud, project, instance, `instances[${index}].instance`, `zones/${zone}/instances`);
        cloud.need(`compute/${member}`, notFound(`The resource '${member}' was not found`));
        put(cloud, path, member.split("/").at(-1) as string, instance);
      }
      group.size = membersOf(cloud, path).length;
    },
    { shape: MEMBERS },
  );

const add = change("addInstances", (cloud, group, name, instance) => {
  const key = `compute/${group}/instances/${name}`;
  if (cloud.store.get(key)) throw wrong("instances", instance, "It is a member of the instance group already.");
  cloud.store.set(key, { name });
});

const remove = change("removeInstances", (cloud, group, name, instance) => {
  const key = `compute/${group}/instances/${name}`;
  if (!cloud.store.get(key)) throw wrong("instances", instance, "It is no member of the instance group.");
  cloud.store.delete(key);
});

const listInstances = ({ path, params: { project, zone } }: Call, cloud: Cloud): Body => {
  const of = path.replace(/\/listInstances$/, "");
  const { id, namedPorts } = cloud.need(`compute/${of}`, notFound(`The resource '${of}' was not found`));
  const items = membersOf(cloud, of).map(({ name }) => ({
    instance: urlOf(`projects/${project}/zones/${zone}/instances/${name}`),
    status: "RUNNING",
    namedPorts,
  }));
  return { kind: "compute#instanceGroupsListInstances", id, ...(items.length && { items }) };
};

/** What is deleted is in no group any more. */
function leaveGroups({ name }: Body, { cloud, path }: About): void {
  const groups = `compute/${path.split("/").slice(0, 4).join("/")}/instanceGroups`;
  for (const [key] of cloud.store.below(groups)) {
    if (!key.endsWith(`/instances/${name}`)) continue;
    cloud.store.delete(key);
    cloud.need(key.split("/").slice(0, -2).join("/")).size--;
  }
}

/**
 * Machines, as far as groups need them: answered as they were asked for. The fake fills in nothing of their disks, addresses
 * and scheduling. https://cloud.google.com/compute/docs/reference/rest/v1/instances
 */
function acceptInstance(instance: Body, { cloud, call }: About): void {
  const { machineType, networkInterfaces = [] } = instance;
  if (!machineType) throw wrong("machineType", "", "The field must be specified.");
  if (!networkInterfaces.length) throw wrong("networkInterfaces", "", "At least one network interface is required.");
  for (const { network } of networkInterfaces) if (network) needNetwork(cloud, call.params.project ?? "", network);
  defaults(instance, { status: "RUNNING", labelFingerprint: String(cloud.next()) });
}

/** Groups of machines that nobody manages: https://cloud.google.com/compute/docs/reference/rest/v1/instanceGroups */
export const instanceGroups: Route[] = [
  ...computeCollection({
    at: GROUPS,
    type: "google_compute_instance_group",
    shape: { name: "text", description: "text", network: "text", subnetwork: "text", namedPorts: PORTS },
    accept: acceptGroup,
    update: "none",
  }),
  add,
  remove,
  action(
    GROUPS,
    "setNamedPorts",
    (group, { namedPorts }, { cloud }) => {
      group.namedPorts = namedPorts;
      group.fingerprint = String(cloud.next());
    },
    { shape: { namedPorts: PORTS, fingerprint: "text" } },
  ),
  route("POST", `${GROUPS}/{id}/listInstances`, listInstances, { instanceState: "text" }),
  ...computeCollection({
    at: INSTANCES,
    type: "google_compute_instance",
    shape: {
      name: "text",
      machineType: "text",
      labels: TEXTS,
      disks: [{}],
      networkInterfaces: [{ network: "text", subnetwork: "text" }],
    },
    accept: acceptInstance,
    release: leaveGroups,
    update: "none",
  }),
];
